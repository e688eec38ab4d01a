//! A conversation of the export (vendors/boost.md, Response).

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::element::Element;
use crate::json::Cursor;
use crate::model::{Conversation, Vendor};
use crate::time::Timestamp;

/// The conversation that an element holds.
///
/// # Errors
/// Names the field that is not of the promised shape.
pub fn conversation(element: &mut Element, keep_raw: bool) -> Result<Conversation> {
    let messages = element.messages.take();
    let messages = messages.context("missing field `messages`")??;
    let (created_at, updated_at) = element.field("time").and_then(times).unwrap_or_default();
    Ok(Conversation {
        source: Vendor::Boost,
        id: element.id().context("missing field `id`")?,
        created_at,
        updated_at,
        channel: None,
        tags: BTreeMap::new(),
        messages,
        users: None,
        states: None,
        reported_count: None,
        raw: keep_raw.then(|| element.raw()),
    })
}

/// When a conversation began and when it changed last.
fn times(json: &str) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let (mut created, mut last) = (None, None);
    Cursor::new(json).fields(|cursor, key| {
        match &*key {
            "created" => created = cursor.text_or_none()?.parse(),
            "last_message_created" => last = cursor.text_or_none()?.parse(),
            _ => drop(cursor.value()?),
        }
        Some(())
    })?;
    Some((created, last))
}
