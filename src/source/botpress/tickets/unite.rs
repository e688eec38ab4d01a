//! Which messages of a ticket are not in the customer's conversation.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

use crate::model::{Conversation, Message};
use crate::source::botpress::plugin_tags::linked;

/// Ids of messages that a message names.
#[derive(Debug, Default)]
pub struct Links {
    /// The agent's message in the ticket that it is a copy of.
    pub in_ticket: Option<String>,
    /// The customer's message that it is a copy of.
    pub in_customer: Option<String>,
}

/// Which originals the tags of a message name. Returns `None` for a message without the vendor's record, of which nobody
/// can tell.
pub fn links(message: &Message) -> Option<Links> {
    #[derive(Deserialize)]
    struct Wire {
        #[serde(default)]
        tags: Value,
    }
    let raw = message.raw.as_ref()?;
    // Most messages have no such tag, so most records need not be read.
    if !raw.get().contains("stream") {
        return Some(Links::default());
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let Value::Object(tags) = wire.tags else {
        return Some(Links::default());
    };
    let tags: BTreeMap<_, _> = tags.into_iter().collect();
    Some(Links {
        in_ticket: linked(&tags, "downstream").map(str::to_owned),
        in_customer: linked(&tags, "upstream").map(str::to_owned),
    })
}

/// Whether all messages have the vendor's record, so that copies can be told from originals.
pub fn has_records(conversation: &Conversation) -> bool {
    let mut messages = conversation.messages.iter();
    messages.all(|message| message.raw.is_some())
}

/// Adds to a customer's conversation what a ticket alone has: notes, messages of types that are not copied, what the plugin
/// told the agent, and copies whose original is gone. Messages with the same time stay behind the customer's. A copy has the
/// author of its original, who is known better in the ticket.
pub fn unite(customer: &mut Conversation, ticket: Conversation) {
    let links_of = |message: &Message| links(message).unwrap_or_default();
    let authors: HashMap<&str, Option<&String>> = ticket
        .messages
        .iter()
        .map(|one| (one.id.as_str(), one.author.as_ref()))
        .collect();
    let mut copied = HashSet::new();
    for message in &mut customer.messages {
        let Some(original) = links_of(message).in_ticket else {
            continue;
        };
        if let Some(Some(author)) = authors.get(original.as_str()) {
            message.author = Some((*author).clone());
        }
        copied.insert(original);
    }
    let ids: HashSet<&str> = customer
        .messages
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    let is_missing = |message: &Message| {
        let original = links_of(message).in_customer;
        let is_copy = original.is_some_and(|original| ids.contains(original.as_str()));
        !is_copy && !copied.contains(&message.id) && !ids.contains(message.id.as_str())
    };
    let missing: Vec<_> = ticket.messages.into_iter().filter(is_missing).collect();
    customer.messages.extend(missing);
    // The sort is stable.
    customer.messages.sort_by_key(|message| message.created_at);
    if let (Some(users), Some(others)) = (&mut customer.users, ticket.users) {
        let is_new = |user: &crate::model::User| !users.iter().any(|known| known.id == user.id);
        let new: Vec<_> = others.into_iter().filter(is_new).collect();
        users.extend(new);
    }
}
