//! Who spoke in a conversation that a human agent took over (vendors/botpress.md, Human handover).
//!
//! The plugin for it copies each message between two conversations, the customer's and the agent's ticket, and writes
//! every copy in the bot's name. A tag of the copy holds the id of the original.

use std::collections::BTreeMap;

use serde_json::Value;

use super::plugin_tags::{linked, words};
use crate::model::{Conversation, Handover, Message, Role, Side};

/// The name that the plugin gives to an agent whose name it does not know.
const NAMELESS: &str = "A Human Agent";

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

/// Gives the messages of a ticket their roles. Returns which side the conversation is; one without a handover is the
/// customer's.
///
/// The tag of a ticket may be missing; a copy of a customer's message is in tickets alone. New messages need not have one,
/// so what earlier runs found counts too.
pub fn settle(
    messages: &mut [(Message, Copied)],
    tags: &BTreeMap<String, Value>,
    is_known_ticket: bool,
) -> Side {
    let has_copy = |(message, copied): &(Message, Copied)| {
        copied.from_customer && matches!(message.role, Role::Bot | Role::Agent)
    };
    let is_ticket =
        is_known_ticket || linked(tags, "upstream").is_some() || messages.iter().any(has_copy);
    if !is_ticket {
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

/// Says what is known of the handover, and names the agent of the last session unless messages have names already. Tags
/// tell both; each session overwrites them, so agents of earlier sessions stay without a name. The last session begins with
/// the message that the tag `startMessageId` names.
pub fn describe(conversation: &mut Conversation, side: Side) {
    let tags = &conversation.tags;
    let link = match side {
        Side::Customer => "downstream",
        Side::Ticket => "upstream",
    };
    let other = linked(tags, link).map(str::to_owned);
    let mut messages = conversation.messages.iter();
    let mut has_agent = || messages.any(|message| message.role == Role::Agent);
    if side == Side::Customer && other.is_none() && !has_agent() {
        return;
    }
    let agent = words(tags, "humanAgentName").filter(|name| *name != NAMELESS);
    let agent = agent.map(str::to_owned);
    if let Some(name) = &agent {
        let start = linked(tags, "startMessageId");
        let is_start = |message: &Message| Some(message.id.as_str()) == start;
        let begin = conversation.messages.iter().position(is_start);
        name_agent(
            &mut conversation.messages[begin.unwrap_or_default()..],
            name,
        );
    }
    conversation.handover = Some(Handover {
        side,
        conversation_id: other,
        agent,
        ended: words(tags, "hitlEndReason").map(str::to_owned),
    });
}

fn name_agent(messages: &mut [Message], name: &str) {
    let last_session = messages
        .iter_mut()
        .rev()
        .skip_while(|message| message.role != Role::Agent)
        .take_while(|message| message.role != Role::Bot);
    for message in last_session.filter(|message| message.role == Role::Agent) {
        message.author.get_or_insert_with(|| name.to_owned());
    }
}
