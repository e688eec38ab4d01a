//! A message as one flat row, for `messages` and `csv`.

use schemars::JsonSchema;
use serde::Serialize;

use super::formatter::Formatted;
use crate::model::{Conversation, Message, Record, Role, Vendor};
use crate::time::Timestamp;

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 16] = [
    "source",
    "account",
    "conversation_id",
    "conversation_created_at",
    "channel",
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

/// The columns, in their order. Nested values are JSON text, so that a program that reads rows does not guess a schema
/// and drop what does not fit.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Row<'a> {
    /// The vendor it was exported from. Together with `account`, `conversation_id` and `message_id` it
    /// identifies the row.
    pub source: Vendor,
    /// The id of the Botpress bot, or the host of the boost.ai site.
    pub account: Option<&'a str>,
    /// The vendor's id of the conversation.
    pub conversation_id: &'a str,
    /// When the conversation began.
    pub conversation_created_at: Option<Timestamp>,
    /// Where the conversation took place.
    pub channel: Option<&'a str>,
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
    pub options: String,
    /// Links to files, pictures and other media, as JSON.
    pub attachments: String,
    /// The vendor's message, verbatim, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<&'a str>,
}

/// The rows of a conversation, one per message.
///
/// # Errors
/// When options or attachments cannot be written as JSON, which does not happen with strings.
pub fn rows(conversation: &Conversation) -> impl Iterator<Item = serde_json::Result<Row<'_>>> + '_ {
    (1..)
        .zip(&conversation.messages)
        .map(|(seq, message)| row(conversation, seq, message))
}

fn row<'a>(
    conversation: &'a Conversation,
    seq: usize,
    message: &'a Message,
) -> serde_json::Result<Row<'a>> {
    Ok(Row {
        source: conversation.source,
        account: conversation.account.as_deref(),
        conversation_id: &conversation.id,
        conversation_created_at: conversation.created_at,
        channel: conversation.channel.as_deref(),
        seq,
        message_id: &message.id,
        created_at: message.created_at,
        role: message.role,
        user_id: message.user_id.as_deref(),
        author: message.author.as_deref(),
        kind: &message.kind,
        text: &message.text,
        options: serde_json::to_string(&message.options)?,
        attachments: serde_json::to_string(&message.attachments)?,
        raw: message.raw.as_ref().map(Record::get),
    })
}

/// The result for a conversation without messages, which has no row.
pub const NO_ROW: Formatted = Formatted::Skipped("it has no messages, and so no row");
