//! Parses the command line, and says in our own words what is wrong with it.

use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory, Error, Parser};

use super::commands::Cli;
use crate::usage::usage;

/// Flags that people expect for a secret. On a command line, every user of the machine could read it.
const SECRETS: &[&str] = &[
    "--token",
    "--access-token",
    "--api-key",
    "--client-secret",
    "--password",
    "--secret",
];

/// Parses the command line. Returns `None` when help or the version was asked for and shown.
///
/// # Errors
/// A usage error in one line; else when the help cannot be written.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Cli>> {
    let error = match Cli::try_parse_from(args) {
        Ok(cli) => return Ok(Some(cli)),
        Err(error) => error,
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            error.print().context("could not write to stdout")?;
            Ok(None)
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            // If stderr fails, the error cannot be shown anywhere.
            error.print().ok();
            bail!(usage!("there is no command"))
        }
        ErrorKind::UnknownArgument => bail!(usage!("{}", unknown(&error))),
        ErrorKind::InvalidSubcommand => {
            let name = text(&error, ContextKind::InvalidSubcommand).unwrap_or_default();
            bail!(usage!(
                "there is no command {name}; see `convexport --help`"
            ))
        }
        _ => bail!(usage!("{}", first_lines(&error))),
    }
}

/// What to say of a flag that the command does not have.
fn unknown(error: &Error) -> String {
    let flag = text(error, ContextKind::InvalidArg).unwrap_or("such flag");
    let flag = flag.split(['=', ' ']).next().unwrap_or(flag);
    if SECRETS.contains(&flag) {
        return format!(
            "there is no {flag}, since others can read a command line: set BP_TOKEN, BOOST_TOKEN or BOOST_CLIENT_SECRET, \
             or give --token-file FILE"
        );
    }
    let owners = owners(&Cli::command(), flag);
    if !owners.is_empty() {
        return format!("{flag} belongs to {}", owners.join(", "));
    }
    let similar = text(error, ContextKind::SuggestedArg).filter(|similar| is_close(flag, similar));
    match similar {
        Some(similar) => format!("there is no {flag}; there is {similar}"),
        None => format!("there is no {flag} here; see --help"),
    }
}

/// What the parser knows of an error.
fn text(error: &Error, kind: ContextKind) -> Option<&str> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text),
        ContextValue::Strings(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}

/// The commands that have a flag.
fn owners(command: &Command, flag: &str) -> Vec<String> {
    let name = flag.trim_start_matches('-');
    let has = |command: &&Command| {
        let mut flags = command.get_arguments();
        flag.starts_with("--")
            && flags.any(|arg| arg.get_long() == Some(name) && !arg.is_hide_set())
    };
    let commands = command.get_subcommands().filter(has);
    commands
        .map(|command| format!("`convexport {}`", command.get_name()))
        .collect()
}

/// Whether a flag may be another one, misspelt: it begins in the same way.
fn is_close(flag: &str, similar: &str) -> bool {
    let begin = |text: &str| text.get(..5).map(str::to_owned);
    begin(flag).is_some() && begin(flag) == begin(similar)
}

/// The error without the usage, which repeats flags that the environment has set.
fn first_lines(error: &Error) -> String {
    let text = error.to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let end = ["\n\nUsage:", "\n\nFor more information"]
        .iter()
        .filter_map(|end| text.find(end))
        .min();
    let lines = &text[..end.unwrap_or(text.len())];
    let words: Vec<_> = lines.split_whitespace().collect();
    format!("{}; see --help", words.join(" "))
}
