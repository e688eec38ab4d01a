//! `chat`: one conversation per line as `{"messages":[{"role","content"}]}`, to train language models.
//!
//! This is training data, not an archive. Consecutive messages of one speaker become one turn. Messages of the platform
//! are left out, and so is a last turn of the user that nobody answered.

use anyhow::Result;
use serde::Serialize;

use super::formatter::{Formatted, Formatter};
use super::options::AgentAs;
use crate::model::{Conversation, Message, Role, Vendor, wording};

/// The formatter, with what becomes of human agents.
pub struct Chat {
    system: Option<String>,
    agents: AgentAs,
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
    pub fn new(system: Option<String>, agents: AgentAs) -> Self {
        Self { system, agents }
    }

    /// The turns of a conversation. User and assistant alternate, and the last turn is the assistant's.
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
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let turns = self.turns(conversation);
        if turns.is_empty() {
            return Ok(Formatted::Skipped("nobody is answered in it"));
        }
        if turns.iter().all(|turn| turn.role != Speaker::User) {
            return Ok(Formatted::Skipped("no user speaks in it, or only last"));
        }
        let system = self.system.clone().map(|content| Turn {
            role: Speaker::System,
            content,
        });
        let line = Line {
            messages: system.into_iter().chain(turns).collect(),
            metadata: Metadata {
                source: conversation.source,
                id: &conversation.id,
            },
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.push(b'\n');
        Ok(Formatted::Written)
    }
}
