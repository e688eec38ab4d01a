//! A run with an archive: brings it up to date, and then writes the output from it.

use std::mem;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};

use super::closing;
use super::exit::{Exit, is_broken_pipe};
use super::export::Export;
use super::fetch::{Fetch, Fetched};
use super::incomplete;
use super::media::{self, Backlog, Files, Placement};
use super::mirror;
use super::plan::Plan;
use super::pump::Pump;
use super::recorder::Recorder;
use super::tickets::TicketFilter;
use crate::archive::{self, Changed, Kind, Writer};
use crate::cli::{ArchiveOptions, Media, Placing, Settings};
use crate::format::{self, FormatterFactory};
use crate::media::Store;
use crate::redact::Redactor;
use crate::report::{MediaCounts, Summary};
use crate::sink::{self, KeptFile, Sink, Target};
use crate::source::{Context, Options as SourceOptions, SavedOptions, Selection, Source};
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
    let tally = backlog.map(Backlog::end).transpose()?;
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
    if unknown > 0 {
        context.console.error(&incomplete::unknown(unknown));
    }
    if missing > unknown || (unknown == 0 && !fetched.complete) {
        let text = incomplete::archive(missing - unknown, plan.kind);
        context.console.error(&text);
    }
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

/// What the output needs to know.
struct Writing<'a> {
    options: &'a ArchiveOptions,
    is_mirror: bool,
    /// Whether the output names the files that messages point to.
    has_media: bool,
    format: format::Options,
    /// What the flags select.
    wanted: Selection,
    /// Takes personal data out of what is written. The archive keeps it.
    redactor: Option<&'a Arc<Redactor>>,
    /// Whether the summary lists the files.
    lists_files: bool,
    context: &'a Context,
}

impl Writing<'_> {
    /// Writes the output from the archive.
    fn write(
        &self,
        output: sink::Options,
        writer: Writer,
        plan: &Plan,
        fetched: Fetched,
        pump: &mut Pump,
        summary: &mut Summary,
    ) -> Result<()> {
        let factory = FormatterFactory::new(self.format.clone());
        let place = output.target.clone();
        match (output.target, &plan.account) {
            (Target::Folder { path, name }, Some((vendor, account))) => {
                let folder = sink::Folder::open(&path, factory, name, true)
                    .with_context(|| format!("could not write to the folder {}", path.display()))?;
                let job = mirror::Job {
                    path: &path,
                    account: (*vendor, account),
                    is_part: plan.kind == Kind::Part,
                    options: self.options.mirror.to_string(),
                    keep_raw: self.wanted.keep_raw,
                    redactor: self.redactor.map(Arc::as_ref),
                    lists_files: self.lists_files,
                    media: self
                        .placement(&place)
                        .map(|placement| (archive::media_folder(&self.options.path), placement)),
                };
                mirror::update(writer, folder, &job, pump, &mut self.recorder(summary))
            }
            (target, _) => {
                // Another run may write while somebody reads the output.
                drop(writer);
                let sink = Sink::open(&sink::Options { target, ..output }, factory);
                let files = self.placement(&place).map_or(Files::None, Files::Placed);
                let written =
                    sink.and_then(|sink| self.export(sink, files, fetched.run, pump, summary));
                // If another run writes by now, the next output has the same once more, which is better than never.
                Writer::open(&self.options.path)
                    .and_then(|mut writer| writer.end_output(fetched.run))
                    .ok();
                written
            }
        }
    }

    /// Writes the conversations that the run added or changed.
    fn export(
        &self,
        sink: Sink,
        files: Files,
        run: i64,
        pump: &mut Pump,
        summary: &mut Summary,
    ) -> Result<()> {
        let changed = SourceOptions::Saved(SavedOptions {
            inputs: vec![self.options.path.clone()],
            max_element: usize::MAX,
            changed: Some(Changed::By(run)),
            search: None,
            media: self.has_media,
        });
        let all = Selection {
            since: None,
            until: None,
            ids: None,
            limit: u64::MAX,
            ..self.wanted.clone()
        };
        let source = Source::new(changed, &all, self.context)?;
        // The run's counts are those of the archive.
        let mut written = Summary::start("", serde_json::Value::Null);
        let recorder = self.recorder(&mut written);
        let export = Export {
            sink,
            singer: None,
            from_archive: true,
            places: Vec::new(),
            tickets: TicketFilter::Include,
            redactor: self.redactor.cloned(),
            files,
            list_moved: false,
            again: None,
            recorder,
        };
        export.run(pump, source)?;
        summary.add_output(written);
        Ok(())
    }

    /// An output links to the files where the archive has them.
    fn placement(&self, target: &Target) -> Option<Placement> {
        Placement::new(Placing::Link, target).filter(|_| self.has_media)
    }

    /// All that can be written is written, since the archive is up to date in any case.
    fn recorder<'s>(&'s self, summary: &'s mut Summary) -> Recorder<'s> {
        Recorder {
            summary,
            console: &self.context.console,
            fail_fast: false,
        }
    }

    /// Says how to make the output again. The next run repairs a mirror, and takes any other output as delivered.
    fn again(&self, fetched: Fetched) -> String {
        if self.is_mirror {
            return "the next run with this folder writes them".to_owned();
        }
        let (archive, run) = (self.options.path.display(), fetched.first_run);
        format!("`convexport render {archive} --changed-since {run}` writes it again")
    }

    /// Says how many conversations are in the archive and not in the output.
    fn tell_unwritten(&self, count: u64, fetched: Fetched) {
        let unwritten = counted(count, "conversation");
        let again = self.again(fetched);
        self.context.console.error(&format!(
            "incomplete: {unwritten} in the archive could not be written to the output; {again}"
        ));
    }

    fn explained(&self, error: anyhow::Error, fetched: Fetched) -> anyhow::Error {
        if error.is::<KeptFile>() {
            return error.context("the archive is up to date");
        }
        let again = self.again(fetched);
        let again = format!("the archive is up to date, but its output was not written; {again}");
        if is_broken_pipe(&error) {
            // A closed pipe alone would end the program as if nothing was missing.
            return anyhow!("{again}: the reader of the output ended early");
        }
        error.context(again)
    }
}
