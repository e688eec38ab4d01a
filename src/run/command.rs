//! Does what the command line asks for.

use std::io::{self, Write};

use anyhow::{Context, Result};

use super::exit::Exit;
use super::{check, job, manual, schema, tap, verify};
use crate::cli::{Cli, Command, VerifyArgs};
use crate::text::neutralise;

/// Does what the command line asks for.
///
/// # Errors
/// What ended the work before its end; [`Exit::of`] knows its exit code.
pub fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Botpress(args) => job::run(&*args),
        Command::Boost(args) => job::run(&*args),
        Command::Render(args) => job::run(&*args),
        Command::Check(args) => {
            say(&check::check(&args)?)?;
            Ok(Exit::Done)
        }
        Command::Verify(args) => verify(&args),
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

fn verify(args: &VerifyArgs) -> Result<Exit> {
    let problem = |text: &str| {
        // Nobody is left to be told when stderr itself fails.
        writeln!(io::stderr(), "convexport: {}", neutralise(text)).ok();
    };
    let (exit, line) = verify::verify(args, problem)?;
    say(&line)?;
    Ok(exit)
}

/// What a command is for: data, as it is.
fn print(data: &[u8]) -> Result<Exit> {
    io::stdout()
        .write_all(data)
        .context("could not write to stdout")?;
    Ok(Exit::Done)
}

/// The one line that is a command's answer.
fn say(line: &str) -> Result<()> {
    writeln!(io::stdout(), "{}", neutralise(line)).context("could not write to stdout")
}
