//! The streams of a tap, and their columns.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::format::rows::MESSAGE_COLUMNS;

/// A stream of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// One record per conversation.
    Conversations,
    /// One record per message.
    Messages,
}

impl Stream {
    /// All streams.
    pub const ALL: [Self; 2] = [Self::Conversations, Self::Messages];

    /// Its name, which is also the name of the target's table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Conversations => "conversations",
            Self::Messages => "messages",
        }
    }

    /// The columns that identify a record.
    #[must_use]
    pub fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Conversations => &["source", "account", "id"],
            Self::Messages => &["source", "account", "conversation_id", "message_id"],
        }
    }

    /// Its columns, in their order.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Conversations => &[
                "source",
                "account",
                "id",
                "created_at",
                "updated_at",
                "channel",
                "title",
                "tags",
                "handover",
                "users",
                "states",
                "raw",
            ],
            Self::Messages => &MESSAGE_COLUMNS,
        }
    }

    /// The JSON Schema of a column. All columns except keys may be null, since a target may have rows that are older
    /// than the column.
    fn column(self, name: &str) -> Value {
        match name {
            _ if self.keys().contains(&name) => json!({"type": "string"}),
            "seq" => json!({"type": ["null", "integer"]}),
            _ if name.ends_with("_at") => {
                json!({"type": ["null", "string"], "format": "date-time"})
            }
            _ => json!({"type": ["null", "string"]}),
        }
    }

    /// The JSON Schema of these columns.
    #[must_use]
    pub fn schema(self, columns: &BTreeSet<&'static str>) -> Value {
        let properties: Map<_, _> = columns
            .iter()
            .map(|name| ((*name).to_owned(), self.column(name)))
            .collect();
        json!({"type": "object", "properties": properties})
    }
}
