//! Where a token comes from, and that it is never shown.

use std::fmt;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result};
use reqwest::header::HeaderValue;

use crate::usage;

/// A token. Its `Debug` is `***`; there is no `Display`.
pub struct Secret(String);

impl Secret {
    /// Reads a token from the file (`-` is stdin) or else from the environment variable.
    ///
    /// # Errors
    /// A usage error when there is none, when it is empty, or when it can be no token; else when reading fails.
    pub fn find(variable: &str, file: Option<&Path>) -> Result<Self> {
        let (text, origin) = match file {
            Some(path) => (read(path)?, path.display().to_string()),
            None => (
                std::env::var(variable).unwrap_or_default(),
                variable.to_owned(),
            ),
        };
        let token = text.trim();
        if token.is_empty() && file.is_some() {
            return Err(usage!("the token file {origin} is empty").into());
        }
        if token.is_empty() {
            return Err(
                usage!("no access token: set {variable}, or give --token-file FILE").into(),
            );
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            let message = usage!(
                "{origin} holds no token: there is a space, a line break or a letter beyond ASCII in it; give the token alone"
            );
            return Err(message.into());
        }
        Ok(Self(token.to_owned()))
    }

    /// The value of an `Authorization` header, marked as sensitive.
    #[must_use]
    #[expect(
        clippy::missing_panics_doc,
        reason = "`find` lets visible ASCII alone through"
    )]
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

fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("could not read the token from stdin")?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
        .with_context(|| format!("could not read the token file {}", path.display()))
}
