//! The SCHEMA and RECORD messages.

use anyhow::Result;
use serde_json::json;

use super::catalog::Catalog;
use super::stream::Stream;
use crate::format::formatter::{Formatted, Formatter};
use crate::format::rows::{Cell, MessageRows, SHARED, write_members};
use crate::model::{Conversation, Record};

/// Writes what a catalog selects.
pub struct Singer {
    catalog: Catalog,
    conversations: Option<Selected>,
    messages: Option<Selected>,
}

/// The columns of a stream, and which of them are selected. The keys are, always.
struct Selected {
    stream: Stream,
    columns: Vec<(&'static str, bool)>,
}

impl Singer {
    /// Creates a formatter for what the catalog selects.
    #[must_use]
    pub fn new(catalog: Catalog) -> Self {
        let [conversations, messages] = Stream::ALL.map(|stream| Selected::of(&catalog, stream));
        Self {
            catalog,
            conversations,
            messages,
        }
    }
}

impl Formatter for Singer {
    fn begin(&mut self, out: &mut Vec<u8>) {
        for stream in self.catalog.streams() {
            let schema = self.catalog.schema(stream);
            let message = json!({
                "type": "SCHEMA", "stream": stream.name(), "schema": schema, "key_properties": stream.keys(),
            });
            out.extend_from_slice(message.to_string().as_bytes());
            out.push(b'\n');
        }
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        if let Some(selected) = &self.conversations {
            selected.conversation(conversation, out)?;
        }
        if let Some(selected) = &self.messages {
            selected.messages(conversation, out)?;
        }
        Ok(Formatted::Written)
    }
}

impl Selected {
    fn of(catalog: &Catalog, stream: Stream) -> Option<Self> {
        let selected = catalog.columns(stream)?;
        let columns = stream.columns().iter();
        let columns = columns.map(|name| (*name, selected.contains(name)));
        Some(Self {
            stream,
            columns: columns.collect(),
        })
    }

    /// Writes a conversation without its messages. Nested values are JSON text, as in `messages`.
    fn conversation(&self, conversation: &Conversation, out: &mut Vec<u8>) -> Result<()> {
        let tags = serde_json::to_string(&conversation.tags)?;
        let handover = conversation.handover.as_ref();
        let handover = handover.map(serde_json::to_string).transpose()?;
        let users = conversation.users.as_ref();
        let users = users.map(serde_json::to_string).transpose()?;
        let states = conversation.states.as_ref();
        let states = states.map(serde_json::to_string).transpose()?;
        let cells: [Cell; 12] = [
            conversation.source.name().into(),
            conversation.account.as_deref().into(),
            (&conversation.id).into(),
            conversation.created_at.into(),
            conversation.updated_at.into(),
            conversation.channel.as_deref().into(),
            conversation.title.as_deref().into(),
            (&tags).into(),
            handover.as_deref().into(),
            users.as_deref().into(),
            states.as_deref().into(),
            conversation.raw.as_ref().map(Record::get).into(),
        ];
        self.record(out, |out| self.write_members(0, &cells, out));
        Ok(())
    }

    fn messages(&self, conversation: &Conversation, out: &mut Vec<u8>) -> Result<()> {
        let mut shared = Vec::new();
        for row in MessageRows::of(conversation)?.rows() {
            let cells = row.cells();
            if shared.is_empty() {
                self.write_members(0, &cells[..SHARED], &mut shared);
            }
            self.record(out, |out| {
                out.extend_from_slice(&shared);
                out.push(b',');
                self.write_members(SHARED, &cells[SHARED..], out);
            });
        }
        Ok(())
    }

    /// Writes those of the columns from `first` on that are selected.
    fn write_members(&self, first: usize, cells: &[Cell], out: &mut Vec<u8>) {
        let texts: Vec<_> = cells.iter().map(without_nul).collect();
        let cells = cells.iter().zip(&texts);
        let cells = cells.map(|(cell, text)| text.as_deref().map_or(*cell, Cell::Text));
        let columns = self.columns[first..].iter().zip(cells);
        let selected =
            columns.filter_map(|((name, is_selected), cell)| is_selected.then_some((*name, cell)));
        write_members(selected, out);
    }

    fn record(&self, out: &mut Vec<u8>, members: impl FnOnce(&mut Vec<u8>)) {
        out.extend_from_slice(b"{\"type\":\"RECORD\",\"stream\":\"");
        out.extend_from_slice(self.stream.name().as_bytes());
        out.extend_from_slice(b"\",\"record\":{");
        members(out);
        out.extend_from_slice(b"}}\n");
    }
}

/// The text without U+0000, if it has one. Some databases refuse it, and one message must not stop all others. In `raw`
/// it is escaped, so it stays.
fn without_nul(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Text(text) if text.contains('\0') => Some(text.replace('\0', "\u{fffd}")),
        _ => None,
    }
}
