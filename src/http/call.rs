//! One call of an API.

use reqwest::StatusCode;
use url::Url;

/// Returns advice for a status, which ends the error message.
pub type Advice = fn(StatusCode) -> Option<&'static str>;

/// One call of an API: its purpose and its address.
#[derive(Clone, Debug)]
pub struct Call {
    /// The purpose, in words that follow "could not", such as `list the conversations of bot B`.
    pub purpose: String,
    /// The address with its query.
    pub url: Url,
    /// The advice for a status other than 2xx.
    pub advice: Advice,
}
