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
//! [`export`] moves it. [`progress`], [`state`] and [`summary`] look on; [`stop`] ends it from outside.

pub mod cli;
pub mod export;
pub mod format;
pub mod http;
pub mod model;
pub mod progress;
pub mod sink;
pub mod source;
pub mod state;
pub mod stop;
pub mod summary;
pub mod terminal;
pub mod time;
pub mod verify;
pub mod wording;

use std::collections::HashSet;
use std::future::Future;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use cli::{
    BoostArgs, BotpressArgs, Check, Cli, Command, ConsoleArgs, OutputArgs, RunArgs, SelectArgs,
    VerifyArgs,
};
use export::Export;
use format::Format;
use progress::Console;
use sink::{Earlier, Packing, Sink};
use source::{Boost, Botpress, Source};
use state::State;
use summary::{Exit, Summary};
use time::{Span, Timestamp};

/// Botpress deletes after 90 days; so long before that a run is overdue.
const OVERDUE_DAYS: i64 = 80;

/// What came longer ago is not remembered.
const LONGEST_OVERLAP: Span = Span::days(90);

/// Does what the command line asks for.
///
/// # Errors
/// What ended the work before its end; [`Exit::of`] knows its exit code.
pub fn run(cli: Cli) -> Result<Exit> {
    match cli.command {
        Command::Botpress(args) => botpress(&args),
        Command::Boost(args) => boost(&args),
        Command::Check(check) => answer(check),
        Command::Verify(args) => verify(&args),
    }
}

fn botpress(args: &BotpressArgs) -> Result<Exit> {
    let selection = args.selection();
    recorded(
        "botpress",
        selection,
        &args.run,
        &args.console,
        &args.output,
        |summary, console| {
            let mut source = Botpress::new(args, console.clone())?;
            let state = open_state(&args.run, &args.select, &args.output, summary)?;
            if let Some(state) = &state {
                warn_overdue(state.watermark(), console);
                source = source.only(state.increment(args.run.overlap));
            }
            export(
                Source::Botpress(Box::new(source)),
                state,
                &args.output,
                &args.run,
                summary,
                console,
            )
        },
    )
}

fn boost(args: &BoostArgs) -> Result<Exit> {
    let selection = args.selection();
    recorded(
        "boost",
        selection,
        &args.run,
        &args.console,
        &args.output,
        |summary, console| {
            let mut source = Boost::new(args, console.clone())?;
            let state = open_state(&args.run, &args.select, &args.output, summary)?;
            if let Some(state) = &state {
                source = source.only(state.increment(args.run.overlap));
            }
            export(
                Source::Boost(source),
                state,
                &args.output,
                &args.run,
                summary,
                console,
            )
        },
    )
}

/// Does the work, and writes the summary whatever comes of it.
fn recorded(
    source: &str,
    selection: Value,
    run: &RunArgs,
    console: &ConsoleArgs,
    output: &OutputArgs,
    work: impl FnOnce(&mut Summary, &Console) -> Result<Exit>,
) -> Result<Exit> {
    distinct(run, output)?;
    // The bar stays away from a terminal that shows the data.
    let shared = output.is_stdout() && io::stdout().is_terminal();
    let console = Console::new(console, shared);
    let mut summary = Summary::start(source, selection);
    let worked = work(&mut summary, &console);
    let Some(path) = &run.summary else {
        return worked;
    };
    summary.finished = Timestamp::now();
    summary.network = console.network();
    summary.exit_code = Some(worked.as_ref().map_or_else(Exit::of, |exit| *exit).code());
    match summary.write(path) {
        Err(error) if worked.is_ok() => Err(error),
        Err(error) => {
            console.error(&format!("{error:#}"));
            worked
        }
        Ok(()) => worked,
    }
}

/// No file may be two things at once: one would take the other's place.
fn distinct(run: &RunArgs, output: &OutputArgs) -> Result<()> {
    let state = run.state.iter().flat_map(|path| state::files(path));
    let files = state
        .chain(run.summary.clone())
        .chain(output.output.clone())
        .chain(output.output_dir.clone());
    let mut seen = HashSet::new();
    for file in files.filter(|path| path != Path::new("-")) {
        let place = std::path::absolute(&file).unwrap_or_else(|_| file.clone());
        if !seen.insert(place) {
            bail!(usage!(
                "{} is named twice: as output, state or summary",
                file.display()
            ));
        }
    }
    Ok(())
}

fn open_state(
    run: &RunArgs,
    select: &SelectArgs,
    output: &OutputArgs,
    summary: &mut Summary,
) -> Result<Option<State>> {
    let Some(path) = &run.state else {
        return Ok(None);
    };
    if run.overlap > LONGEST_OVERLAP {
        bail!(usage!(
            "--overlap is for what comes late: give 90 days at the most"
        ));
    }
    keeps_earlier(run, output)?;
    let (since, _) = source::range(select, output.timezone, Timestamp::now())?;
    let state = State::open(path, summary.selection.clone(), since)?;
    summary.watermark_before = state.watermark();
    summary.watermark_after = state.watermark();
    Ok(Some(state))
}

/// Sees to it that no run replaces what the runs before wrote by what is new.
fn keeps_earlier(run: &RunArgs, output: &OutputArgs) -> Result<()> {
    let format = Format::of(output)?;
    let Some(path) = output.output.as_deref().filter(|_| !output.is_stdout()) else {
        return Ok(());
    };
    if !run.append {
        bail!(usage!(
            "--state with -o FILE needs --append: otherwise each run would replace the file by what is new"
        ));
    }
    if !format.can_grow() {
        bail!(usage!(
            "--append: {} cannot grow; give -f jsonl, messages or csv",
            format.name()
        ));
    }
    if Packing::of(path) != Packing::None {
        bail!(usage!(
            "--append: {} would be compressed, which cannot grow; give a name without .gz",
            path.display()
        ));
    }
    Ok(())
}

fn export(
    source: Source,
    mut state: Option<State>,
    output: &OutputArgs,
    args: &RunArgs,
    summary: &mut Summary,
    console: &Console,
) -> Result<Exit> {
    let earlier = state.as_ref().map(|state| Earlier {
        has_output: state.has_output(),
        append: args.append,
        bytes: state.bytes(),
        cut_off: state.cut_off(),
    });
    let sink = Sink::open(output, args.summary.is_some(), earlier.as_ref())?;
    summary.files = state.as_mut().map(State::take_files).unwrap_or_default();
    if let Some(path) = args
        .summary
        .as_deref()
        .filter(|path| *path != Path::new("-"))
    {
        // Should the run end without a word, this tells so.
        summary.write(path)?;
    }
    let export = Export {
        sink,
        state,
        summary,
        console,
        args,
    };
    export.run(source)
}

fn warn_overdue(last: Option<Timestamp>, console: &Console) {
    let days = last.map_or(0, Timestamp::days_ago);
    if days > OVERDUE_DAYS {
        console.warn(&format!(
            "the last complete run is {days} days old: Botpress deletes conversations after 90 days, \
             so some that ended before {} may be gone for good",
            Timestamp::now().minus(Span::days(90)).utc_date()
        ));
    }
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

/// The one line that is a command's answer.
fn say(line: &str) -> Result<()> {
    writeln!(io::stdout(), "{}", terminal::neutralise(line)).context("could not write to stdout")
}
