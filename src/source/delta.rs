//! What is new or changed since earlier runs.

use std::collections::{HashMap, HashSet};

use crate::time::Timestamp;

/// What a source has to bring when earlier runs are remembered.
#[derive(Debug)]
pub struct Delta {
    /// When the run began: the end of the range.
    pub started: Timestamp,
    /// Where the archive begins.
    pub begin: Option<Timestamp>,
    /// Only what is new or changed since; everything when it is `None`.
    pub since: Option<Timestamp>,
    /// Conversations that could not be fetched before. They are tried first.
    pub failed: Vec<String>,
    /// Conversations that the run which this one continues has brought.
    pub done: HashSet<String>,
    /// What the list said of each conversation when it was brought.
    pub known: HashMap<String, ListedVersion>,
}

/// What a list says of a conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ListedVersion {
    /// How many messages it has.
    pub messages: Option<u64>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
}
