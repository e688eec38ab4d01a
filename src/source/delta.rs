//! What is new or changed since earlier runs.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::Result;

use crate::archive::Reader;
use crate::time::Timestamp;

/// What earlier runs did, so that a source fetches only the rest. All times but `started` are the vendor's.
#[derive(Debug, Default)]
pub struct Delta {
    /// Where the archive begins. `None`: with everything that the vendor had.
    pub begins_at: Option<Timestamp>,
    /// Where it began before this run, if this run goes further back.
    pub began_at: Option<Timestamp>,
    /// When the last complete run began. `None`: there was none.
    pub complete_until: Option<Timestamp>,
    /// When the run began that this one continues, if there was no complete run yet.
    pub interrupted_at: Option<Timestamp>,
    /// Whether to look further back than what is new.
    pub sweep: bool,
    /// When the last complete sweep began.
    pub swept_at: Option<Timestamp>,
    /// Conversations that could not be fetched in earlier runs. They are tried first.
    pub failed: Vec<String>,
    /// Those of them that may not pass the filters of this run, so that an answer without them does not tell that they are
    /// gone.
    pub failed_elsewhere: HashSet<String>,
    /// Whether only these are tried.
    pub only_failed: bool,
    /// What earlier runs fetched, if it is kept in an archive.
    pub archive: Option<SharedReader>,
}

/// An archive that several tasks ask. An answer takes microseconds, so a task may wait for it.
#[derive(Debug)]
pub struct SharedReader(Mutex<Reader>);

impl SharedReader {
    /// Opens an archive.
    ///
    /// # Errors
    /// The errors of [`Reader::open`].
    pub fn open(path: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(Reader::open(path)?)))
    }

    /// The archive, for one question.
    pub fn get(&self) -> MutexGuard<'_, Reader> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
