//! The options of all sources.

use super::{boost, botpress, saved};
use crate::model::Vendor;

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

impl Options {
    /// The vendor and the account that is exported. Returns `None` for saved answers and earlier exports.
    #[must_use]
    pub fn account(&self) -> Option<(Vendor, String)> {
        match self {
            Self::Botpress(options) => Some((Vendor::Botpress, options.target.bot.clone())),
            Self::Boost(options) => match &options.origin {
                boost::Origin::Site(request) => Some((Vendor::Boost, request.target.account())),
                boost::Origin::Saved(_) => None,
            },
            Self::Saved(_) => None,
        }
    }
}
