//! The HTTP client for media. It follows no redirect, and connects only to addresses that were checked. It uses no proxy,
//! which would resolve the names by itself and connect to addresses that nobody checked.
//!
//! `reqwest` is built on the same client, but has no setting for the buffers of a connection. When a server is fast, each of
//! them grows to 400 KB there.

use std::fmt;
use std::time::Duration;

use anyhow::{Context, Result};
use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue, USER_AGENT};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{self, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use super::address::{CheckedResolver, Policy};

/// The largest buffer of a connection, in bytes. The headers of an answer have to fit.
const BUFFER: usize = 64 * 1024;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(90);

type Connector = HttpsConnector<HttpConnector<CheckedResolver>>;

/// An answer, whose body is still to come.
pub type Answer = Response<Incoming>;

/// The client. It speaks HTTP/1.1, so as many connections are open as files are downloaded at once.
pub struct Client(legacy::Client<Connector, Empty<Bytes>>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").finish_non_exhaustive()
    }
}

impl Client {
    /// Makes a client that connects within `timeout`, or not at all.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(policy: Policy, timeout: Duration) -> Result<Self> {
        let mut tcp = HttpConnector::new_with_resolver(CheckedResolver(policy));
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeout));
        let provider = rustls::crypto::ring::default_provider();
        let tls = HttpsConnectorBuilder::new().with_provider_and_platform_verifier(provider);
        // The policy has checked already which addresses may be asked without TLS.
        let connector = tls
            .context("could not set up the HTTP client")?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = legacy::Client::builder(TokioExecutor::new())
            .http1_max_buf_size(BUFFER)
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self(client))
    }

    /// Asks for a file as it is.
    ///
    /// # Errors
    /// When there is no connection, or it breaks before the answer begins.
    pub async fn get(&self, address: Uri, headers: HeaderMap) -> Result<Answer, legacy::Error> {
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = address;
        *request.headers_mut() = headers;
        let agent = concat!("convexport/", env!("CARGO_PKG_VERSION"));
        let fixed = [
            (USER_AGENT, agent),
            (ACCEPT, "*/*"),
            (ACCEPT_ENCODING, "identity"),
        ];
        let fixed = fixed.map(|(name, value)| (name, HeaderValue::from_static(value)));
        request.headers_mut().extend(fixed);
        self.0.request(request).await
    }
}
