//! Where a human agent takes over from the bot, and where the bot is back.

use std::fmt;

use super::conversation::{Conversation, Message, Role};

/// Who talks to the customer from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takeover<'a> {
    /// An agent, with the name if it is known.
    Agent(Option<&'a str>),
    /// The bot again.
    Bot,
}

impl fmt::Display for Takeover<'_> {
    /// Says it in words. A name is as the vendor has it, so it may have any characters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(Some(name)) => write!(f, "{name} (agent) takes over"),
            Self::Agent(None) => f.write_str("An agent takes over"),
            Self::Bot => f.write_str("The bot is back"),
        }
    }
}

/// The messages of a conversation, each with the takeover that comes before it, if there is one.
///
/// In a ticket nobody takes over: the agent is there from the beginning.
pub fn with_takeovers(
    conversation: &Conversation,
) -> impl Iterator<Item = (Option<Takeover<'_>>, &Message)> {
    takeovers(conversation)
        .into_iter()
        .zip(&conversation.messages)
}

/// The takeover before each message.
///
/// The bot also speaks while agents talk: the vendor's plugin announces the next agent in its name (vendors/botpress.md,
/// Human handover). So it is back only if no agent speaks next.
fn takeovers(conversation: &Conversation) -> Vec<Option<Takeover<'_>>> {
    let mut found = vec![None; conversation.messages.len()];
    if conversation.is_ticket() {
        return found;
    }
    // The agent who talks, whose name may be unknown, and the first thing that the bot has said since.
    let (mut agent, mut bot_at) = (None, None);
    for (index, message) in conversation.messages.iter().enumerate() {
        match message.role {
            Role::Agent => {
                let name = message.author.as_deref().map(str::trim);
                let name = name.filter(|name| !name.is_empty());
                if agent.is_none_or(|before| is_another(before, name)) {
                    found[index] = Some(Takeover::Agent(name));
                }
                agent = Some(name.or(agent.flatten()));
                bot_at = None;
            }
            Role::Bot if agent.is_some() => bot_at = bot_at.or(Some(index)),
            Role::User => {
                if let Some(index) = bot_at.take() {
                    found[index] = Some(Takeover::Bot);
                    agent = None;
                }
            }
            Role::Bot | Role::System => {}
        }
    }
    if let Some(index) = bot_at {
        found[index] = Some(Takeover::Bot);
    }
    found
}

/// Whether two agents are known to be different.
fn is_another(before: Option<&str>, now: Option<&str>) -> bool {
    before.zip(now).is_some_and(|(before, now)| before != now)
}
