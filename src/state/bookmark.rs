//! Reads and makes the state that a Singer target keeps, for runs that have no state file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::State;
use super::stored::Stored;
use crate::format::singer::Bookmark;
use crate::time::Timestamp;
use crate::usage::usage;

/// The value of a STATE message, as a target keeps it.
#[derive(Default, Deserialize)]
struct Wire {
    #[serde(default)]
    bookmarks: BTreeMap<String, Value>,
}

impl State {
    /// Reads the state that a Singer target keeps for these streams. Begins a new state when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or belongs to another selection.
    pub fn from_singer(
        path: Option<&Path>,
        streams: &[&str],
        selection: Value,
        since: Option<Timestamp>,
    ) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::of(Stored::new(selection, since), None));
        };
        let bookmark = read(path, streams).and_then(|bookmark| {
            let stored = bookmark.map(|bookmark| Stored::from(bookmark).agrees_with(&selection));
            stored.transpose()
        });
        let stored =
            bookmark.with_context(|| format!("could not use the state {}", path.display()))?;
        let stored = stored.unwrap_or_else(|| Stored::new(selection, since));
        Ok(Self::of(stored, None))
    }

    /// The bookmark for the target to keep when this run has written everything except what failed. Returns `None` when
    /// a later run cannot continue from this one.
    #[must_use]
    pub fn bookmark(&self) -> Option<Bookmark> {
        let watermark = if self.unretryable {
            self.watermark()?
        } else {
            self.started
        };
        let mut selection = self.stored.selection.clone();
        if let Some(selection) = selection.as_object_mut() {
            // A key that is missing is read as null.
            selection.retain(|_, value| !value.is_null());
        }
        Some(Bookmark {
            selection,
            since: self.stored.since,
            watermark,
            failed: self.stored.failed.clone(),
        })
    }
}

/// Reads where a run with all of these streams continues. Returns `None`, so that the run begins at the beginning, when
/// a stream has no bookmark.
///
/// # Errors
/// When the file cannot be read, or is not a STATE of this program.
fn read(path: &Path, streams: &[&str]) -> Result<Option<Bookmark>> {
    let text = fs::read_to_string(path)?;
    if text.trim().is_empty() {
        // `tail -n 1` writes an empty file when the target printed nothing.
        return Ok(None);
    }
    let wire = parse(&text).map_err(|error| usage!("it is no Singer STATE: {error}"))?;
    let mut whole: Option<Bookmark> = None;
    for stream in streams {
        let Some(bookmark) = wire.bookmarks.get(*stream) else {
            return Ok(None);
        };
        let bookmark: Bookmark = serde_json::from_value(bookmark.clone())
            .with_context(|| format!("the bookmark of {stream} is none of convexport"))?;
        whole = Some(match whole {
            Some(other) => common(other, bookmark)?,
            None => bookmark,
        });
    }
    Ok(whole)
}

/// Reads the value of a STATE, alone or in its message. Anything else is an error, since a run must not silently begin
/// at the beginning.
fn parse(text: &str) -> Result<Wire> {
    let mut value: Value = serde_json::from_str(text)?;
    if value["type"] == "STATE" {
        value = value["value"].take();
    }
    let known = value
        .as_object()
        .is_some_and(|map| map.is_empty() || map.contains_key("bookmarks"));
    ensure!(known, "it has no bookmarks");
    Ok(serde_json::from_value(value)?)
}

/// Combines the bookmarks of two streams into one that holds for both.
fn common(mut one: Bookmark, other: Bookmark) -> Result<Bookmark> {
    if (&one.selection, one.since) != (&other.selection, other.since) {
        return Err(usage!("its streams are of different exports").into());
    }
    one.watermark = one.watermark.min(other.watermark);
    one.failed.extend(other.failed);
    Ok(one)
}

impl From<Bookmark> for Stored {
    fn from(bookmark: Bookmark) -> Self {
        Self {
            runs: 1,
            watermark: Some(bookmark.watermark),
            failed: bookmark.failed,
            ..Self::new(bookmark.selection, bookmark.since)
        }
    }
}
