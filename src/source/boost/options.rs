//! The options of a boost.ai export.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Map, Value};
use url::Url;

use super::api::Api;
use crate::http::Secret;

/// Where the export comes from.
#[derive(Clone, Debug)]
pub struct Options {
    /// A site or a saved answer.
    pub origin: Origin,
    /// The largest size of a conversation, in bytes.
    pub max_element: usize,
    /// Whether ids of API v4 get their names, which takes requests.
    pub with_names: bool,
}

/// Where the export comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    /// A file with a saved answer; `-` is stdin.
    Saved(PathBuf),
    /// A site.
    Site(Box<Request>),
}

/// The request to a site.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which site, and how to authenticate there.
    pub target: Target,
    /// The body of `--query`, to which the range and the filters are added.
    pub query: Map<String, Value>,
    /// Keys and values of filters of the Admin Panel.
    pub filters: Vec<(String, Value)>,
    /// How many windows of the range are fetched at once. `None` does not cut the range.
    pub parallel_windows: Option<u16>,
    /// How long to wait for the first byte of an answer.
    pub first_byte_timeout: Duration,
}

impl Request {
    /// The version of the API. A query in the shape of API v4 is for that one.
    #[must_use]
    pub fn version(&self) -> Version {
        let is_v4 = self.query.get("search").is_some_and(Value::is_object);
        match self.target.version {
            Version::Prefer(_) if is_v4 => Version::Only(Api::V4),
            version => version,
        }
    }
}

/// Which site, and how to authenticate there.
#[derive(Clone, Debug)]
pub struct Target {
    /// The site's address.
    pub site: Url,
    /// How to authenticate.
    pub credentials: Credentials,
    /// The version of the API.
    pub version: Version,
}

/// Which version of the API is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// This one.
    Only(Api),
    /// This one, or the other if the site does not answer it.
    Prefer(Api),
}

impl Version {
    /// The version to try first.
    #[must_use]
    pub fn first(self) -> Api {
        match self {
            Self::Only(api) | Self::Prefer(api) => api,
        }
    }
}

impl Target {
    /// The account that the site's conversations belong to: its host, with the port if it is not the usual one.
    #[must_use]
    pub fn account(&self) -> String {
        account(&self.site)
    }
}

/// The account of the site at an address.
#[must_use]
pub fn account(site: &Url) -> String {
    let host = site.host_str().unwrap_or_default();
    match site.port() {
        None => host.to_owned(),
        Some(port) => format!("{host}:{port}"),
    }
}

/// How to authenticate.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// With a token that the user gives.
    Token(Secret),
    /// As an OAuth 2.0 client, which fetches a token for each request.
    Client {
        /// The client's id.
        id: String,
        /// The client's secret.
        secret: Secret,
        /// The token endpoint.
        token_url: Url,
    },
}
