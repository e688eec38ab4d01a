//! Which conversations an export fetches.

use crate::source::delta::Delta;
use crate::source::selection::Ids;

/// Which conversations an export fetches.
#[derive(Debug)]
pub enum Plan {
    /// Conversations with these ids.
    Ids(Ids),
    /// All conversations of the list.
    All,
    /// Conversations that are new or changed.
    Delta(Box<Delta>),
}
