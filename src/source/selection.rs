//! Which conversations are wanted, and which parts of them.

use super::botpress::Tickets;
use crate::time::Timestamp;

/// Which conversations are wanted, and which parts of them. All times are absolute.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The beginning of the half-open range `[since, until)`.
    pub since: Option<Timestamp>,
    /// The end of the range.
    pub until: Option<Timestamp>,
    /// Only conversations with a message at this time or later.
    pub active_since: Option<Timestamp>,
    /// When the command line was read.
    pub now: Timestamp,
    /// The ids of the wanted conversations; `None` selects all conversations.
    pub ids: Option<Ids>,
    /// The maximum number of conversations.
    pub limit: u64,
    /// Whether the vendor's records are kept.
    pub keep_raw: bool,
    /// What becomes of the tickets of human agents.
    pub tickets: Tickets,
}

/// The ids of the wanted conversations.
#[derive(Clone, Debug)]
pub struct Ids {
    /// Each id once, in the given order. An empty list selects no conversation.
    pub ids: Vec<String>,
    /// Whether the user typed all ids. Otherwise a program may have listed them.
    pub typed: bool,
}
