//! The normalized shape: a conversation, its messages and the people in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::record::Record;

use crate::time::Timestamp;

/// One conversation, whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// Whose it is; with `id` the key of the conversation.
    pub source: Vendor,
    /// The vendor's id, a string even where the vendor has integers.
    pub id: String,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it changed last, as far as the vendor says.
    pub updated_at: Option<Timestamp>,
    /// Where it took place: Botpress's integration name (`webchat`, `whatsapp`).
    pub channel: Option<String>,
    /// The vendor's tags.
    pub tags: BTreeMap<String, Value>,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Who wrote in it; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    /// The payload of each state asked for, null where the conversation has none of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<BTreeMap<String, Option<Record>>>,
    /// How many messages the vendor says it has, where it says so.
    #[serde(skip)]
    pub reported_count: Option<u64>,
    /// The vendor's record without its messages, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

impl Conversation {
    /// Whether it has another number of messages than the vendor reports.
    #[must_use]
    pub fn is_miscounted(&self) -> bool {
        let found = self.messages.len() as u64;
        self.reported_count
            .is_some_and(|reported| reported != found)
    }

    /// The bytes it takes in memory, roughly.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        let record = |raw: &Option<Record>| raw.as_ref().map_or(0, |raw| raw.get().len());
        let messages = self.messages.iter();
        let messages = messages
            .map(|message| size_of::<Message>() + message.text.len() + record(&message.raw));
        size_of::<Self>() + record(&self.raw) + messages.sum::<usize>()
    }
}

/// Whom a conversation was exported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Botpress Cloud.
    Botpress,
    /// boost.ai.
    Boost,
}

impl Vendor {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Botpress => "botpress",
            Self::Boost => "boost",
        }
    }
}

/// One turn of a conversation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The vendor's id.
    pub id: String,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// Who speaks.
    pub role: Role,
    /// The vendor's id of who speaks.
    pub user_id: Option<String>,
    /// The name of who speaks, where known.
    pub author: Option<String>,
    /// The vendor's message type.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The words, as plain text; empty where the message has none.
    pub text: String,
    /// What the reader could choose from.
    pub options: Vec<Choice>,
    /// Files, pictures and the like, by address.
    pub attachments: Vec<Attachment>,
    /// The vendor's message, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person who talks to the bot.
    User,
    /// The bot.
    Bot,
    /// A human who took over from the bot.
    Agent,
    /// Neither: the platform itself, or a speaker the vendor does not name.
    System,
}

impl Role {
    /// Its name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Bot => "bot",
            Self::Agent => "agent",
            Self::System => "system",
        }
    }

    /// The word in a transcript.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Agent => "Agent",
            Self::System => "System",
        }
    }
}

/// Something the reader of a message could choose: a button, a quick reply, an action of a card.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// What the reader sees.
    pub label: String,
    /// What choosing it sends or opens.
    pub value: Option<String>,
}

/// A file, picture, video or sound, by its address.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// `image`, `video`, `audio`, `file`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Its title, where it has one.
    pub title: Option<String>,
}

/// Somebody who wrote in a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The vendor's id.
    pub id: String,
    /// Their name, where known.
    pub name: Option<String>,
    /// The vendor's tags of the user.
    pub tags: BTreeMap<String, Value>,
    /// Who they are in this conversation.
    pub role: Role,
}
