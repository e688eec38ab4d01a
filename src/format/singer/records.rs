//! The SCHEMA and RECORD messages.

use anyhow::Result;
use serde::Serialize;
use serde_json::{Value, json};

use super::catalog::Catalog;
use super::stream::Stream;
use crate::format::formatter::{Formatted, Formatter};
use crate::format::rows::MessageRows;
use crate::model::{Conversation, Record, Vendor};
use crate::time::Timestamp;

/// Writes what a catalog selects.
pub struct Singer {
    catalog: Catalog,
}

/// A conversation without its messages. Nested values are JSON text, as in `messages`.
#[derive(Serialize)]
struct ConversationRecord<'a> {
    source: Vendor,
    account: Option<&'a str>,
    id: &'a str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    channel: Option<&'a str>,
    title: Option<&'a str>,
    tags: String,
    handover: Option<String>,
    users: Option<String>,
    states: Option<String>,
    raw: Option<&'a str>,
}

impl Singer {
    /// Creates a formatter for what the catalog selects.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self { catalog }
    }

    fn record(&self, stream: Stream, record: &impl Serialize, out: &mut Vec<u8>) -> Result<()> {
        let Some(columns) = self.catalog.columns(stream) else {
            return Ok(());
        };
        let Value::Object(mut record) = serde_json::to_value(record)? else {
            return Ok(());
        };
        record.retain(|name, _| columns.contains(name.as_str()));
        record.values_mut().for_each(without_nul);
        line(
            &json!({"type": "RECORD", "stream": stream.name(), "record": record}),
            out,
        );
        Ok(())
    }
}

impl Formatter for Singer {
    fn begin(&mut self, out: &mut Vec<u8>) {
        for stream in self.catalog.streams() {
            let schema = self.catalog.schema(stream);
            let message = json!({
                "type": "SCHEMA", "stream": stream.name(), "schema": schema, "key_properties": stream.keys(),
            });
            line(&message, out);
        }
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let users = conversation.users.as_ref();
        let states = conversation.states.as_ref();
        let handover = conversation.handover.as_ref();
        let record = ConversationRecord {
            source: conversation.source,
            account: conversation.account.as_deref(),
            id: &conversation.id,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel: conversation.channel.as_deref(),
            title: conversation.title.as_deref(),
            tags: serde_json::to_string(&conversation.tags)?,
            handover: handover.map(serde_json::to_string).transpose()?,
            users: users.map(serde_json::to_string).transpose()?,
            states: states.map(serde_json::to_string).transpose()?,
            raw: conversation.raw.as_ref().map(Record::get),
        };
        self.record(Stream::Conversations, &record, out)?;
        for row in MessageRows::of(conversation)?.rows() {
            self.record(Stream::Messages, &row?, out)?;
        }
        Ok(Formatted::Written)
    }
}

fn line(message: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(message.to_string().as_bytes());
    out.push(b'\n');
}

/// Replaces U+0000, since some databases refuse it in a text, and one message must not stop all others. In `raw` it is
/// escaped, so it stays.
fn without_nul(value: &mut Value) {
    if let Value::String(text) = value
        && text.contains('\0')
    {
        *text = text.replace('\0', "\u{fffd}");
    }
}
