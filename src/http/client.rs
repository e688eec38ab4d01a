//! The client of one vendor's API. It retries whole calls, body included, and follows no redirect.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use reqwest::RequestBuilder;
use reqwest::header::{DATE, HeaderMap};
use serde::de::DeserializeOwned;
use url::Url;

use super::answer::{Answer, Patience};
use super::call::{Advice, Call};
use super::connection::ConnectionError;
use super::error::{ApiError, Cause};
use super::observer::{Observer, Retry};
use super::options::Options;
use super::rate_limit::{RateLimiter, RequestId};
use super::retry::{self, Verdict};
use super::secret::SentSecrets;
use super::waiting::Waiting;
use super::{body, refusal};
use crate::time::{Timestamp, from_http_date};

/// The largest size of an answer, in bytes. No page of records is larger.
const BODY_LIMIT: usize = 256 * 1024 * 1024;

/// A client for one API.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    advice: Advice,
    options: Options,
    limiter: RateLimiter,
    sent: Arc<SentSecrets>,
    observer: Arc<dyn Observer>,
    /// The date of the first answer.
    server_time: OnceLock<Timestamp>,
}

impl Client {
    /// Makes a client that sends `headers` with every call below `base`. Every secret that is sent is noted in `sent`.
    ///
    /// # Errors
    /// When TLS cannot be set up on this machine.
    pub fn new(
        base: Url,
        headers: HeaderMap,
        advice: Advice,
        options: Options,
        sent: Arc<SentSecrets>,
        observer: Arc<dyn Observer>,
    ) -> Result<Self> {
        // This fails only when a provider is installed already, which works as well.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        sent.note_headers(&headers);
        let mut http = reqwest::Client::builder();
        if base.scheme() == "http" {
            // This address is the machine itself. A proxy would see the token, and the system's certificates, which take
            // milliseconds to read, are not needed.
            http = http.no_proxy().tls_certs_only([]);
        }
        let http = http
            .user_agent(concat!("convexport/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(options.timeout)
            .build()
            .context("could not set up the HTTP client")?;
        Ok(Self {
            http,
            base,
            advice,
            options,
            limiter: RateLimiter::new(observer.clone()),
            sent,
            observer,
            server_time: OnceLock::new(),
        })
    }

    /// The secrets that were sent.
    #[must_use]
    pub fn sent(&self) -> &SentSecrets {
        &self.sent
    }

    /// The server's time when the first answer came, by its `Date` header, to the second. Returns `None` before that,
    /// or when the answer had none.
    #[must_use]
    pub fn server_time(&self) -> Option<Timestamp> {
        self.server_time.get().copied()
    }

    /// How many times a failed request is sent again.
    #[must_use]
    pub fn retries(&self) -> u32 {
        self.options.retries
    }

    /// Makes a call from path segments and query pairs, each percent-encoded.
    ///
    /// # Errors
    /// When a segment would change the rest of the address.
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

    /// Sends a GET request and reads a JSON answer.
    ///
    /// # Errors
    /// [`ApiError`], when the request fails after the retries, or when a retry cannot help.
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
        let patience = Patience {
            first: self.options.timeout,
            next: self.options.timeout,
        };
        self.retrying(call, |id| {
            let request = request(&self.http);
            async move {
                let answer = self.send(request, id, patience).await?;
                let body = body::read(answer, BODY_LIMIT).await?;
                Ok(body::decode(&body).map_err(|cause| cause.without(&self.sent))?)
            }
        })
        .await
    }

    /// Sends a request whose answer is streamed and may take `first_byte` to begin. `request` makes a new request for
    /// each attempt, so that its token is fresh. Only failures before the body are retried here.
    ///
    /// # Errors
    /// As [`Self::get`], and the errors of `request`.
    pub async fn open<F>(
        &self,
        call: &Call,
        first_byte: Duration,
        request: impl Fn(reqwest::Client) -> F,
    ) -> Result<Answer, ApiError>
    where
        F: Future<Output = Result<RequestBuilder, ApiError>>,
    {
        let patience = Patience {
            first: first_byte,
            next: self.options.timeout,
        };
        self.retrying(call, |id| {
            let request = request(self.http.clone());
            async move {
                let request = request.await?;
                Ok(self.send(request, id, patience).await?)
            }
        })
        .await
    }

    /// Waits before another try of what began at `since`.
    pub async fn pause(&self, since: Instant, reason: &str, failures: u32, span: Duration) {
        let (of, seconds) = (self.options.retries, span.as_secs_f64());
        self.observer
            .on_detail(&|| format!("{reason}; retry {failures} of {of} in {seconds:.1} s"));
        self.observer.on_retry();
        let retry = Retry {
            number: failures,
            of,
            at: Instant::now() + span,
            why: reason.to_owned(),
        };
        let _waiting = Waiting::for_retry(&*self.observer, since, retry);
        tokio::time::sleep(span).await;
    }

    /// Sends one request. An answer with a status other than 2xx is an error.
    async fn send(
        &self,
        request: RequestBuilder,
        id: RequestId,
        patience: Patience,
    ) -> Result<Answer, Cause> {
        let (http, request) = request.build_split();
        let request = request.map_err(ConnectionError::of)?;
        let query = request.url().query().map(|query| format!("?{query}"));
        let line = format!(
            "{} {}{}",
            request.method(),
            request.url().path(),
            query.unwrap_or_default()
        );
        self.sent.note_headers(request.headers());
        self.observer.on_request();
        let start = Instant::now();
        let answer = tokio::time::timeout(patience.first, http.execute(request)).await;
        let answer = match answer {
            Ok(answer) => answer.map_err(|error| Cause::from(ConnectionError::of(error))),
            Err(_) => Err(ConnectionError::silent(patience.first).into()),
        };
        self.observer.on_detail(&|| match &answer {
            Ok(response) => format!(
                "{line}: {} in {} ms",
                response.status().as_u16(),
                start.elapsed().as_millis()
            ),
            Err(cause) => match cause.detail() {
                Some(detail) => format!("{line}: {cause}: {detail}"),
                None => format!("{line}: {cause}"),
            },
        });
        let answer = Answer::new(answer?, patience, self.observer.clone());
        self.limiter.on_headers(id, answer.headers());
        self.note_time(answer.headers());
        if answer.status().is_success() {
            return Ok(answer);
        }
        Err(refusal::read(answer, &self.sent).await)
    }

    fn note_time(&self, headers: &HeaderMap) {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        if let Some(time) = date.and_then(from_http_date) {
            // Only the first answer's date counts.
            self.server_time.set(time).ok();
        }
    }

    /// Repeats a unit of work, such as reading a whole page, while a retry may help.
    async fn retrying<T, F>(
        &self,
        call: &Call,
        unit: impl Fn(RequestId) -> F,
    ) -> Result<T, ApiError>
    where
        F: Future<Output = Result<T, Failure>>,
    {
        let (mut failures, mut attempts) = (0, 0);
        let mut begun = None;
        loop {
            let permit = self.limiter.acquire().await;
            let since = *begun.get_or_insert_with(Instant::now);
            let _waiting = Waiting::for_answer(&*self.observer, since);
            let id = permit.id();
            let cause = match unit(id).await {
                Ok(value) => {
                    self.limiter.on_success();
                    return Ok(value);
                }
                Err(Failure::Other(error)) => {
                    self.limiter.on_failure();
                    return Err(error);
                }
                Err(Failure::Attempt(cause)) => cause,
            };
            attempts += 1;
            let go_on = match retry::verdict(&cause, failures) {
                Verdict::RateLimited(asked) => self
                    .limiter
                    .on_rate_limited(id, |refused| retry::limit_wait(asked, refused)),
                Verdict::Retry(span) if failures < self.options.retries => {
                    self.limiter.on_failure();
                    drop(permit);
                    failures += 1;
                    let reason = format!("could not {}: {cause}", call.purpose);
                    self.pause(since, &reason, failures, span).await;
                    true
                }
                Verdict::Retry(_) => {
                    self.limiter.on_failure();
                    false
                }
                Verdict::GiveUp => {
                    self.limiter.on_success();
                    false
                }
            };
            if !go_on {
                return Err(ApiError::new(call, cause, attempts));
            }
        }
    }
}

/// Why one attempt at a unit of work failed.
enum Failure {
    /// The request itself failed.
    Attempt(Cause),
    /// Another call that the request needs failed, after its own retries.
    Other(ApiError),
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Self {
        Self::Attempt(cause)
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Other(error)
    }
}
