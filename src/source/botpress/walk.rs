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
