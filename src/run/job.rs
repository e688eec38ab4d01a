//! One export from its settings to its exit code: opens and checks everything before the first request, and always
//! writes the summary.

use std::io::{self, IsTerminal};
use std::path::Path;

use anyhow::Result;

use super::exit::Exit;
use super::export::Export;
use super::monitor::Monitor;
use super::paths::check_distinct_paths;
use crate::cli::{ExportArgs, Memory, RunOptions, Settings};
use crate::console::Console;
use crate::format::FormatterFactory;
use crate::format::singer::{Catalog, Stream};
use crate::io::supports_locks;
use crate::report::Summary;
use crate::sink::{PriorOutput, Sink, Target};
use crate::source::{Context, Options as SourceOptions, Source};
use crate::state::State;
use crate::time::{Span, Timestamp};

/// Botpress deletes after 90 days, so a run after this many days is overdue.
const OVERDUE_DAYS: i64 = 80;

/// Runs of the tap look this far back, to find data that came late.
const SINGER_OVERLAP: Span = Span::hours(1);

/// Exports what the flags ask for. The summary is written even after an error.
///
/// # Errors
/// The error that ended the export early.
pub fn run(args: &impl ExportArgs) -> Result<Exit> {
    let paths = args.paths();
    check_distinct_paths(&paths)?;
    let settings = match (args.resolve(), &paths.summary) {
        (Ok(settings), _) => settings,
        (Err(error), None) => return Err(error),
        (Err(error), Some(path)) => {
            let mut summary = Summary::start(args.name(), args.asked());
            summary.exit_code = Some(Exit::of(&error).code());
            summary.write(path)?;
            return Err(error);
        }
    };
    run_settings(settings)
}

/// Runs an export with resolved settings.
///
/// # Errors
/// The error that ended the export early.
pub fn run_settings(settings: Settings) -> Result<Exit> {
    check_distinct_paths(&settings.paths)?;
    // There is no progress bar on a terminal that shows the data.
    let to_stdout = matches!(settings.output.target, Target::Stdout);
    let console = Console::new(settings.console, to_stdout && io::stdout().is_terminal());
    let monitor = Monitor::new(console.clone());
    let context = Context {
        http: settings.http,
        observer: monitor.clone(),
        console: console.clone(),
    };
    let mut summary = Summary::start(settings.name, settings.asked.clone());
    let path = settings.run.summary.clone();
    let worked = work(settings, &context, &mut summary);
    let Some(path) = path else {
        return worked;
    };
    summary.finished = Timestamp::now();
    summary.network = monitor.network();
    summary.exit_code = Some(worked.as_ref().map_or_else(Exit::of, |exit| *exit).code());
    match summary.write(&path) {
        Err(error) if worked.is_ok() => Err(error),
        Err(error) => {
            console.error(&format!("{error:#}"));
            worked
        }
        Ok(()) => worked,
    }
}

fn work(settings: Settings, context: &Context, summary: &mut Summary) -> Result<Exit> {
    let Settings {
        source,
        selection,
        format,
        output,
        memory,
        run,
        asked,
        ..
    } = settings;
    let deletes = matches!(source, SourceOptions::Botpress(_));
    let mut source = Source::new(source, &selection, context)?;
    let mut state = open_state(&memory, &format.catalog, asked, selection.since)?;
    let mut prior = None;
    if let Some(state) = &mut state {
        summary.watermark_before = state.watermark();
        summary.watermark_after = state.watermark();
        if deletes {
            warn_overdue(state.watermark(), &context.console);
        }
        source = source.with_delta(state.delta(overlap(&memory)));
        prior = Some(PriorOutput {
            has_output: state.has_output(),
            append: matches!(memory, Memory::State { append: true, .. }),
            bytes: state.bytes(),
            unclean: state.unclean(),
        });
    }
    warn_without_locks(&output.target, &context.console);
    let streams: Vec<_> = format.catalog.streams().collect();
    let sink = Sink::open(output, FormatterFactory::new(format), prior.as_ref())?;
    summary.files = state.as_mut().map(State::take_files).unwrap_or_default();
    write_unfinished(summary, &run)?;
    let export = Export {
        sink,
        state,
        streams: matches!(memory, Memory::Singer { .. }).then_some(streams),
        summary,
        console: &context.console,
        options: run,
    };
    export.run(source)
}

/// Writes a summary that says that the run did not end, in case the program is killed.
fn write_unfinished(summary: &Summary, run: &RunOptions) -> Result<()> {
    let path = run.summary.as_deref();
    match path.filter(|path| *path != Path::new("-")) {
        Some(path) => summary.write(path),
        None => Ok(()),
    }
}

fn open_state(
    memory: &Memory,
    catalog: &Catalog,
    asked: serde_json::Value,
    since: Option<Timestamp>,
) -> Result<Option<State>> {
    match memory {
        Memory::None => Ok(None),
        Memory::State { path, .. } => State::open(path, asked, since).map(Some),
        Memory::Singer { state } => {
            let streams: Vec<_> = catalog.streams().map(Stream::name).collect();
            State::from_singer(state.as_deref(), &streams, asked, since).map(Some)
        }
    }
}

fn overlap(memory: &Memory) -> Span {
    match memory {
        Memory::State { overlap, .. } => *overlap,
        Memory::None | Memory::Singer { .. } => SINGER_OVERLAP,
    }
}

/// Warns when the file system has no locks, since a second run could then write to the same place at the same time.
fn warn_without_locks(target: &Target, console: &Console) {
    let folder = match target {
        Target::Stdout => return,
        Target::File(path) => path.parent().unwrap_or(path),
        Target::Folder { path, .. } => path,
    };
    // A path that does not exist yet will be on the file system of its nearest existing parent.
    let exists = |folder: &&Path| folder.is_dir();
    let folder = folder.ancestors().find(exists).unwrap_or(Path::new("."));
    if !supports_locks(folder) {
        console.warn(&format!(
            "the file system of {} has no locks: let no second run write there at the same time",
            folder.display()
        ));
    }
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
