//! `singer`: the messages of Singer, for targets that load them into databases: SCHEMA of each stream, a RECORD of each
//! conversation and message, and a STATE where a later run can go on (<https://hub.meltano.com/singer/spec>).

mod catalog;

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::Formatter;
use super::row::rows;
use crate::model::{Conversation, Record, Vendor};
use crate::state::Bookmark;
use crate::time::Timestamp;

pub use catalog::{Catalog, Stream, discovered};

/// Keeps nothing between two conversations but where the next run begins.
pub struct Singer {
    catalog: Catalog,
    bookmark: Option<Bookmark>,
    lines: Vec<u8>,
}

/// A conversation without its messages. What is nested is JSON text, as in [`super::row`].
#[derive(Serialize)]
struct Talk<'a> {
    source: Vendor,
    id: &'a str,
    created_at: Option<Timestamp>,
    updated_at: Option<Timestamp>,
    channel: Option<&'a str>,
    tags: String,
    users: Option<String>,
    states: Option<String>,
    raw: Option<&'a str>,
}

impl Singer {
    /// A formatter for what the catalog selects.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        Self {
            catalog,
            bookmark: None,
            lines: Vec::new(),
        }
    }

    fn record(&mut self, stream: Stream, record: &impl Serialize) -> io::Result<()> {
        let Some(columns) = self.catalog.columns(stream) else {
            return Ok(());
        };
        let Value::Object(mut record) = serde_json::to_value(record)? else {
            return Ok(());
        };
        record.retain(|name, _| columns.contains(name.as_str()));
        record.values_mut().for_each(without_nul);
        self.line(&json!({"type": "RECORD", "stream": stream.name(), "record": record}))
    }

    fn line(&mut self, message: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut self.lines, message)?;
        self.lines.push(b'\n');
        Ok(())
    }

    fn pass_on(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let written = out.write_all(&self.lines);
        self.lines.clear();
        written
    }
}

impl Formatter for Singer {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        for stream in self.catalog.streams() {
            let schema = self.catalog.schema(stream);
            self.line(&json!({
                "type": "SCHEMA", "stream": stream.name(), "schema": schema, "key_properties": stream.keys(),
            }))?;
        }
        self.pass_on(out)
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let text = |states| serde_json::to_string(states);
        let talk = Talk {
            source: conversation.source,
            id: &conversation.id,
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel: conversation.channel.as_deref(),
            tags: serde_json::to_string(&conversation.tags)?,
            users: conversation
                .users
                .as_ref()
                .map(serde_json::to_string)
                .transpose()?,
            states: conversation.states.as_ref().map(text).transpose()?,
            raw: conversation.raw.as_ref().map(Record::get),
        };
        self.record(Stream::Conversations, &talk)?;
        for row in rows(conversation) {
            self.record(Stream::Messages, &row?)?;
        }
        self.pass_on(out)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(bookmark) = self.bookmark.take() {
            let streams = self.catalog.streams();
            let bookmarks: Map<_, _> = streams
                .map(|stream| (stream.name().to_owned(), json!(bookmark)))
                .collect();
            self.line(&json!({"type": "STATE", "value": {"bookmarks": bookmarks}}))?;
        }
        self.pass_on(out)
    }

    fn note(&mut self, bookmark: &Bookmark) {
        self.bookmark = Some(bookmark.clone());
    }
}

/// No database takes U+0000 in a text, and one message must not hold up all others. `raw` has it escaped.
fn without_nul(value: &mut Value) {
    if let Value::String(text) = value
        && text.contains('\0')
    {
        *text = text.replace('\0', "\u{fffd}");
    }
}
