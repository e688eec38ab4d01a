//! One call of an API.

use reqwest::StatusCode;
use url::Url;

/// What a vendor advises on a status, as the end of an error message.
pub type Advice = fn(StatusCode) -> Option<&'static str>;

/// One call of an API: what it is for, and where it goes.
#[derive(Clone, Debug)]
pub struct Call {
    /// In words that follow "could not", such as `list the conversations of bot B`.
    pub purpose: String,
    /// The address with its query.
    pub url: Url,
    /// What to say about a status that is no success.
    pub advice: Advice,
}
