//! `chat`: one conversation a line as `{"messages":[{"role","content"}]}`, which language models are trained on.
//!
//! Data to learn from, no archive: turns of one speaker become one, what the platform says is left out, and so is
//! what a user said last and nobody answered.

use std::io::{self, Write};

use serde::Serialize;

use super::Formatter;
use crate::cli::{AgentAs, FormArgs};
use crate::model::{Conversation, Message, Role, Vendor};
use crate::wording;

/// How conversations become chats, and the memory for one.
pub struct Chat {
    system: Option<String>,
    agents: AgentAs,
    line: Vec<u8>,
}

#[derive(Serialize)]
struct Line<'a> {
    messages: Vec<Turn>,
    metadata: Metadata<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    source: Vendor,
    id: &'a str,
}

#[derive(Serialize)]
struct Turn {
    role: Speaker,
    content: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Speaker {
    System,
    User,
    Assistant,
}

impl Chat {
    pub fn new(args: &FormArgs) -> Self {
        Self {
            system: args.system.clone(),
            agents: args.agent_as.unwrap_or_default(),
            line: Vec::new(),
        }
    }

    /// The turns, which are by the user and the assistant alternately and end with the assistant.
    fn turns(&self, conversation: &Conversation) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        for message in &conversation.messages {
            let Some(role) = self.speaker(message.role) else {
                continue;
            };
            let content = content(message);
            match turns.last_mut() {
                _ if content.is_empty() => {}
                Some(last) if last.role == role => {
                    last.content.push('\n');
                    last.content.push_str(&content);
                }
                _ => turns.push(Turn { role, content }),
            }
        }
        turns.pop_if(|last| last.role == Speaker::User);
        turns
    }

    fn speaker(&self, role: Role) -> Option<Speaker> {
        match (role, self.agents) {
            (Role::User, _) => Some(Speaker::User),
            (Role::Bot, _) | (Role::Agent, AgentAs::Assistant) => Some(Speaker::Assistant),
            (Role::Agent, AgentAs::Skip) | (Role::System, _) => None,
        }
    }
}

fn content(message: &Message) -> String {
    wording::of(message).trim().to_owned()
}

impl Formatter for Chat {
    fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        let turns = self.turns(conversation);
        if turns.is_empty() {
            return Some("nobody is answered in it");
        }
        let asked = turns.iter().any(|turn| turn.role == Speaker::User);
        (!asked).then_some("no user speaks in it, or only last")
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let system = self.system.clone().map(|content| Turn {
            role: Speaker::System,
            content,
        });
        let line = Line {
            messages: system.into_iter().chain(self.turns(conversation)).collect(),
            metadata: Metadata {
                source: conversation.source,
                id: &conversation.id,
            },
        };
        self.line.clear();
        serde_json::to_writer(&mut self.line, &line)?;
        self.line.push(b'\n');
        out.write_all(&self.line)
    }
}
