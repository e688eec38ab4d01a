//! Where tokens and client secrets come from: the environment, a file or stdin, never an argument.

use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::http::Secret;
use crate::usage::usage;

/// Where a secret may be.
pub struct Place<'a> {
    /// What it is, such as `access token`.
    pub what: &'a str,
    /// The secret itself, if a tap's config has it.
    pub given: Option<&'a Secret>,
    /// The environment variable.
    pub variable: &'a str,
    /// The file; `-` is stdin.
    pub file: Option<&'a Path>,
    /// The flag that names the file.
    pub flag: &'a str,
}

impl Place<'_> {
    /// The secret that is given, else the one in the file, else the one in the environment.
    ///
    /// # Errors
    /// A usage error when there is none, when it is empty, or when it cannot be one; else when reading fails.
    pub fn find(&self) -> Result<Secret> {
        let Self {
            what,
            given,
            variable,
            file,
            flag,
        } = self;
        if let Some(secret) = given {
            return Ok((*secret).clone());
        }
        let (text, origin) = match file {
            Some(path) => (read(what, path)?, path.display().to_string()),
            None => (
                std::env::var(variable).unwrap_or_default(),
                (*variable).to_owned(),
            ),
        };
        let secret = text.trim();
        if secret.is_empty() && file.is_some() {
            bail!(usage!("the {what}'s file {origin} is empty"));
        }
        if secret.is_empty() {
            bail!(usage!("no {what}: set {variable}, or give {flag} FILE"));
        }
        Ok(Secret::of(what, secret, &origin)?)
    }
}

fn read(what: &str, path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let text = std::io::read_to_string(std::io::stdin());
        return text.with_context(|| format!("could not read the {what} from stdin"));
    }
    let text = std::fs::read_to_string(path);
    text.with_context(|| format!("could not read the {what}'s file {}", path.display()))
}
