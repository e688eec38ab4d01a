//! Reads why a vendor refused a call.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde::Deserialize;

use super::answer::Answer;
use super::body;
use super::error::Cause;
use super::rate_limit::reset;
use super::secret::SentSecrets;
use crate::time;

/// How many bytes of an error's body are read.
const BODY_LIMIT: usize = 64 * 1024;

/// How many characters of it are shown.
const SHOWN: usize = 500;

/// Reads an answer with a status other than 2xx. The secrets that were sent are hidden in its message.
pub async fn read(answer: Answer, sent: &SentSecrets) -> Cause {
    let status = answer.status();
    let wait = asked_wait(answer.headers());
    // If the body cannot be read, the status is enough.
    let body = body::read(answer, BODY_LIMIT).await.unwrap_or_default();
    let (vendor, genuine) = vendor_words(&body, sent);
    Cause::Status {
        status,
        vendor,
        genuine,
        wait,
    }
}

/// Reads how long the vendor asks to wait: `Retry-After` in seconds or as a date, else Botpress's `RateLimit-Reset`
/// (vendors/botpress.md, Limits).
fn asked_wait(headers: &HeaderMap) -> Option<Duration> {
    let after = headers
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok());
    let seconds = after.and_then(|value| {
        let seconds = value.parse().ok();
        seconds.or_else(|| time::seconds_until_http_date(value))
    });
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    span.or_else(|| reset(headers))
}

/// Returns the type and message of the vendor's error object, or the beginning of another body, and whether the body is
/// the vendor's error object.
fn vendor_words(bytes: &[u8], sent: &SentSecrets) -> (Option<String>, bool) {
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
        _ if Cause::is_html(bytes) => "a web page".to_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    // Secrets are hidden before the text is cut, so that no part of a secret stays.
    let words = sent.hide(&words);
    // The text is put on one line, so that the vendor's text cannot look like ours.
    let line: Vec<&str> = words.split_whitespace().collect();
    let line: String = line.join(" ").chars().take(SHOWN).collect();
    ((!line.is_empty()).then_some(line), genuine)
}
