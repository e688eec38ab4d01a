//! A run with an archive: brings it up to date, and then writes the output from it.

use std::mem;
use std::sync::Arc;

use anyhow::Result;

use super::archive_output::Writing;
use super::closing;
use super::exit::Exit;
use super::fetch::{Fetch, Fetched};
use super::incomplete;
use super::media::{self, Backlog};
use super::plan::Plan;
use super::pump::Pump;
use super::recorder::Recorder;
use crate::archive::{self, Kind, Writer};
use crate::cli::{ArchiveOptions, Media, Settings};
use crate::media::Store;
use crate::redact::Redactor;
use crate::report::{MediaCounts, Summary};
use crate::sink::Target;
use crate::source::{Context, Source};
use crate::text::counted;
use crate::time::Timestamp;

/// Brings the archive up to date, and writes the output.
///
/// # Errors
/// The error that ended the run early. What came before is in the archive.
pub fn run(
    mut settings: Settings,
    options: &ArchiveOptions,
    redactor: Option<&Arc<Redactor>>,
    context: &Context,
    summary: &mut Summary,
) -> Result<Exit> {
    let output = settings.output.take();
    let is_mirror = matches!(
        output.as_ref().map(|output| &output.target),
        Some(Target::Folder { .. })
    );
    let download = match mem::replace(&mut settings.media, Media::None) {
        Media::Download(download) => Some(download),
        Media::None | Media::Kept(_) => None,
    };
    let writing = Writing {
        has_media: download.is_some(),
        options,
        is_mirror,
        format: settings.format.clone(),
        wanted: settings.selection.clone(),
        redactor,
        lists_files: settings.run.summary.is_some(),
        context,
    };
    let mut pump = Pump::start(settings.run.max_duration, &context.console)?;
    let vendor = media::vendor(&settings.source)?;
    let (mut fetch, source) = prepare(settings, options, context, summary)?;
    let required = download.as_ref().is_some_and(|download| download.required);
    if let Some(download) = &download {
        let store = Store::open(&archive::media_folder(&options.path))?;
        let fetcher = media::fetcher(download, store, vendor, context, &pump)?;
        let account = fetch.plan.account.clone();
        fetch.backlog = Some(Backlog::new(fetcher, download.options.clone(), account)?);
    }
    fetch.has_output = output.is_some() && !is_mirror;
    let fetched = fetch
        .run(&mut pump, source)
        .map_err(|error| archive::explained(error, &options.path))?;
    let Fetch {
        writer,
        plan,
        backlog,
        ..
    } = fetch;
    let kept_out = summary.counts.forgotten;
    if kept_out > 0 && writing.wanted.ids.is_some() {
        context.console.warn(&format!(
            "{} that --conversation names {} left out, because {} forgotten; -v names each",
            counted(kept_out, "conversation"),
            if kept_out == 1 { "is" } else { "are" },
            if kept_out == 1 { "it was" } else { "they were" },
        ));
    }
    let tally = backlog.map(|backlog| backlog.end(&writer)).transpose()?;
    summary.media = tally.map(|tally| tally.tell(&context.console));
    let is_lacking = summary.media.as_ref().is_some_and(MediaCounts::is_lacking);
    let conversations = writer.conversations();
    context.console.restart();
    summary.watermark_after = complete_until(&writer, &plan)?;
    let missing = summary.counts.failed;
    let unknown = summary.failed.iter().filter(|failure| failure.is_unknown);
    let unknown = unknown.count() as u64;
    let places = output
        .iter()
        .flat_map(|output| closing::places(&output.target));
    let places: Vec<_> = places.collect();
    let written = match output {
        None => Ok(()),
        Some(output) => writing.write(output, writer, &plan, fetched, &mut pump, summary),
    };
    pump.end();
    written.map_err(|error| writing.explained(error, fetched))?;
    context.console.finish(|| {
        let archive = options.path.display().to_string();
        let counts = &summary.counts;
        if counts.conversations + counts.failed > 0 {
            return closing::wrote(summary, None, &[vec![archive], places].concat());
        }
        let is_part = plan.kind == Kind::Part;
        closing::nothing_new(summary, &archive, conversations, is_part)
    });
    let unwritten = summary.counts.failed - missing;
    summary.complete = fetched.complete && summary.counts.failed == 0;
    tell_missing(missing, unknown, plan.kind, fetched, context);
    if unwritten > 0 {
        writing.tell_unwritten(unwritten, fetched);
    }
    let exit = if summary.complete {
        Exit::Done
    } else {
        Exit::Incomplete
    };
    Ok(media::exit(exit, is_lacking && required, &context.console))
}

/// Says how many conversations are missing in the archive. `unknown` of them do not exist.
fn tell_missing(missing: u64, unknown: u64, kind: Kind, fetched: Fetched, context: &Context) {
    if unknown > 0 {
        context.console.error(&incomplete::unknown(unknown));
    }
    if missing > unknown || (unknown == 0 && !fetched.complete) {
        let text = incomplete::archive(missing - unknown, kind);
        context.console.error(&text);
    }
}

/// Opens the archive, and plans what to ask for.
fn prepare<'a>(
    settings: Settings,
    options: &ArchiveOptions,
    context: &'a Context,
    summary: &'a mut Summary,
) -> Result<(Fetch<'a>, Source)> {
    let Settings {
        mut source,
        mut selection,
        run,
        ..
    } = settings;
    // The archive has the vendor's records in any case.
    selection.keep_raw = true;
    let account = source.account();
    // Wrong flags make no archive.
    let ready = if options.path.exists() {
        None
    } else {
        Some(Source::new(source.clone(), &selection, context)?)
    };
    let mut writer = Writer::open(&options.path)?;
    if let Some(reason) = writer.no_wal() {
        context.console.warn(&format!(
            "the archive keeps a rollback journal, so readers wait while a run writes: {reason}"
        ));
    }
    if let Err(error) = writer.finish_forgetting() {
        context.console.warn(&format!(
            "the archive still has bytes of conversations that were forgotten; the next run erases them: {error:#}"
        ));
    }
    if let Some((vendor, account)) = &account {
        source.prefer_api(writer.api(*vendor, account)?.as_deref());
    }
    let plan = Plan::new(&writer, options, &selection, account, &context.console)?;
    summary.watermark_before = plan.complete_until();
    summary.watermark_after = plan.complete_until();
    if plan.selection.is_some() {
        selection.since = plan.begins_at;
    } else if options.only_failed {
        // What failed is asked for by its id, from any time, so a site needs no beginning.
        selection.since = selection.since.or(Some(selection.now));
    }
    let mut source = match ready {
        Some(source) => source,
        None => Source::new(source, &selection, context)?,
    };
    if let Some(delta) = plan.delta(&writer, &options.path, options.only_failed)? {
        source = source.with_delta(delta);
    }
    let recorder = Recorder {
        summary,
        console: &context.console,
        fail_fast: run.fail_fast,
    };
    Ok((Fetch::new(writer, plan, recorder), source))
}

/// When the last run began that saw everything, after this run.
fn complete_until(writer: &Writer, plan: &Plan) -> Result<Option<Timestamp>> {
    let Some((vendor, account)) = &plan.account else {
        return Ok(None);
    };
    let mut known = writer.selections(*vendor, account)?.into_iter();
    let this = known.find(|known| known.filters == plan.filters);
    Ok(this.and_then(|this| this.complete_until))
}
