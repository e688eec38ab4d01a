//! One HTTP client for both vendors: authorisation, time-outs, retries, rate limits and errors. It knows no vendor.

mod body;
mod error;
mod gate;
mod pace;
mod retry;
mod secret;

use std::future::Future;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::de::DeserializeOwned;
use url::Url;

pub use body::shape_error;
pub use error::{ApiError, Cause};
pub use retry::back_off;
pub use secret::{Secret, Sent};

use crate::cli::{NetworkArgs, UsageError};
use crate::progress::Console;
use crate::usage;
use gate::{Gate, Ticket};
use retry::Verdict;

/// No page of records is larger.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// What a vendor advises on a status, as the end of an error message.
pub type Advice = fn(StatusCode) -> Option<&'static str>;

/// One call of an API: what it is for, in words that follow "could not", and where it goes.
#[derive(Clone, Debug)]
pub struct Call {
    /// Such as `list the conversations of bot B`.
    pub purpose: String,
    /// The address with its query.
    pub url: Url,
    /// What to say about a status that is no success.
    pub advice: Advice,
}

/// The client of one vendor's API. It retries whole calls, body included, and follows no redirect.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    advice: Advice,
    retries: u32,
    gate: Gate,
    sent: Sent,
    console: Console,
}

impl Client {
    /// Makes the client that sends `headers` with every call below `base`, `at_once` of them at most.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(
        base: Url,
        headers: HeaderMap,
        advice: Advice,
        at_once: u16,
        args: &NetworkArgs,
        console: Console,
    ) -> Result<Self> {
        // Fails only when a provider is in place already, which serves as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let sent = Sent::default();
        sent.note_headers(&headers);
        let mut http = reqwest::Client::builder();
        if base.scheme() == "http" {
            // This machine itself: a proxy would get to see the token.
            http = http.no_proxy();
        }
        let http = http
            .user_agent(concat!("convexport/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(args.timeout)
            .read_timeout(args.timeout)
            .build()
            .context("could not set up the HTTP client")?;
        Ok(Self {
            http,
            base,
            advice,
            retries: args.retries,
            gate: Gate::new(at_once, console.clone()),
            sent,
            console,
        })
    }

    /// What went out to authenticate.
    #[must_use]
    pub fn sent(&self) -> &Sent {
        &self.sent
    }

    /// Makes a call of the path's segments and the query's pairs, each percent-encoded.
    ///
    /// # Errors
    /// For a segment that an address cannot carry as it is, and that would make it another address.
    pub fn call(&self, purpose: String, path: &[&str], query: &[(String, String)]) -> Result<Call> {
        let dots = |segment: &str| matches!(segment, "" | "." | "..");
        if let Some(odd) = path
            .iter()
            .find(|segment| dots(segment) || segment.contains(char::is_control))
        {
            bail!("could not {purpose}: {odd:?} can be no id or name");
        }
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let advice = self.advice;
        Ok(Call {
            purpose,
            url,
            advice,
        })
    }

    /// GETs a JSON answer.
    ///
    /// # Errors
    /// [`ApiError`], when it still fails after the retries or fails in a way that no retry mends.
    pub async fn get<T: DeserializeOwned>(&self, call: &Call) -> Result<T, ApiError> {
        self.json(call, |http| http.get(call.url.clone())).await
    }

    /// Sends a request and reads a JSON answer.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn json<T, B>(&self, call: &Call, request: B) -> Result<T, ApiError>
    where
        T: DeserializeOwned,
        B: Fn(&reqwest::Client) -> RequestBuilder,
    {
        self.retrying(call, |ticket| {
            let request = request(&self.http);
            async move {
                let response = self.send(request, ticket).await?;
                let body = body::read(response, BODY_LIMIT).await?;
                body::decode(&body).map_err(|cause| cause.without(&self.sent))
            }
        })
        .await
    }

    /// Sends a request whose answer is to be streamed. Only what goes wrong before its body is retried here.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn open<B>(&self, call: &Call, request: B) -> Result<Response, ApiError>
    where
        B: Fn(&reqwest::Client) -> RequestBuilder,
    {
        self.retrying(call, |ticket| self.send(request(&self.http), ticket))
            .await
    }

    /// Sends one request and tells an answer of 2xx from all others.
    async fn send(&self, request: RequestBuilder, ticket: Ticket) -> Result<Response, Cause> {
        let (http, request) = request.build_split();
        let request = request.map_err(Cause::connection)?;
        let query = request.url().query().map(|query| format!("?{query}"));
        let line = format!(
            "{} {}{}",
            request.method(),
            request.url().path(),
            query.unwrap_or_default()
        );
        self.sent.note_headers(request.headers());
        self.console.count_request();
        let start = Instant::now();
        let answer = http.execute(request).await.map_err(Cause::connection);
        self.console.detail(|| match &answer {
            Ok(response) => format!(
                "{line}: {} in {} ms",
                response.status().as_u16(),
                start.elapsed().as_millis()
            ),
            Err(cause) => format!("{line}: {cause}"),
        });
        let response = answer?;
        self.gate.heard(ticket, response.headers());
        if response.status().is_success() {
            return Ok(response);
        }
        Err(Cause::from_answer(response, &self.sent).await)
    }

    /// Repeats a unit of work, such as a whole page, for as long as that may help.
    async fn retrying<T, F>(&self, call: &Call, unit: impl Fn(Ticket) -> F) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, Cause>>,
    {
        let (mut failures, mut attempts) = (0, 0);
        loop {
            let pass = self.gate.pass().await;
            let ticket = pass.ticket;
            let cause = match unit(ticket).await {
                Ok(value) => {
                    self.gate.answered();
                    return Ok(value);
                }
                Err(cause) => cause,
            };
            attempts += 1;
            let go_on = match retry::verdict(&cause, failures) {
                Verdict::Limited(asked) => self
                    .gate
                    .refused(ticket, |refused| retry::limit_wait(asked, refused)),
                Verdict::Retry(span) => {
                    self.gate.failed();
                    drop(pass);
                    failures += 1;
                    failures <= self.retries && self.pause(call, &cause, failures, span).await
                }
                Verdict::GiveUp => {
                    self.gate.answered();
                    false
                }
            };
            if !go_on {
                return Err(ApiError::new(call, cause, attempts));
            }
        }
    }

    /// Waits before the next try. Always true.
    async fn pause(&self, call: &Call, cause: &Cause, failures: u32, span: Duration) -> bool {
        self.console.detail(|| {
            let (of, seconds) = (self.retries, span.as_secs_f64());
            format!(
                "could not {}: {cause}; retry {failures} of {of} in {seconds:.1} s",
                call.purpose
            )
        });
        self.console.count_retry();
        tokio::time::sleep(span).await;
        true
    }
}

/// Reads a base address and refuses one that would send the token in the clear.
///
/// # Errors
/// When it is no http(s) address, or plain http to another machine.
pub fn base_url(text: &str) -> Result<Url, UsageError> {
    let url = Url::parse(text).map_err(|error| usage!("`{text}` is not an address: {error}"))?;
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(usage!(
            "the address of {} has a user, a query or a fragment in it: give it without",
            url.host_str().unwrap_or("the API")
        ));
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(usage!(
            "`{text}` would send the token in the clear: use https (plain http only to this machine itself)"
        )),
        other => Err(usage!("`{text}`: expected https://, not {other}:")),
    }
}

/// A header value that no log shows.
///
/// # Errors
/// When the text cannot stand in a header.
pub fn header(name: &str, text: &str) -> Result<HeaderValue, UsageError> {
    HeaderValue::from_str(text)
        .map_err(|_| usage!("the {name} has characters that a header cannot carry"))
}
