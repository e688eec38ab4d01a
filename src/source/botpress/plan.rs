//! Where the conversations of an export come from.

use crate::source::delta::Delta;
use crate::source::selection::Ids;

/// Where the conversations of an export come from.
#[derive(Debug)]
pub enum Plan {
    /// The ids that were asked for.
    Ids(Ids),
    /// The API's list.
    All,
    /// What is new or changed.
    Delta(Box<Delta>),
}
