//! Reads the ids of a record without the rest of it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::json::lenient::Id;
use crate::json::raw;

/// The id of a record. Returns `None` when it has none.
pub fn id(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire {
        id: Id,
    }
    raw::parse::<Wire>(record).ok().map(|wire| wire.id.0)
}

/// The id of the conversation that a message belongs to. Returns `None` when the message has none.
pub fn conversation_id(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        conversation_id: Id,
    }
    raw::parse::<Wire>(record)
        .ok()
        .map(|wire| wire.conversation_id.0)
}
