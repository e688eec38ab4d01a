//! What a user can ask of a boost.ai site.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use crate::http::Secret;

/// Where the export comes from.
#[derive(Clone, Debug)]
pub struct Options {
    /// A site, or an answer that was saved.
    pub origin: Origin,
    /// Conversations with more bytes are refused.
    pub max_element: usize,
}

/// Where the export comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file with a saved answer; `-` is stdin.
    Saved(PathBuf),
    /// A site.
    Site(Box<Request>),
}

/// What is asked of a site.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which site, and how to authenticate there.
    pub target: Target,
    /// The body that the others are added to (`--query`).
    pub query: Map<String, Value>,
    /// Filters of the Admin Panel, by their keys.
    pub filters: Vec<(String, Value)>,
    /// How many windows of the range are fetched at once, if it is to be cut.
    pub parallel_windows: Option<u16>,
    /// How long to wait for the first byte of an answer.
    pub first_byte_timeout: Duration,
}

/// Which site, and how to authenticate there.
#[derive(Clone, Debug)]
pub struct Target {
    /// The site's address.
    pub site: Url,
    /// How to authenticate.
    pub credentials: Credentials,
}

/// How to authenticate.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// With a token of the user's.
    Token(Secret),
    /// As a client that is given a token for each request (OAuth 2.0).
    Client {
        /// The client's id.
        id: String,
        /// The client's secret.
        secret: Secret,
        /// The token endpoint.
        token_url: Url,
    },
}
