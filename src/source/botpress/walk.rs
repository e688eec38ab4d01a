//! How the list of conversations is walked, and what of it is taken as unchanged.

use super::filter::Range;
use crate::source::id_set::IdSet;
use crate::time::Timestamp;

/// A walk over the list of conversations.
#[derive(Clone, Copy, Default)]
pub struct Walk<'a> {
    /// The part of the list.
    pub range: Range,
    /// Only these conversations.
    pub sought: Option<Sought<'a>>,
    /// Whether a list without counts does not show that a conversation is unchanged.
    pub needs_count: bool,
    /// Whether a conversation that differs is fetched whole, not from its last known message on.
    pub fetches_whole: bool,
    pub trust: Trust,
}

impl Walk<'_> {
    /// Whether the walk looks for this conversation.
    pub fn seeks(&self, id: &str) -> bool {
        self.sought.is_none_or(|sought| sought.ids.contains(id))
    }
}

/// Conversations that a walk looks for.
#[derive(Clone, Copy)]
pub struct Sought<'a> {
    pub ids: &'a IdSet,
    /// Whether the walk ends when the rest of them costs less by their ids, one request for each, than it has cost.
    pub may_give_up: bool,
}

impl Sought<'_> {
    /// How the walk ends here, if it does.
    pub fn end(&self, progress: &Progress) -> Option<End> {
        match self.ids.len().saturating_sub(progress.found) {
            0 => Some(End::Settled),
            rest => (self.may_give_up && progress.pages >= rest).then_some(End::Early),
        }
    }
}

/// How a walk ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The queue takes no more, since the limit is reached.
    Full,
    /// Nothing that was looked for is missing.
    Settled,
    /// The list moved meanwhile, so something may be missing.
    Moved,
    /// The rest costs less by its ids.
    Early,
}

/// What a walk has come to.
#[derive(Default)]
pub struct Progress {
    /// How many conversations were found, without those of earlier walks over the same list.
    pub found: u64,
    /// How many pages were read.
    pub pages: u64,
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
