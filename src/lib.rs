//! `convexport` takes chatbot conversations out of the vendor's cloud, whole and verified.
//!
//! Data goes one way; a part uses only what stands to its right:
//!
//! ```text
//! cli --> source (http) --> model --> format --> sink --> stdout, file, folder
//!           async, on its own threads  |   the main thread, so that a slow reader holds up no request
//!                 events over a bounded channel
//! ```
//!
//! [`progress`] and [`summary`] look on.

pub mod cli;
pub mod format;
pub mod http;
pub mod model;
pub mod progress;
pub mod sink;
pub mod source;
pub mod summary;
pub mod terminal;
pub mod time;
pub mod wording;

use std::io::IsTerminal;
use std::path::Path;

use anyhow::{Context, Result};
use tokio::sync::mpsc;

use cli::{Cli, Command, ConsoleArgs, NetworkArgs, OutputArgs};
use progress::Console;
use sink::Sink;
use source::{Boost, Botpress, Event, Source};
use summary::{Exit, Summary};

/// Conversations between the source and the output; the source keeps a window of its own.
const CHANNEL: usize = 4;

/// Does what the command line asks for.
///
/// # Errors
/// What ended the work before its end; [`Exit::of`] knows its exit code.
pub fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Botpress(args) => {
            let console = console(&args.console, &args.output);
            let source = Source::Botpress(Box::new(Botpress::new(&args, console.clone())?));
            export(source, &args.output, &args.network, &console)
        }
        Command::Boost(args) => {
            let console = console(&args.console, &args.output);
            let source = Source::Boost(Boost::new(&args, console.clone())?);
            export(source, &args.output, &args.network, &console)
        }
    }
}

/// The bar stays away from a terminal that shows the data.
fn console(args: &ConsoleArgs, output: &OutputArgs) -> Console {
    let to_stdout = output.output_dir.is_none()
        && output
            .output
            .as_deref()
            .is_none_or(|path| path == Path::new("-"));
    Console::new(args, to_stdout && std::io::stdout().is_terminal())
}

fn export(
    source: Source,
    output: &OutputArgs,
    network: &NetworkArgs,
    console: &Console,
) -> Result<Exit> {
    let mut sink = Sink::open(output)?;
    let mut summary = Summary::start();
    let worked = pump(source, &mut sink, console, network.fail_fast, &mut summary);
    let complete = worked.is_ok() && summary.failed == 0;
    let left = sink.finish(complete, worked.is_ok());
    console.finish(|| summary.to_string());
    let place = left
        .as_ref()
        .ok()
        .and_then(Option::as_ref)
        .map_or(String::new(), |path| {
            format!("the export so far stays as {}", path.display())
        });
    if worked.is_err() && !place.is_empty() {
        console.error(&format!("incomplete: {place}"));
    }
    worked?;
    left?;
    if complete {
        return Ok(Exit::Done);
    }
    let (missing, all) = (summary.failed, summary.conversations + summary.failed);
    let count = format!("{missing} of {all} conversations could not be exported");
    let parts: Vec<_> = [count, place]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    console.error(&format!("incomplete: {}", parts.join("; ")));
    Ok(Exit::Incomplete)
}

/// Takes what the source sends and writes it, until the source is done.
fn pump(
    source: Source,
    sink: &mut Sink,
    console: &Console,
    fail_fast: bool,
    summary: &mut Summary,
) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("could not start the threads for the network")?;
    let (sender, mut events) = mpsc::channel(CHANNEL);
    let source = runtime.spawn(source.run(sender));
    let written = (|| {
        while let Some(event) = next(&mut events, sink)? {
            match event {
                Event::Expect(count) => console.expect(count),
                Event::Conversation(conversation) => {
                    sink.write(&conversation)?;
                    summary.conversations += 1;
                    summary.messages += conversation.messages.len() as u64;
                    console.advance(summary.conversations, summary.messages);
                }
                Event::Gone(missing) => {
                    summary.gone += 1;
                    let (id, error) = (missing.id, missing.error);
                    console.warn(&format!("conversation {id} is gone: {error:#}"));
                }
                Event::Failed(missing) if fail_fast => return Err(missing.error),
                Event::Failed(missing) => {
                    summary.failed += 1;
                    console.error(&format!("{:#}", missing.error));
                }
            }
        }
        runtime.block_on(source).context("the source broke down")?
    })();
    // Requests under way are of no use any more.
    runtime.shutdown_background();
    written
}

/// The next event; what is written so far is passed on before a wait, so that a reader sees it in time.
fn next(events: &mut mpsc::Receiver<Event>, sink: &mut Sink) -> Result<Option<Event>> {
    if let Ok(event) = events.try_recv() {
        return Ok(Some(event));
    }
    sink.flush()?;
    Ok(events.blocking_recv())
}
