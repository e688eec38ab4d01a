//! The errors of calls: messages for the user, and types for the code.

use std::fmt;
use std::time::Duration;

use reqwest::StatusCode;

use super::call::Call;
use super::connection::ConnectionError;
use super::secret::SentSecrets;

/// A call that failed after all retries.
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
    /// A status other than 2xx.
    Status {
        /// The status.
        status: StatusCode,
        /// The vendor's message.
        vendor: Option<String>,
        /// Whether the body is the vendor's error object. Otherwise it may be a page of a proxy.
        genuine: bool,
        /// How long the vendor asks to wait.
        wait: Option<Duration>,
    },
    /// There is no connection or no answer in time, or the connection broke.
    Connection(ConnectionError),
    /// The body ended in the middle of its JSON.
    Cut,
    /// The body is larger than any answer should be.
    TooLarge,
    /// The body is a web page instead of JSON.
    Html,
    /// The body is not JSON, or has another shape than documented. The text names the field.
    Shape(String),
}

impl ApiError {
    pub(super) fn new(call: &Call, cause: Cause, attempts: u32) -> Self {
        let advice = match &cause {
            Cause::Status { status, .. } => {
                (call.advice)(*status).or_else(|| general_advice(*status))
            }
            Cause::Connection(error) => error.advice(),
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

    /// The error for an answer with this status.
    #[cfg(test)]
    pub fn of_status(status: StatusCode) -> Self {
        let cause = Cause::Status {
            status,
            vendor: None,
            genuine: true,
            wait: None,
        };
        Self {
            purpose: "do what a test asked for".to_owned(),
            cause,
            attempts: 1,
            advice: None,
        }
    }

    /// The vendor itself says that what was asked for does not exist, or no longer (404, 410).
    #[must_use]
    pub fn is_gone(&self) -> bool {
        let gone = [StatusCode::NOT_FOUND, StatusCode::GONE];
        matches!(&self.cause, Cause::Status { status, genuine: true, .. } if gone.contains(status))
    }

    /// The status of the answer, if one came.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        match &self.cause {
            Cause::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the token or its rights were refused (401, 403).
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        self.has_status(&[StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN])
    }

    /// Whether every other call would fail too: the token is not accepted, or a bill is open (401, 402).
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        self.has_status(&[StatusCode::UNAUTHORIZED, StatusCode::PAYMENT_REQUIRED])
    }

    /// Whether the API does not support this call or its parameters.
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

    /// Whether the call might work later: the network, the rate limit or the server failed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.cause.is_transient()
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
    /// Whether a body is a web page. JSON never begins with `<`.
    #[must_use]
    pub fn is_html(body: &[u8]) -> bool {
        body.trim_ascii_start().starts_with(b"<")
    }

    /// Whether another try may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Status { status, .. } => is_transient(*status),
            Self::Connection(error) => error.is_transient(),
            Self::Cut => true,
            Self::TooLarge | Self::Html | Self::Shape(_) => false,
        }
    }

    /// What the library says besides, for `-v`.
    pub(super) fn detail(&self) -> Option<&str> {
        match self {
            Self::Connection(error) => Some(error.detail()).filter(|detail| !detail.is_empty()),
            _ => None,
        }
    }

    /// Hides secrets, which a parser's message may quote.
    pub(super) fn without(self, sent: &SentSecrets) -> Self {
        match self {
            Self::Shape(why) => Self::Shape(sent.hide(&why)),
            other => other,
        }
    }
}

impl From<ConnectionError> for Cause {
    fn from(error: ConnectionError) -> Self {
        Self::Connection(error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status { status, vendor, .. } => {
                write!(f, "{status}")?;
                vendor.iter().try_for_each(|words| write!(f, " ({words})"))
            }
            Self::Connection(error) => error.fmt(f),
            Self::Cut => f.write_str("the answer was cut off"),
            Self::TooLarge => f.write_str("the answer is too large to be one"),
            Self::Html => f.write_str("a web page came instead of JSON"),
            Self::Shape(why) => write!(f, "the answer is not what the API promises: {why}"),
        }
    }
}

/// Whether another try may succeed after this status.
fn is_transient(status: StatusCode) -> bool {
    status == StatusCode::REQUEST_TIMEOUT
        || status == StatusCode::TOO_MANY_REQUESTS
        || status.is_server_error()
}

fn general_advice(status: StatusCode) -> Option<&'static str> {
    status.is_redirection().then_some(
        "the server points to another address, which the token is not sent to: give the right one",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_transient_or_not() {
        let transient: Vec<u16> = (100..600)
            .filter(|code| is_transient(StatusCode::from_u16(*code).unwrap()))
            .collect();
        let expected: Vec<u16> = [408, 429].into_iter().chain(500..600).collect();
        assert_eq!(transient, expected);
    }
}
