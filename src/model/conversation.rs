//! The normalized data: a conversation, its messages and the people in it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::handover::{Handover, Side};
use super::media::{MediaFile, Missing, path_link};
use super::record::Record;
use crate::time::Timestamp;

/// One complete conversation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// The vendor it was exported from. Together with `account` and `id` it identifies the conversation.
    pub source: Vendor,
    /// The id of the Botpress bot, or the host of the boost.ai site. Null for a saved answer, which does not name its
    /// site.
    #[serde(default)]
    pub account: Option<String>,
    /// The vendor's id, as a string even if the vendor uses integers.
    pub id: String,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it last changed, if the vendor says so.
    pub updated_at: Option<Timestamp>,
    /// Where it took place. For Botpress: the name of the integration (`webchat`, `whatsapp`).
    pub channel: Option<String>,
    /// What it is about, if the vendor says so. For Botpress: the tag `title` of the plugin conversation-insights.
    #[serde(default)]
    pub title: Option<String>,
    /// The vendor's tags.
    pub tags: BTreeMap<String, Value>,
    /// The talk with a human agent that belongs to it, if there was one. Null for boost.ai, where the agent writes into
    /// the same conversation.
    #[serde(default)]
    pub handover: Option<Handover>,
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Who took part in it. Present only if users were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    /// The payload of each state that was asked for, by name. Null if the conversation does not have that state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<BTreeMap<String, Option<Record>>>,
    /// How many messages the vendor says it has, if it does.
    #[serde(skip)]
    pub reported_count: Option<u64>,
    /// From which time on messages were asked for. `None` when it has all that the vendor returns.
    #[serde(skip)]
    pub fetched_since: Option<Timestamp>,
    /// Whether names were asked for, and some could not be fetched.
    #[serde(skip)]
    pub lacks_names: bool,
    /// Whether some content is not what the vendor documents, so that its words may not all be in the messages.
    #[serde(skip)]
    pub has_odd_content: bool,
    /// The vendor's record without its messages, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

impl Conversation {
    /// Whether the number of messages differs from the number that the vendor reports.
    #[must_use]
    pub fn is_miscounted(&self) -> bool {
        let found = self.messages.len() as u64;
        let reported = self.reported_count.filter(|_| self.fetched_since.is_none());
        reported.is_some_and(|reported| reported != found)
    }

    /// Whether it is the ticket of a human agent, which repeats what is in the customer's conversation.
    #[must_use]
    pub fn is_ticket(&self) -> bool {
        let handover = self.handover.as_ref();
        handover.is_some_and(|handover| handover.side == Side::Ticket)
    }

    /// Whether nothing is known of the people in it, because nobody asked for them. boost.ai has no users to ask for.
    #[must_use]
    pub fn lacks_people(&self) -> bool {
        self.source == Vendor::Botpress && self.users.is_none() && !self.messages.is_empty()
    }

    /// The links to files of all messages.
    pub fn attachments(&self) -> impl Iterator<Item = &Attachment> {
        self.messages
            .iter()
            .flat_map(|message| &message.attachments)
    }

    /// The same, to change them.
    pub fn attachments_mut(&mut self) -> impl Iterator<Item = &mut Attachment> {
        self.messages
            .iter_mut()
            .flat_map(|message| &mut message.attachments)
    }

    /// Roughly how many bytes it takes in memory.
    #[must_use]
    pub fn heap_size(&self) -> usize {
        let record = |raw: &Option<Record>| raw.as_ref().map_or(0, |raw| raw.get().len());
        let messages = self.messages.iter();
        let messages = messages
            .map(|message| size_of::<Message>() + message.text.len() + record(&message.raw));
        size_of::<Self>() + record(&self.raw) + messages.sum::<usize>()
    }
}

/// The vendor that a conversation was exported from.
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

/// The type of a message of boost.ai that is the click on a button.
pub const CLICK: &str = "button_click";

/// The id of a click that has none of its own, by the id of the message that answers it.
#[must_use]
pub fn click_id(answer: &str) -> String {
    format!("{answer}:click")
}

/// One turn of a conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The vendor's id.
    pub id: String,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// Who wrote it.
    pub role: Role,
    /// The vendor's id for who wrote it.
    pub user_id: Option<String>,
    /// The name of who wrote it, if known.
    pub author: Option<String>,
    /// The vendor's message type.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The words, as plain text. Empty if the message has none. A message of several parts has the words and options of
    /// each, and a carousel an empty line between its cards.
    pub text: String,
    /// The options that the reader could choose from.
    pub options: Vec<Choice>,
    /// Links to files, pictures and other media.
    pub attachments: Vec<Attachment>,
    /// The vendor's message, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person who writes to the bot.
    User,
    /// The bot.
    Bot,
    /// A human who took over from the bot.
    Agent,
    /// The platform itself, or somebody the vendor does not identify.
    System,
}

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 4] = [Self::User, Self::Bot, Self::Agent, Self::System];

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

    /// Its name in a transcript.
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

/// An option that the reader of a message could choose: a button, a quick reply, an action of a card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// What the reader sees.
    pub label: String,
    /// What is sent or opened when it is chosen.
    pub value: Option<String>,
}

/// A link to a file, picture, video or sound. What is known of the file itself is there only if media were asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// `image`, `video`, `audio`, `file`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its address.
    pub url: String,
    /// Its title, if it has one. Of a picture in a carousel: the title of its card.
    pub title: Option<String>,
    /// The downloaded file: its path from the folder of the export, with `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The SHA-256 of the file, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// The size of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What the file is, by its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// Why there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<Missing>,
}

impl Attachment {
    /// A link of which no file is known.
    #[must_use]
    pub fn new(kind: String, url: String, title: Option<String>) -> Self {
        Self {
            kind,
            url,
            title,
            ..Self::default()
        }
    }

    /// Where a reader finds it: the path of the downloaded file, else its address.
    #[must_use]
    pub fn place(&self) -> &str {
        self.file.as_deref().unwrap_or(&self.url)
    }

    /// The downloaded file as a relative address, for a link.
    #[must_use]
    pub fn file_link(&self) -> Option<String> {
        self.file.as_deref().map(path_link)
    }

    /// Whether anything is known of the file.
    #[must_use]
    pub fn has_media(&self) -> bool {
        self.file.is_some() || self.missing.is_some()
    }

    /// Notes what became of the file. `file` is its path from the folder of the export.
    pub fn set_media(&mut self, media: Result<(String, &MediaFile), Missing>) {
        self.forget_media();
        match media {
            Ok((file, media)) => {
                self.file = Some(file);
                self.sha256 = Some(media.sha256.clone());
                self.bytes = Some(media.bytes);
                self.media_type = Some(media.media_type.clone());
            }
            Err(missing) => self.missing = Some(missing),
        }
    }

    /// Forgets what is known of the file.
    pub fn forget_media(&mut self) {
        let link = std::mem::take(self);
        *self = Self::new(link.kind, link.url, link.title);
    }
}

/// Somebody who took part in a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The vendor's id.
    pub id: String,
    /// Their name, if known.
    pub name: Option<String>,
    /// The vendor's tags for the user.
    pub tags: BTreeMap<String, Value>,
    /// Their role in this conversation.
    pub role: Role,
}
