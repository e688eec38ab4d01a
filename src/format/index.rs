//! What `--list` writes: one conversation a line as the list has it, so without its messages.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use super::Formatter;
use crate::model::{Conversation, Record, Vendor};
use crate::time::Timestamp;

/// Keeps nothing between two lines.
pub struct Index;

/// The keys of a conversation without its messages, and how many the vendor says there are.
#[derive(Serialize)]
struct Entry<'a> {
    source: Vendor,
    id: &'a str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    channel: Option<&'a str>,
    tags: &'a BTreeMap<String, Value>,
    message_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a Record>,
}

impl Formatter for Index {
    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let entry = Entry {
            source: conversation.source,
            id: &conversation.id,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel: conversation.channel.as_deref(),
            tags: &conversation.tags,
            message_count: conversation.promised,
            raw: conversation.raw.as_ref(),
        };
        let mut line = serde_json::to_vec(&entry)?;
        line.push(b'\n');
        out.write_all(&line)
    }
}
