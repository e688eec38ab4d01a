//! The output of `--list`: one conversation per line, without its messages.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use super::formatter::{Formatted, Formatter};
use crate::model::{Conversation, Record, Vendor};
use crate::time::Timestamp;

/// The formatter, which has no state.
pub struct List;

/// A conversation without its messages, and how many messages the vendor reports.
#[derive(Serialize)]
struct Entry<'a> {
    source: Vendor,
    account: Option<&'a str>,
    id: &'a str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    channel: Option<&'a str>,
    title: Option<&'a str>,
    tags: &'a BTreeMap<String, Value>,
    message_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw: Option<&'a Record>,
}

impl Formatter for List {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let entry = Entry {
            source: conversation.source,
            account: conversation.account.as_deref(),
            id: &conversation.id,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel: conversation.channel.as_deref(),
            title: conversation.title.as_deref(),
            tags: &conversation.tags,
            message_count: conversation.reported_count,
            raw: conversation.raw.as_ref(),
        };
        serde_json::to_writer(&mut *out, &entry)?;
        out.push(b'\n');
        Ok(Formatted::Written)
    }
}
