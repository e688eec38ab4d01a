//! Which conversations are wanted, and what of them.

use crate::time::Timestamp;

/// Which conversations are wanted, and what of them. All times are resolved.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The beginning of the half-open range `[since, until)`.
    pub since: Option<Timestamp>,
    /// Its end.
    pub until: Option<Timestamp>,
    /// When the command line was read.
    pub now: Timestamp,
    /// The conversations asked for by their ids; `None` asks for all.
    pub ids: Option<Ids>,
    /// How many conversations at most.
    pub limit: u64,
    /// Whether the vendor's records are carried along.
    pub keep_raw: bool,
}

/// Conversations asked for by their ids.
#[derive(Clone, Debug)]
pub struct Ids {
    /// Each once, in the order given. An empty list asks for no conversation.
    pub ids: Vec<String>,
    /// Whether all of them were typed, rather than listed by a program.
    pub typed: bool,
}
