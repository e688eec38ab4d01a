//! What is new or changed since earlier runs.

use std::collections::{HashMap, HashSet};

use crate::time::Timestamp;

/// What earlier runs did, so that a source fetches only the rest.
#[derive(Debug)]
pub struct Delta {
    /// When the run began: the end of the range.
    pub started: Timestamp,
    /// Where the archive begins.
    pub begin: Option<Timestamp>,
    /// Fetches only what is new or changed since this time; `None` fetches everything.
    pub since: Option<Timestamp>,
    /// Conversations that could not be fetched in earlier runs. They are tried first.
    pub failed: Vec<String>,
    /// Conversations that were fetched by the run that this run continues.
    pub done: HashSet<String>,
    /// What the list said about each conversation when it was fetched.
    pub known: HashMap<String, ListedVersion>,
}

/// The version of a conversation that a list shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListedVersion {
    /// The number of messages.
    pub messages: Option<u64>,
    /// The time of the last change.
    pub updated: Option<Timestamp>,
}
