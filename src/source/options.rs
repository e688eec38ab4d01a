//! What a user can ask of a source.

use super::{boost, botpress, saved};

/// A source, with what is wanted of it.
#[derive(Clone, Debug)]
pub enum Options {
    /// Botpress Cloud.
    Botpress(Box<botpress::Options>),
    /// boost.ai.
    Boost(Box<boost::Options>),
    /// An earlier export.
    Saved(saved::Options),
}
