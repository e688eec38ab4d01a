//! The output of a run with an archive: the conversations that it added or changed, or a mirror, written from the archive.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};

use super::exit::is_broken_pipe;
use super::export::Export;
use super::fetch::Fetched;
use super::media::{Files, Placement};
use super::mirror;
use super::plan::Plan;
use super::pump::Pump;
use super::recorder::Recorder;
use super::tickets::TicketFilter;
use crate::archive::{self, Changed, Kind, Writer};
use crate::cli::{ArchiveOptions, Placing};
use crate::format::{self, FormatterFactory};
use crate::redact::Redactor;
use crate::report::Summary;
use crate::sink::{self, KeptFile, Sink, Target};
use crate::source::{Context, Options as SourceOptions, SavedOptions, Selection, Source};
use crate::text::counted;

/// What the output needs to know.
pub struct Writing<'a> {
    pub options: &'a ArchiveOptions,
    pub is_mirror: bool,
    /// Whether the output names the files that messages point to.
    pub has_media: bool,
    pub format: format::Options,
    /// What the flags select.
    pub wanted: Selection,
    /// Takes personal data out of what is written. The archive keeps it.
    pub redactor: Option<&'a Arc<Redactor>>,
    /// Whether the summary lists the files.
    pub lists_files: bool,
    pub context: &'a Context,
}

impl Writing<'_> {
    /// Writes the output from the archive.
    ///
    /// # Errors
    /// When the output cannot be written.
    pub fn write(
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
    pub fn tell_unwritten(&self, count: u64, fetched: Fetched) {
        let unwritten = counted(count, "conversation");
        let again = self.again(fetched);
        self.context.console.error(&format!(
            "incomplete: {unwritten} in the archive could not be written to the output; {again}"
        ));
    }

    /// An error of the output, with how to make it again.
    pub fn explained(&self, error: anyhow::Error, fetched: Fetched) -> anyhow::Error {
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
