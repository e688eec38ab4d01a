//! How the list of conversations is walked, and what of it is taken as unchanged.

use super::filter::Range;
use crate::time::Timestamp;

/// A walk over the list of conversations.
#[derive(Clone, Copy, Default)]
pub struct Walk {
    /// The part of the list.
    pub range: Range,
    /// Whether a list without counts does not show that a conversation is unchanged.
    pub needs_count: bool,
    /// Whether a conversation that differs is fetched whole, not from its last known message on.
    pub fetches_whole: bool,
    pub trust: Trust,
}

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The queue takes no more, since the limit is reached.
    Full,
    /// Nothing of the list is missing.
    Settled,
    /// The list moved meanwhile, so something may be missing.
    Moved,
}

/// What a walk has come to.
#[derive(Default)]
pub struct Progress {
    /// How many conversations were found, without those of earlier walks over the same list.
    pub found: u64,
    /// Whether one of them had been there before this run.
    has_old: bool,
    /// When the last conversation began.
    last: Option<Timestamp>,
    is_unsorted: bool,
}

impl Progress {
    /// Notes when the next conversation of the list began.
    pub fn note_order(&mut self, created: Option<Timestamp>) {
        self.is_unsorted |= created.is_some() && self.last.is_some() && created > self.last;
        self.last = created.or(self.last);
    }

    /// Notes a conversation that no earlier walk showed. The run began at `now`.
    pub fn note_found(&mut self, created: Option<Timestamp>, now: Timestamp) {
        self.found += 1;
        self.has_old |= created.is_none_or(|created| created < now);
    }

    /// How the walk ended that has read the list to its end, where the list may be `moved`.
    ///
    /// A list in another order than the one that was asked for may have moved, too. Two walks that show the same prove that
    /// it has not.
    pub fn end(&self, moved: bool, is_first: bool) -> End {
        let agrees = !is_first && !self.has_old;
        if moved || (self.is_unsorted && !agrees) {
            return End::Moved;
        }
        End::Settled
    }
}

/// Which conversations are unchanged when the list shows them as the archive has them. A list need not show that a
/// conversation got messages, so others are asked for new ones.
#[derive(Clone, Copy, Default)]
pub enum Trust {
    /// All, since the list of all messages tells the rest.
    #[default]
    All,
    /// Those that were fetched by a run that began at this time or later.
    Since(Timestamp),
    /// Those that this run has fetched.
    ThisRun,
}
