//! `convexport` takes chatbot conversations out of the vendor's cloud, whole and verified.
//!
//! Data goes one way; a part uses only what stands to its right:
//!
//! ```text
//! cli --> source (http, file) --> model --> format --> sink --> stdout, file, folder
//!           async, on its own threads    |   the main thread, so that a slow reader holds up no request
//!                   events over a bounded channel
//! ```
//!
//! [`export`] moves it. [`progress`], [`state`] and [`summary`] look on; [`stop`] ends it from outside.

pub mod cli;
pub mod export;
pub mod format;
pub mod http;
mod job;
pub mod json;
mod manual;
pub mod model;
pub mod progress;
pub mod schema;
pub mod sink;
pub mod source;
pub mod state;
pub mod stop;
pub mod summary;
mod tap;
pub mod terminal;
pub mod time;
pub mod verify;
pub mod wording;

use std::future::Future;
use std::io::{self, Write};

use anyhow::{Context, Result};

use cli::{BoostArgs, BotpressArgs, Check, Cli, Command, RenderArgs, VerifyArgs};
use job::Job;
use progress::Console;
use source::{Boost, Botpress, Saved, Source};
use summary::Exit;

/// Does what the command line asks for.
///
/// # Errors
/// What ended the work before its end; [`Exit::of`] knows its exit code.
pub fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Botpress(args) => botpress(&args.formed()?),
        Command::Boost(args) => boost(&args),
        Command::Render(args) => render(&args),
        Command::Check(check) => answer(check),
        Command::Verify(args) => verify(&args),
        Command::Tap(args) if args.discover => print(tap::discover()?.as_bytes()),
        Command::Tap(args) => run(tap::command(&args)?),
        Command::Schema { document } => print(document.schema()?.as_bytes()),
        Command::Completions { shell } => print(&manual::completions(shell)),
        Command::Man { folder: None } => print(&manual::page()?),
        Command::Man {
            folder: Some(folder),
        } => manual::pages(&folder),
    }
}

fn botpress(args: &BotpressArgs) -> Result<Exit> {
    let job = Job {
        name: "botpress",
        selection: args.selection(),
        input: None,
        select: &args.select,
        output: &args.output,
        archive: Some(&args.archive),
        run: &args.run,
        console: &args.console,
    };
    job.run(|console| Ok(Source::Botpress(Box::new(Botpress::new(args, console)?))))
}

fn boost(args: &BoostArgs) -> Result<Exit> {
    let job = Job {
        name: "boost",
        selection: args.selection(),
        input: args.input.as_deref(),
        select: &args.select,
        output: &args.output,
        archive: Some(&args.archive),
        run: &args.run,
        console: &args.console,
    };
    job.run(|console| Ok(Source::Boost(Boost::new(args, console)?)))
}

fn render(args: &RenderArgs) -> Result<Exit> {
    let job = Job {
        name: "render",
        selection: args.selection(),
        input: Some(&args.input),
        select: &args.select,
        output: &args.output,
        archive: None,
        run: &args.run,
        console: &args.console,
    };
    job.run(|console| Ok(Source::Saved(Box::new(Saved::new(args, console)?))))
}

fn answer(check: Check) -> Result<Exit> {
    let line = match check {
        Check::Botpress {
            target,
            network,
            console,
        } => wait(source::check_botpress(
            &target,
            &network,
            Console::new(&console, false),
        )),
        Check::Boost {
            target,
            network,
            console,
        } => wait(source::check_boost(
            &target,
            &network,
            Console::new(&console, false),
        )),
    }?;
    say(&line)?;
    Ok(Exit::Done)
}

fn verify(args: &VerifyArgs) -> Result<Exit> {
    let problem = |text: &str| {
        // Nobody is left to be told when stderr itself fails.
        writeln!(io::stderr(), "convexport: {}", terminal::neutralise(text)).ok();
    };
    let (exit, line) = verify::verify(args, problem)?;
    say(&line)?;
    Ok(exit)
}

fn wait<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .context("could not start the network")?
        .block_on(work)
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
    writeln!(io::stdout(), "{}", terminal::neutralise(line)).context("could not write to stdout")
}
