//! The state of a Singer tap: what a target keeps of earlier runs, so that each run writes only what is new.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::format::singer::Bookmark;
use crate::source::{Delta, FailedConversation};
use crate::time::Timestamp;
use crate::usage::usage;

/// What a target keeps of earlier runs of a tap.
#[derive(Debug)]
pub struct SingerState {
    /// What each run must ask for.
    selection: Value,
    /// Where the first run began. It resolves a relative time.
    since: Option<Timestamp>,
    /// When the last complete run began.
    watermark: Option<Timestamp>,
    /// Conversations that could not be fetched, and why.
    failed: BTreeMap<String, String>,
    /// When this run began.
    started: Timestamp,
    /// Whether something may be missing that cannot be fetched again by its id.
    unretryable: bool,
}

/// The value of a STATE message, as a target keeps it.
#[derive(Default, Deserialize)]
struct Wire {
    #[serde(default)]
    bookmarks: BTreeMap<String, Value>,
}

impl SingerState {
    /// Reads the state that a target keeps for these streams. Begins at `since` when there is none.
    ///
    /// # Errors
    /// When the file cannot be read, or belongs to another selection.
    pub fn open(
        path: Option<&Path>,
        streams: &[&str],
        selection: Value,
        since: Option<Timestamp>,
    ) -> Result<Self> {
        let mut state = Self {
            selection,
            since,
            watermark: None,
            failed: BTreeMap::new(),
            started: Timestamp::now(),
            unretryable: false,
        };
        if let Some(path) = path {
            let continued = state.continue_at(path, streams);
            continued.with_context(|| format!("could not use the state {}", path.display()))?;
        }
        Ok(state)
    }

    fn continue_at(&mut self, path: &Path, streams: &[&str]) -> Result<()> {
        if let Some(bookmark) = read(path, streams)? {
            check_selection(&bookmark.selection, &self.selection)?;
            self.since = bookmark.since;
            // A time in the future is ignored, since a clock was wrong then.
            self.watermark = Some(bookmark.watermark).filter(|time| *time <= self.started);
            self.failed = bookmark.failed;
        }
        Ok(())
    }

    /// What the source must fetch: everything in the first run, then what is new since the last complete run began.
    #[must_use]
    pub fn delta(&self) -> Delta {
        Delta {
            begins_at: self.since,
            complete_until: self.watermark,
            failed: self.failed.keys().cloned().collect(),
            ..Delta::default()
        }
    }

    /// When the last complete run began.
    #[must_use]
    pub fn watermark(&self) -> Option<Timestamp> {
        self.watermark
    }

    /// Notes the vendor's time when this run began.
    pub fn note_started(&mut self, time: Timestamp) {
        self.started = time;
    }

    /// Notes a conversation that is in the output, or that the vendor has deleted.
    pub fn note_done(&mut self, id: &str) {
        self.failed.remove(id);
    }

    /// Notes a conversation that could not be fetched.
    pub fn note_failed(&mut self, failed: &FailedConversation) {
        match failed.id.clone() {
            Some(id) => drop(self.failed.insert(id, format!("{:#}", failed.error))),
            None => self.unretryable = true,
        }
    }

    /// Notes that the list of conversations may not have had all of them.
    pub fn note_list_moved(&mut self) {
        self.unretryable = true;
    }

    /// Whether conversations are still missing in the output.
    #[must_use]
    pub fn is_missing_some(&self) -> bool {
        self.unretryable || !self.failed.is_empty()
    }

    /// The bookmark for the target to keep when this run has written everything except what failed. Returns `None` when
    /// a later run cannot continue from this one.
    #[must_use]
    pub fn bookmark(&self) -> Option<Bookmark> {
        let watermark = if self.unretryable {
            self.watermark?
        } else {
            self.started
        };
        let mut selection = self.selection.clone();
        if let Some(selection) = selection.as_object_mut() {
            // A key that is missing is read as null.
            selection.retain(|_, value| !value.is_null());
        }
        Some(Bookmark {
            selection,
            since: self.since,
            watermark,
            failed: self.failed.clone(),
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

/// A usage error when the state belongs to another selection.
fn check_selection(known: &Value, asked: &Value) -> Result<()> {
    // A flag with its default value is left out, so both sides may have keys that the other lacks.
    let keys = |selection: &Value| {
        let map = selection.as_object().into_iter().flatten();
        map.map(|(key, _)| key.clone()).collect::<BTreeSet<_>>()
    };
    let all = &keys(known) | &keys(asked);
    if let Some(key) = all
        .iter()
        .find(|key| known[key.as_str()] != asked[key.as_str()])
    {
        bail!(usage!(
            "it is that of another export: {key} was {}, and is {} now; use another file",
            known[key.as_str()],
            asked[key.as_str()]
        ));
    }
    Ok(())
}
