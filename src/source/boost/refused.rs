//! A request that failed, and whether the other version of the API may be answered.

use crate::http::ApiError;

/// A request that failed.
pub struct Refused {
    /// Why.
    pub error: ApiError,
    /// Whether there was no token to send it with.
    pub no_token: bool,
}

impl Refused {
    /// Whether the site may answer the other version: it has no such API, or the token is not for it.
    #[must_use]
    pub fn may_be_the_version(&self) -> bool {
        self.is_absent() || self.has_status(&[403]) || self.no_token && self.has_status(&[400])
    }

    /// Whether the site has no such API.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        !self.no_token && self.has_status(&[404, 410])
    }

    fn has_status(&self, statuses: &[u16]) -> bool {
        let status = self.error.status();
        status.is_some_and(|status| statuses.contains(&status.as_u16()))
    }

    /// The status for messages.
    #[must_use]
    pub fn status(&self) -> String {
        let status = self.error.status();
        status.map(|status| status.to_string()).unwrap_or_default()
    }
}
