//! A message as one flat row.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Serialize;

use super::cell::Cell;
use crate::format::formatter::Formatted;
use crate::model::{Conversation, Message, Record, Role, Vendor};
use crate::time::Timestamp;

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 19] = [
    "source",
    "account",
    "conversation_id",
    "conversation_created_at",
    "channel",
    "title",
    "tags",
    "user_name",
    "seq",
    "message_id",
    "created_at",
    "role",
    "user_id",
    "author",
    "type",
    "text",
    "options",
    "attachments",
    "raw",
];

/// How many of them tell about the conversation. They come first, and are the same in all its rows.
pub const SHARED: usize = 8;

/// How many of them tables for people have: all but the vendor's record.
pub const TABLE: usize = COLUMNS.len() - 1;

/// The result for a conversation without messages, which has no row.
pub const NO_ROW: Formatted = Formatted::Skipped(
    "it has no messages, and so no row: -f conversations and --rows conversations have one",
);

/// The columns, in their order. Nested values are JSON text, so that a program that reads rows does not guess a schema
/// and drop what does not fit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MessageRow<'a> {
    /// The vendor it was exported from. Together with `account`, `conversation_id` and `message_id` it identifies the
    /// row.
    pub source: Vendor,
    /// The id of the Botpress bot, or the host of the boost.ai site.
    pub account: Option<&'a str>,
    /// The vendor's id of the conversation.
    pub conversation_id: &'a str,
    /// When the conversation began.
    pub conversation_created_at: Option<Timestamp>,
    /// Where the conversation took place.
    pub channel: Option<&'a str>,
    /// What the conversation is about, if the vendor says so.
    pub title: Option<&'a str>,
    /// The vendor's tags of the conversation, as JSON.
    pub tags: &'a str,
    /// The name of the person who talks to the bot in the conversation, if known.
    pub user_name: Option<&'a str>,
    /// The position of the message in its conversation, from 1.
    pub seq: usize,
    /// The vendor's id of the message.
    pub message_id: &'a str,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// Who wrote it.
    pub role: Role,
    /// The vendor's id for who wrote it.
    pub user_id: Option<&'a str>,
    /// The name of who wrote it, if known.
    pub author: Option<&'a str>,
    /// The vendor's message type.
    #[serde(rename = "type")]
    pub kind: &'a str,
    /// The words, as plain text.
    pub text: &'a str,
    /// The options that the reader could choose from, as JSON.
    pub options: Cow<'static, str>,
    /// Links to files, pictures and other media, as JSON.
    pub attachments: Cow<'static, str>,
    /// The vendor's message, verbatim, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<&'a str>,
}

/// The rows of a conversation, with what is the same in all of them.
pub struct MessageRows<'a> {
    conversation: &'a Conversation,
    tags: String,
    user_name: Option<&'a str>,
}

impl<'a> MessageRows<'a> {
    /// Prepares the rows of a conversation.
    ///
    /// # Errors
    /// When a tag cannot be written as JSON.
    pub fn of(conversation: &'a Conversation) -> serde_json::Result<Self> {
        Ok(Self {
            conversation,
            tags: serde_json::to_string(&conversation.tags)?,
            user_name: conversation.person().and_then(|person| person.name),
        })
    }

    /// The rows, one per message.
    pub fn rows(&self) -> impl Iterator<Item = MessageRow<'_>> {
        (1..)
            .zip(&self.conversation.messages)
            .map(|(seq, message)| self.row(seq, message))
    }

    fn row<'r>(&'r self, seq: usize, message: &'r Message) -> MessageRow<'r> {
        let conversation = self.conversation;
        MessageRow {
            source: conversation.source,
            account: conversation.account.as_deref(),
            conversation_id: &conversation.id,
            conversation_created_at: conversation.created_at,
            channel: conversation.channel.as_deref(),
            title: conversation.title.as_deref(),
            tags: &self.tags,
            user_name: self.user_name,
            seq,
            message_id: &message.id,
            created_at: message.created_at,
            role: message.role,
            user_id: message.user_id.as_deref(),
            author: message.author.as_deref(),
            kind: &message.kind,
            text: &message.text,
            options: message.options_json(),
            attachments: message.attachments_json(),
            raw: message.raw.as_ref().map(Record::get),
        }
    }
}

impl MessageRow<'_> {
    /// The values, in the order of [`COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [Cell<'_>; COLUMNS.len()] {
        [
            self.source.name().into(),
            self.account.into(),
            self.conversation_id.into(),
            self.conversation_created_at.into(),
            self.channel.into(),
            self.title.into(),
            self.tags.into(),
            self.user_name.into(),
            Cell::Number(self.seq),
            self.message_id.into(),
            self.created_at.into(),
            self.role.name().into(),
            self.user_id.into(),
            self.author.into(),
            self.kind.into(),
            self.text.into(),
            (&*self.options).into(),
            (&*self.attachments).into(),
            self.raw.into(),
        ]
    }
}
