//! What went wrong with a call: in words for the user, and as a type for those whose behaviour depends on it.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use super::{Call, Sent, body, retry};
use crate::time;

/// How much is read of an error's body.
const ERROR_LIMIT: usize = 64 * 1024;

/// A call that failed for good.
#[derive(Debug)]
pub struct ApiError {
    purpose: String,
    cause: Cause,
    attempts: u32,
    advice: Option<&'static str>,
}

/// Why one attempt failed.
#[derive(Debug)]
pub enum Cause {
    /// Another status than 2xx.
    Status {
        /// The status.
        status: StatusCode,
        /// The vendor's own words.
        vendor: Option<String>,
        /// Whether these are an error object, rather than a page of something in between.
        genuine: bool,
        /// How long the vendor asks to wait.
        wait: Option<Duration>,
    },
    /// No connection, no answer in time, or a connection that broke.
    Connection(String),
    /// The body ended in the middle of its JSON.
    Cut,
    /// The body is larger than any answer should be.
    TooLarge,
    /// A web page came where JSON was promised.
    Html,
    /// JSON of another shape than promised, or no JSON; with the field.
    Shape(String),
}

impl ApiError {
    pub(super) fn new(call: &Call, cause: Cause, attempts: u32) -> Self {
        let advice = match &cause {
            Cause::Status { status, .. } => {
                (call.advice)(*status).or_else(|| general_advice(*status))
            }
            Cause::Html => Some("is the base address right?"),
            _ => None,
        };
        Self {
            purpose: call.purpose.clone(),
            cause,
            attempts,
            advice,
        }
    }

    /// The vendor itself says that what was asked for does not exist, or no longer (404, 410).
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let gone = [StatusCode::NOT_FOUND, StatusCode::GONE];
        matches!(&self.cause, Cause::Status { status, genuine: true, .. } if gone.contains(status))
    }

    /// The token or its rights were refused (401, 403).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.has_status(&[StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN])
    }

    /// Every other call would fail in the same way: the token is not accepted, or a bill is open (401, 402).
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        self.has_status(&[StatusCode::UNAUTHORIZED, StatusCode::PAYMENT_REQUIRED])
    }

    /// The API does not take this call, or not with these parameters.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        use StatusCode as Code;
        let refusals = [
            Code::BAD_REQUEST,
            Code::FORBIDDEN,
            Code::NOT_FOUND,
            Code::METHOD_NOT_ALLOWED,
            Code::NOT_IMPLEMENTED,
        ];
        self.has_status(&refusals)
    }

    /// It might work later: network, rate limit or server.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match &self.cause {
            Cause::Status { status, .. } => retry::is_transient(*status),
            Cause::Connection(_) | Cause::Cut => true,
            Cause::TooLarge | Cause::Html | Cause::Shape(_) => false,
        }
    }

    fn has_status(&self, statuses: &[StatusCode]) -> bool {
        matches!(&self.cause, Cause::Status { status, .. } if statuses.contains(status))
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}: {}", self.purpose, self.cause)?;
        if self.attempts > 1 {
            write!(f, " (after {} attempts)", self.attempts)?;
        }
        match self.advice {
            Some(advice) => write!(f, "; {advice}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ApiError {}

impl Cause {
    /// What the connection failed of.
    #[must_use]
    pub fn connection(error: reqwest::Error) -> Self {
        Self::Connection(format!("{:#}", anyhow::Error::from(error.without_url())))
    }

    /// Whether a body is a web page.
    #[must_use]
    pub fn is_html(body: &[u8]) -> bool {
        body::is_html(body)
    }

    /// The same without the secrets that a parser's message may quote.
    pub(super) fn without(self, sent: &Sent) -> Self {
        match self {
            Self::Shape(why) => Self::Shape(sent.hide(&why)),
            other => other,
        }
    }

    /// Reads why the vendor refused, in words without the secrets that were sent.
    pub(super) async fn from_answer(response: Response, sent: &Sent) -> Self {
        let status = response.status();
        let wait = asked_wait(response.headers());
        // The status says enough when the body does not come.
        let body = body::read(response, ERROR_LIMIT).await.unwrap_or_default();
        let (vendor, genuine) = vendor_words(&body, sent);
        Self::Status {
            status,
            vendor,
            genuine,
            wait,
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, vendor, .. } => {
                write!(f, "{status}")?;
                vendor.iter().try_for_each(|words| write!(f, " ({words})"))
            }
            Self::Connection(why) => f.write_str(why),
            Self::Cut => f.write_str("the answer was cut off"),
            Self::TooLarge => f.write_str("the answer is too large to be one"),
            Self::Html => f.write_str("a web page came instead of JSON"),
            Self::Shape(why) => write!(f, "the answer is not what the API promises: {why}"),
        }
    }
}

fn general_advice(status: StatusCode) -> Option<&'static str> {
    status.is_redirection().then_some(
        "the server points to another address, which the token is not sent to: give the right one",
    )
}

/// `Retry-After`, in seconds or as a date, else Botpress's `RateLimit-Reset` in seconds (vendors/botpress.md, Limits).
fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let after = text(RETRY_AFTER.as_str()).and_then(|value| {
        value
            .parse()
            .ok()
            .or_else(|| time::seconds_until_http_date(value))
    });
    let seconds: f64 = after.or_else(|| text("ratelimit-reset")?.parse().ok())?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// The error object's type and message, or the beginning of a body that is none; and which of them it is.
fn vendor_words(bytes: &[u8], sent: &Sent) -> (Option<String>, bool) {
    #[derive(Deserialize)]
    struct Wire {
        r#type: Option<String>,
        message: Option<String>,
        description: Option<String>,
        // RFC 6749, section 5.2: the errors of a token endpoint.
        error: Option<String>,
        error_description: Option<String>,
    }
    let parts = serde_json::from_slice::<Wire>(bytes).ok().map(|wire| {
        let words = wire.message.or(wire.description).or(wire.error_description);
        let parts = [wire.r#type.or(wire.error), words];
        parts.into_iter().flatten().collect::<Vec<_>>().join(": ")
    });
    let genuine = parts.as_ref().is_some_and(|words| !words.is_empty());
    let words = match parts {
        Some(words) if genuine => words,
        _ if body::is_html(bytes) => "a web page".to_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    // Before it is cut off, so that no half of a secret stays.
    let words = sent.hide(&words);
    // On one line, so that nobody's words can pass for ours.
    let line: Vec<&str> = words.split_whitespace().collect();
    let line: String = line.join(" ").chars().take(500).collect();
    ((!line.is_empty()).then_some(line), genuine)
}
