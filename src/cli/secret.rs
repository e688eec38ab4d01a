//! Where tokens and client secrets come from: the environment, a file or stdin, never an argument.

use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::http::Secret;
use crate::usage::usage;

/// The longest secret that is read, in bytes.
const LONGEST: u64 = 64 * 1024;

/// From this length on, the name of a file that is not there may be a secret.
const TELLING: usize = 16;

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
            Some(path) => (read(what, path)?, shown(path)),
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
        let text = bounded(io::stdin()).and_then(text);
        return text.with_context(|| format!("could not read the {what} from stdin"));
    }
    let bytes = read_file(what, path)?;
    text(bytes).with_context(|| format!("could not read the {what}'s file {}", shown(path)))
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).context("it is no text")
}

/// Reads a file that keeps a secret.
///
/// # Errors
/// When it cannot be read, is no file, or is too long.
pub fn read_file(what: &str, path: &Path) -> Result<Vec<u8>> {
    let open = || {
        let file = File::open(path)?;
        let kind = file.metadata()?.file_type();
        // A pipe may come from a program that keeps secrets. A device need not end.
        if !kind.is_file() && !is_pipe(kind) {
            bail!("it is no regular file");
        }
        bounded(file)
    };
    open().with_context(|| format!("could not read the {what}'s file {}", shown(path)))
}

/// Reads bytes that are no longer than a secret may be.
fn bounded(file: impl Read) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let length = file.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if length as u64 > LONGEST {
        bail!("it is too long to be one");
    }
    Ok(bytes)
}

#[cfg(unix)]
fn is_pipe(kind: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo()
}

#[cfg(not(unix))]
fn is_pipe(_: FileType) -> bool {
    false
}

/// The name of a file. One that may be the secret itself, given in the wrong place, is not shown.
fn shown(path: &Path) -> String {
    let name = path.to_string_lossy();
    let is_path = name.contains(['/', '\\']) || path.exists();
    if name.len() < TELLING || is_path {
        return name.into_owned();
    }
    "of the long name that was given (give the name of a file, not the secret)".to_owned()
}
