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
    /// Begins with the version of the API that the site answered the last time, unless a version is given.
    pub fn prefer_api(&mut self, answered: Option<&str>) {
        if let Self::Boost(options) = self
            && let boost::Origin::Site(request) = &mut options.origin
            && let boost::Version::Prefer(api) = &mut request.target.version
            && let Some(Ok(answered)) = answered.map(str::parse)
        {
            *api = answered;
        }
    }

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
