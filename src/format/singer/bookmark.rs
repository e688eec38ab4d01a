//! What a Singer STATE says about a stream: everything that a later run needs to go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::stream::Stream;
use crate::time::Timestamp;

/// Everything before the watermark is in the output, except what failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Bookmark {
    /// What each run must ask for.
    pub selection: Value,
    /// Where the first run began. A relative time is resolved once.
    pub since: Option<Timestamp>,
    /// When the last completed run began.
    pub watermark: Timestamp,
    /// Conversations that could not be fetched, and why. They are tried first.
    #[serde(default)]
    pub failed: BTreeMap<String, String>,
}

/// The STATE message, on one line.
#[must_use]
pub fn state(streams: impl Iterator<Item = Stream>, bookmark: &Bookmark) -> String {
    let bookmarks: Map<_, _> = streams
        .map(|stream| (stream.name().to_owned(), json!(bookmark)))
        .collect();
    let message = json!({"type": "STATE", "value": {"bookmarks": bookmarks}});
    format!("{message}\n")
}
