//! Where tokens and client secrets come from, and that they are never shown.

use std::cmp::Reverse;
use std::fmt;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use reqwest::header::{HeaderMap, HeaderValue};
use serde::de::{Deserialize, Deserializer, Error};

use crate::usage;

/// A token or a client's secret. Its `Debug` is `***`; there is no `Display`.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret that is given; else reads one from the file (`-` is stdin) or from the environment variable.
    ///
    /// # Errors
    /// A usage error when there is none, when it is empty, or when it can be none; else when reading fails.
    pub fn find(
        what: &str,
        given: Option<&Self>,
        variable: &str,
        file: Option<&Path>,
        flag: &str,
    ) -> Result<Self> {
        if let Some(secret) = given {
            return Ok(secret.clone());
        }
        let (text, origin) = match file {
            Some(path) => (read(what, path)?, path.display().to_string()),
            None => (
                std::env::var(variable).unwrap_or_default(),
                variable.to_owned(),
            ),
        };
        let secret = text.trim();
        if secret.is_empty() && file.is_some() {
            bail!(usage!("the {what}'s file {origin} is empty"));
        }
        if secret.is_empty() {
            bail!(usage!("no {what}: set {variable}, or give {flag} FILE"));
        }
        Self::of(what, secret, &origin)
    }

    /// The secret that somewhere is written.
    ///
    /// # Errors
    /// A usage error when it can be none.
    pub fn of(what: &str, text: &str, origin: &str) -> Result<Self> {
        if !is_plain(text) {
            bail!(usage!(
                "{origin} holds no {what}: it is empty, or there is a space, a line break or a letter beyond ASCII \
                 in it; give the {what} alone"
            ));
        }
        Ok(Self(text.to_owned()))
    }

    /// The secret itself, for the one place that sends it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The value of an `Authorization` header, marked as sensitive.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "only visible ASCII comes in")]
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

/// What went out to authenticate: an answer may repeat it, and must not make it known.
#[derive(Debug, Default)]
pub struct Sent(Mutex<Vec<Secret>>);

impl Sent {
    /// Notes a secret that is sent.
    pub fn note(&self, secret: &str) {
        let mut known = self.known();
        if !secret.is_empty() && !known.iter().any(|known| known.reveal() == secret) {
            known.push(Secret(secret.to_owned()));
            // One may be the beginning of another.
            known.sort_by_key(|secret| Reverse(secret.0.len()));
        }
    }

    /// Notes what stands after the scheme in the headers that are marked as sensitive.
    pub fn note_headers(&self, headers: &HeaderMap) {
        let values = headers.values().filter(|value| value.is_sensitive());
        for text in values.filter_map(|value| value.to_str().ok()) {
            self.note(text.rsplit(' ').next().unwrap_or_default());
        }
    }

    /// The text with `***` in place of each of them.
    #[must_use]
    pub fn hide(&self, text: &str) -> String {
        let hide = |text: String, secret: &Secret| text.replace(secret.reveal(), "***");
        self.known().iter().fold(text.to_owned(), hide)
    }

    fn known(&self) -> MutexGuard<'_, Vec<Secret>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn read(what: &str, path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let text = std::io::read_to_string(std::io::stdin());
        return text.with_context(|| format!("could not read the {what} from stdin"));
    }
    let text = std::fs::read_to_string(path);
    text.with_context(|| format!("could not read the {what}'s file {}", path.display()))
}
