//! Which conversations an export fetches.

use crate::source::delta::Delta;
use crate::source::selection::{Ids, Selection};
use crate::time::Timestamp;

/// Which conversations an export fetches.
#[derive(Debug)]
pub enum Plan {
    /// Conversations with these ids.
    Ids(Ids),
    /// All conversations of the list.
    All,
    /// Those with a message since a time.
    Active {
        /// The time, inclusive.
        since: Timestamp,
        /// Whether `--limit` is given.
        is_limited: bool,
    },
    /// Conversations that are new or changed.
    Delta(Box<Delta>),
}

impl Plan {
    /// What a selection asks for.
    pub fn of(selection: &Selection) -> Self {
        match (&selection.ids, selection.active_since) {
            (Some(ids), _) => Self::Ids(ids.clone()),
            (None, Some(since)) => Self::Active {
                since,
                is_limited: selection.limit != u64::MAX,
            },
            (None, None) => Self::All,
        }
    }
}
