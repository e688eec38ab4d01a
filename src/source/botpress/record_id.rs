//! The ids in a record, read without the rest of it.

use serde_json::value::RawValue;

use crate::json::{first_field, lenient};

/// The id of a record. Returns `None` when it has none.
pub fn id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "id")?)
}

/// The conversation that a message belongs to. Returns `None` when the message does not say.
pub fn conversation_id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "conversationId")?)
}
