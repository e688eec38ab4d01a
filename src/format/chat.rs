//! `chat`: one conversation per line as `{"messages":[{"role","content"}]}`, to train language models.
//!
//! This is training data, not an archive: docs/chat.md says what is left out and why. Consecutive messages of one speaker
//! become one turn. Messages of the platform are left out, and so is a last turn of the user that nobody answered.

mod words;

use anyhow::Result;
use serde::Serialize;

use super::formatter::{Formatted, Formatter};
use super::options::{AgentAs, ChatMedia};
use crate::model::{Choice, Conversation, Message, Role, Vendor};

/// The formatter, with what becomes of human agents and of media.
pub struct Chat {
    system: Option<String>,
    agents: AgentAs,
    media: ChatMedia,
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
    pub fn new(system: Option<String>, agents: AgentAs, media: ChatMedia) -> Self {
        Self {
            system,
            agents,
            media,
        }
    }

    /// The turns of a conversation. User and assistant alternate, and the last turn is the assistant's.
    fn turns(&self, conversation: &Conversation) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut offered: &[Choice] = &[];
        let mut is_answered = false;
        for message in &conversation.messages {
            match message.role {
                _ if !message.options.is_empty() => {
                    (offered, is_answered) = (&message.options, false);
                }
                Role::User => is_answered = true,
                // What comes next may be a question of its own, to which `2` is a number.
                Role::Bot | Role::Agent if is_answered => offered = &[],
                _ => {}
            }
            let Some(role) = self.speaker(message.role) else {
                continue;
            };
            let content = chosen(message, offered, conversation.source)
                .map_or_else(|| words::of(message, self.media), str::to_owned);
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

/// What a user saw on the button whose value is this message. Some channels of Botpress send the value and not the label.
fn chosen<'a>(message: &Message, offered: &'a [Choice], source: Vendor) -> Option<&'a str> {
    if message.role != Role::User || source != Vendor::Botpress {
        return None;
    }
    let said = message.text.trim();
    if said.is_empty() || offered.iter().any(|choice| choice.label == said) {
        return None;
    }
    let mut offered = offered.iter();
    let choice = offered.find(|choice| choice.value.as_deref() == Some(said))?;
    Some(choice.label.trim()).filter(|label| !label.is_empty())
}

impl Formatter for Chat {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        if conversation.is_ticket() {
            return Ok(Formatted::Skipped(
                "it is an agent's ticket, and the customer's conversation has the same words",
            ));
        }
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
