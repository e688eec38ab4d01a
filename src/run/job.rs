//! One export from its settings to its exit code: opens and checks everything before the first request, and always
//! writes the summary.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::again::Again;
use super::archive;
use super::closing;
use super::exit::Exit;
use super::export::Export;
use super::media;
use super::monitor::Monitor;
use super::paths::check_paths;
use super::pump::Pump;
use super::recorder::Recorder;
use super::redaction;
use super::singer_state::SingerState;
use super::tickets::TicketFilter;
use crate::cli::{ExportArgs, Memory, RunOptions, Settings};
use crate::console::{Console, Data};
use crate::format::singer::Stream;
use crate::format::{Format, FormatterFactory};
use crate::io::supports_locks;
use crate::redact::Redactor;
use crate::report::Summary;
use crate::sink::{Sink, Target};
use crate::source::botpress::Tickets;
use crate::source::{Context, Source};
use crate::time::Timestamp;

/// Exports what the flags ask for. The summary is written even after an error.
///
/// # Errors
/// The error that ended the export early.
pub fn run(args: &impl ExportArgs) -> Result<Exit> {
    let paths = args.paths();
    check_paths(&paths)?;
    let settings = match (args.resolve(), &paths.summary) {
        (Ok(settings), _) => settings,
        (Err(error), None) => return Err(error),
        (Err(error), Some(path)) => {
            // What was asked for may be personal, and nobody can tell now whether it is to be redacted.
            let asked = Some(args.asked()).filter(|asked| asked.get("redact").is_none());
            let mut summary = Summary::start(args.name(), asked.unwrap_or_default());
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
pub fn run_settings(mut settings: Settings) -> Result<Exit> {
    check_paths(&settings.paths)?;
    let target = settings.output.as_ref().map(|output| &output.target);
    let data = if matches!(target, Some(Target::Stdout)) {
        Data::on_stdout()
    } else {
        Data::Elsewhere
    };
    let redactor = redaction::redactor(&mut settings);
    let console = Console::redacting(settings.console, data, redactor.clone());
    redaction::tell_key(redactor.as_deref(), &console);
    let monitor = Monitor::new(console.clone());
    let context = Context {
        http: settings.http,
        observer: monitor.clone(),
        console: console.clone(),
    };
    let mut summary = Summary::start(settings.name, settings.asked.clone());
    settings.format.asked = settings.asked.clone();
    let path = settings.run.summary.clone();
    let worked = work(settings, redactor.as_ref(), &context, &mut summary);
    let worked = redaction::redacted(worked, &mut summary, redactor.as_deref(), &console);
    console.end();
    let Some(path) = path else {
        return worked;
    };
    summary.finished = Timestamp::now();
    summary.proof = summary.proof.filter(|_| summary.complete);
    summary.network = monitor.network();
    summary.exit_code = Some(worked.as_ref().map_or_else(Exit::of, |exit| *exit).code());
    match summary.write(&path) {
        Err(error) if worked.is_ok() => Err(error),
        Err(error) => {
            let text = format!("{error:#}");
            // When it cannot be written at the beginning, that is what ended the run.
            let is_said = worked.as_ref().is_err_and(|why| format!("{why:#}") == text);
            if !is_said {
                console.error(&text);
            }
            worked
        }
        Ok(()) => worked,
    }
}

fn work(
    settings: Settings,
    redactor: Option<&Arc<Redactor>>,
    context: &Context,
    summary: &mut Summary,
) -> Result<Exit> {
    warn_without_locks(&settings, &context.console);
    match settings.memory.clone() {
        Memory::None | Memory::Singer { .. } => export(settings, redactor, context, summary),
        Memory::Archive(options) => {
            write_unfinished(summary, &settings.run)?;
            archive::run(settings, &options, redactor, context, summary)
        }
    }
}

/// Exports without an archive. A Singer tap goes on from the state of its target, if there is one.
fn export(
    settings: Settings,
    redactor: Option<&Arc<Redactor>>,
    context: &Context,
    summary: &mut Summary,
) -> Result<Exit> {
    let Settings {
        source,
        mut selection,
        format,
        output,
        memory,
        media,
        run,
        asked,
        ..
    } = settings;
    // A tap is called again with the state of its target, and a list has nothing that could be fetched by its id.
    let is_repeatable = source.account().is_some()
        && matches!(memory, Memory::None)
        && format.format != Format::List;
    let tickets = TicketFilter::new(selection.tickets, selection.keep_raw)?;
    // The vendor's records tell which messages of a ticket are copies.
    selection.keep_raw |= selection.tickets == Tickets::Merge;
    let vendor = media::vendor(&source)?;
    let mut source = Source::new(source, &selection, context)?;
    let streams: Vec<_> = format.catalog.streams().collect();
    let singer = match memory {
        Memory::None | Memory::Archive(_) => None,
        Memory::Singer { state: path } => {
            let names: Vec<_> = streams.iter().copied().map(Stream::name).collect();
            let state = SingerState::open(path.as_deref(), &names, asked, selection.since)?;
            summary.watermark_before = state.watermark();
            summary.watermark_after = state.watermark();
            source = source.with_delta(state.delta());
            Some((streams, state))
        }
    };
    let output = output.context("an export without an archive has an output")?;
    let sink = Sink::open(&output, FormatterFactory::new(format))?;
    write_unfinished(summary, &run)?;
    let mut pump = Pump::start(run.max_duration, &context.console)?;
    let files = media::files(&media, &output.target, vendor, context, &pump)?;
    let recorder = Recorder {
        summary,
        console: &context.console,
        fail_fast: run.fail_fast,
    };
    let export = Export {
        sink,
        singer,
        from_archive: false,
        places: closing::places(&output.target),
        tickets,
        redactor: redactor.cloned(),
        files,
        list_moved: false,
        again: is_repeatable.then(|| Again::new(&run, &output)),
        recorder,
    };
    let exit = export.run(&mut pump, source);
    pump.end();
    exit
}

/// Writes a summary that says that the run did not end, in case the program is killed.
fn write_unfinished(summary: &Summary, run: &RunOptions) -> Result<()> {
    let path = run.summary.as_deref();
    match path.filter(|path| *path != Path::new("-")) {
        Some(path) => summary.write(path),
        None => Ok(()),
    }
}

/// Warns when a file system has no locks, since a second run could then write to the same place at the same time.
fn warn_without_locks(settings: &Settings, console: &Console) {
    let archive = settings.paths.archive.as_deref().and_then(Path::parent);
    let output = settings.output.as_ref().map(|output| &output.target);
    let output = output.and_then(|target| match target {
        Target::Stdout => None,
        Target::File(path) | Target::Split { path, .. } => Some(path.parent().unwrap_or(path)),
        Target::Folder { path, .. } => Some(path),
    });
    // A path that does not exist yet will be on the file system of its nearest existing parent.
    let exists = |folder: &&Path| folder.is_dir();
    let nearest = |folder: &Path| {
        let mut parents = folder.ancestors();
        parents.find(exists).unwrap_or(Path::new(".")).to_owned()
    };
    let folders: BTreeSet<_> = [archive, output]
        .into_iter()
        .flatten()
        .map(nearest)
        .collect();
    for folder in folders.iter().filter(|folder| !supports_locks(folder)) {
        console.warn(&format!(
            "the file system of {} has no locks: let no second run write there at the same time",
            folder.display()
        ));
    }
}
