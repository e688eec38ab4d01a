//! Tokens and client secrets, which are never shown.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use reqwest::header::{HeaderMap, HeaderValue};
use serde::de::{Deserialize, Deserializer, Error};
use url::form_urlencoded::byte_serialize;

use crate::usage::{UsageError, usage};

/// A token or a client secret. Its `Debug` shows `***`; it has no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Makes a secret from a text. Errors name the place that it comes from.
    ///
    /// # Errors
    /// A usage error when the text cannot be a secret.
    pub fn of(what: &str, text: &str, origin: &str) -> Result<Self, UsageError> {
        if !is_plain(text) {
            return Err(usage!(
                "{origin} holds no {what}: it is empty, or there is a space, a line break or a letter beyond ASCII \
                 in it; give the {what} alone"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// Returns the secret itself. Use this only to send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The value of an `Authorization` header, marked as sensitive.
    #[must_use]
    pub fn bearer(&self) -> HeaderValue {
        let text = format!("Bearer {}", self.0);
        let mut value = HeaderValue::from_str(&text).expect("a token is visible ASCII");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if is_plain(&text) {
            Ok(Self(text))
        } else {
            Err(D::Error::custom("expected a token"))
        }
    }
}

/// The secrets that were sent. An answer may repeat one, and no message may show it.
#[derive(Debug, Default)]
pub struct SentSecrets(Mutex<Vec<Secret>>);

impl SentSecrets {
    /// Notes a secret that is sent, and how an answer may write it.
    pub fn note(&self, secret: &str) {
        let mut known = self.known();
        if secret.is_empty() || known.iter().any(|known| known.reveal() == secret) {
            return;
        }
        known.extend(spellings(secret).into_iter().map(Secret));
        // The longest come first, since one may be the beginning of another.
        known.sort_by_key(|secret| Reverse(secret.0.len()));
    }

    /// Notes the secrets of headers that are marked as sensitive: the text after the scheme.
    pub fn note_headers(&self, headers: &HeaderMap) {
        let values = headers.values().filter(|value| value.is_sensitive());
        for text in values.filter_map(|value| value.to_str().ok()) {
            self.note(text.rsplit(' ').next().unwrap_or_default());
        }
    }

    /// Replaces each secret in the text with `***`.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let hide = |text: String, secret: &Secret| text.replace(secret.reveal(), "***");
        self.known().iter().fold(text.to_owned(), hide)
    }

    fn known(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The secret as it is, percent-encoded, with the escapes of JSON and HTML, and in base64.
fn spellings(secret: &str) -> Vec<String> {
    let upper: String = byte_serialize(secret.as_bytes()).collect();
    let lower = lower_hex(&upper);
    let html = secret.replace('&', "&amp;").replace('"', "&quot;");
    let html = html.replace('<', "&lt;").replace('>', "&gt;");
    let all = [
        secret.to_owned(),
        upper,
        lower,
        secret.replace('/', "\\/"),
        html.replace('\'', "&#39;"),
        BASE64_STANDARD.encode(secret),
        BASE64_STANDARD_NO_PAD.encode(secret),
    ];
    all.into_iter()
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
}

/// Percent-encoded text with its hexadecimal digits in lower case.
fn lower_hex(text: &str) -> String {
    let mut parts = text.split('%');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2).unwrap_or((part, ""));
        whole.push('%');
        whole.push_str(&digits.to_ascii_lowercase());
        whole.push_str(rest);
    }
    whole
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}
