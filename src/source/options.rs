//! The options of all sources.

use super::{boost, botpress, saved};

/// A source and its options.
#[derive(Clone, Debug)]
pub enum Options {
    /// Botpress Cloud.
    Botpress(Box<botpress::Options>),
    /// boost.ai.
    Boost(Box<boost::Options>),
    /// An earlier export.
    Saved(saved::Options),
}
