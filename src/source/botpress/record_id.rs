//! Reads the ids of a record without the rest of it.

use serde_json::value::RawValue;

use crate::json::{first_field, lenient};

/// The id of a record. Returns `None` when it has none.
pub fn id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "id")?)
}

/// The id of the conversation that a message belongs to. Returns `None` when the message has none.
pub fn conversation_id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "conversationId")?)
}
