//! Who spoke in a conversation that a human agent took over (vendors/botpress.md, Human handover).
//!
//! The plugin for it copies each message between two conversations, the customer's and the agent's ticket, and writes
//! every copy in the bot's name. A tag of the copy holds the id of the original.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::model::{Conversation, Message, Role};

/// The vendor's ids are at least this long (the API's document, `minLength`).
const SHORTEST_ID: usize = 28;

/// The name that the plugin gives to an agent whose name it does not know.
const NAMELESS: &str = "A Human Agent";

/// Which of the two conversations of a handover it is. One without a handover is the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The customer talks to the bot, and to an agent whose messages are copied here.
    Customer,
    /// An agent talks to a customer whose messages are copied here.
    Ticket,
}

/// The tags of a message that tell which original it is a copy of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Copied {
    /// It is a copy of an agent's message.
    pub from_ticket: bool,
    /// It is a copy of a customer's message.
    pub from_customer: bool,
}

impl Copied {
    /// Reads the tags of a message.
    pub fn of(tags: &BTreeMap<String, Value>) -> Self {
        Self {
            from_ticket: linked(tags, "downstream").is_some(),
            from_customer: linked(tags, "upstream").is_some(),
        }
    }
}

/// The role of a message in a customer's conversation. What the plugin itself says is outgoing without a tag, as what the
/// bot says.
pub fn role(direction: Option<&str>, copied: Copied) -> Role {
    match direction {
        Some("incoming") => Role::User,
        Some("outgoing") if copied.from_ticket => Role::Agent,
        Some("outgoing") => Role::Bot,
        _ => Role::System,
    }
}

/// Gives the messages of a ticket their roles. Returns which side the conversation is.
///
/// The tag of a ticket may be missing; a copy of a customer's message is in tickets alone.
pub fn settle(messages: &mut [(Message, Copied)], tags: &BTreeMap<String, Value>) -> Side {
    let has_copy = |(message, copied): &(Message, Copied)| {
        copied.from_customer && matches!(message.role, Role::Bot | Role::Agent)
    };
    if linked(tags, "upstream").is_none() && !messages.iter().any(has_copy) {
        return Side::Customer;
    }
    for (message, copied) in messages {
        message.role = match message.role {
            Role::User => Role::Agent,
            Role::Bot | Role::Agent if copied.from_customer => Role::User,
            Role::Bot | Role::Agent => Role::Bot,
            Role::System => Role::System,
        };
    }
    Side::Ticket
}

/// Whether the user of a message is the one who spoke. The user of a copy is the bot.
pub fn has_own_user(message: &Message, side: Side) -> bool {
    match side {
        Side::Customer => message.role != Role::Agent,
        Side::Ticket => message.role != Role::User,
    }
}

/// Names the agent of the last session, unless messages have names already. A tag holds the name; each session
/// overwrites it, so agents of earlier sessions stay without a name.
pub fn name_agent(conversation: &mut Conversation) {
    let tags = &conversation.tags;
    let name = tag(tags, "humanAgentName").and_then(Value::as_str);
    let Some(name) = name.filter(|name| !name.trim().is_empty() && *name != NAMELESS) else {
        return;
    };
    let name = name.to_owned();
    let messages = conversation.messages.iter_mut().rev();
    let last_session = messages
        .skip_while(|message| message.role != Role::Agent)
        .take_while(|message| message.role != Role::Bot);
    for message in last_session.filter(|message| message.role == Role::Agent) {
        message.author.get_or_insert_with(|| name.clone());
    }
}

/// The id in the tag of this name.
fn linked<'a>(tags: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a str> {
    tags.iter()
        .filter(|(key, _)| bare(key) == name)
        .find_map(|(_, value)| value.as_str().filter(|value| is_id(value)))
}

fn tag<'a>(tags: &'a BTreeMap<String, Value>, name: &str) -> Option<&'a Value> {
    let mut found = tags.iter().filter(|(key, _)| bare(key) == name);
    found.next().map(|(_, value)| value)
}

/// A tag's name without the alias of the plugin, which the owner of the bot chooses.
fn bare(key: &str) -> &str {
    key.rsplit('#').next().unwrap_or(key)
}

/// Whether a text has the shape of the vendor's ids. The owner of a bot may have tags of the same names for something
/// else.
fn is_id(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.len() >= SHORTEST_ID && text.chars().all(is_part)
}
