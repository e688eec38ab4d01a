//! Reads the ids and the time of a record without the rest of it.

use serde_json::value::RawValue;

use crate::json::{first_field, lenient};
use crate::time::Timestamp;

/// The id of a record. Returns `None` when it has none.
pub fn id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "id")?)
}

/// The id of the conversation that a message belongs to. Returns `None` when the message has none.
pub fn conversation_id(record: &RawValue) -> Option<String> {
    lenient::id(first_field(record.get(), "conversationId")?)
}

/// When a record was created. Returns `None` when it does not say so.
pub fn created(record: &RawValue) -> Option<Timestamp> {
    lenient::TextOrNone::of(first_field(record.get(), "createdAt")?).parse()
}

/// Whether a record was created before a time: the API was asked for nothing older, and did not heed it.
pub fn is_before(record: &RawValue, since: Timestamp) -> bool {
    created(record).is_some_and(|created| created < since)
}
