//! Runs the command of the command line.

use std::ffi::OsString;
use std::io::{self, Write};

use anyhow::{Context, Result};

use super::exit::{Exit, is_broken_pipe};
use super::{check, forget, job, manual, schema, search, stats, tap, verify};
use crate::cli::{self, Cli, Command};
use crate::console::{self, LogFormat};
use crate::text::neutralise;

/// Parses the command line, runs its command, and says on stderr what ended it early.
#[must_use]
pub fn main(args: Vec<OsString>) -> Exit {
    let format = log_format(&args);
    let error = match cli::parse(args).and_then(|cli| cli.map_or(Ok(Exit::Done), run)) {
        Ok(exit) => return exit,
        Err(error) => error,
    };
    if !is_broken_pipe(&error) {
        console::last_words(format, &format!("{error:#}"));
    }
    Exit::of(&error)
}

/// How the command line wants messages. An error in it is one of them.
fn log_format(args: &[OsString]) -> LogFormat {
    let is_json = |pair: &[OsString]| pair[0] == "--log-format" && pair[1] == "json";
    let is_one = args.iter().any(|arg| arg == "--log-format=json");
    if is_one || args.windows(2).any(is_json) {
        LogFormat::Json
    } else {
        LogFormat::Text
    }
}

/// Runs the command of the command line.
fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Botpress(args) => job::run(&*args),
        Command::Boost(args) => job::run(&*args),
        Command::Render(args) => job::run(&*args),
        Command::Search(args) => search::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Check(args) => report(check::check(*args, problem)?),
        Command::Verify(args) => report(match &args.summary {
            Some(summary) => verify::export(&args.export, summary, problem)?,
            None => verify::archive(&args.export, problem)?,
        }),
        Command::Forget(args) => report(forget::forget(&args, problem)?),
        Command::Tap(args) if args.discover => print(tap::discover()?.as_bytes()),
        Command::Tap(args) => tap::run(&args),
        Command::Schema { document } => print(schema::schema(document)?.as_bytes()),
        Command::Completions { shell } => print(&manual::completions(shell)),
        Command::Man { folder: None } => print(&manual::page()?),
        Command::Man {
            folder: Some(folder),
        } => manual::pages(&folder),
    }
}

/// Says on stderr what a command found.
fn problem(text: &str) {
    // If stderr fails, the error cannot be shown anywhere.
    writeln!(io::stderr(), "convexport: {}", neutralise(text)).ok();
}

/// Writes the outcome of a command, and returns its exit code.
fn report((exit, lines): (Exit, String)) -> Result<Exit> {
    writeln!(io::stdout(), "{}", neutralise(&lines)).context("could not write to stdout")?;
    Ok(exit)
}

/// Writes the data that a command returns, unchanged.
fn print(data: &[u8]) -> Result<Exit> {
    io::stdout()
        .write_all(data)
        .context("could not write to stdout")?;
    Ok(Exit::Done)
}
