//! One export from the command line to its exit code: what has to be opened and checked before the first request,
//! and the summary, whatever comes of it.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cli::{ArchiveArgs, ConsoleArgs, OutputArgs, RunArgs, SelectArgs};
use crate::export::Export;
use crate::format::{Catalog, Format, Stream};
use crate::progress::Console;
use crate::sink::{Earlier, Packing, Sink, hex};
use crate::source::{self, Source};
use crate::state::{self, State};
use crate::summary::{Exit, Summary};
use crate::time::{Span, Timestamp};
use crate::usage;

/// Botpress deletes after 90 days; so long before that a run is overdue.
const OVERDUE_DAYS: i64 = 80;

/// What came longer ago is not remembered.
const LONGEST_OVERLAP: Span = Span::days(90);

/// An export as the command line asks for it.
pub struct Job<'a> {
    /// The command.
    pub name: &'static str,
    /// What was asked for.
    pub selection: Value,
    /// The file that is read instead of a vendor's API.
    pub input: Option<&'a Path>,
    /// Which conversations.
    pub select: &'a SelectArgs,
    /// Where to and how.
    pub output: &'a OutputArgs,
    /// How an archive is kept, where the source can be asked again.
    pub archive: Option<&'a ArchiveArgs>,
    /// How to run.
    pub run: &'a RunArgs,
    /// What to say meanwhile.
    pub console: &'a ConsoleArgs,
}

impl Job<'_> {
    /// Exports from the source, and writes the summary whatever comes of it.
    ///
    /// # Errors
    /// What ended the export before its end.
    pub fn run(&self, source: impl FnOnce(Console) -> Result<Source>) -> Result<Exit> {
        self.distinct()?;
        // The bar stays away from a terminal that shows the data.
        let shared = self.output.is_stdout() && io::stdout().is_terminal();
        let console = Console::new(self.console, shared);
        let mut summary = Summary::start(self.name, self.selection.clone());
        let worked = self.work(source, &mut summary, &console);
        let Some(path) = &self.run.summary else {
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

    fn work(
        &self,
        source: impl FnOnce(Console) -> Result<Source>,
        summary: &mut Summary,
        console: &Console,
    ) -> Result<Exit> {
        let mut source = source(console.clone())?;
        let mut state = None;
        if let Some(archive) = self.archive {
            state = self.open_state(archive, summary)?;
            summary.watermark_before = state.as_ref().and_then(State::watermark);
            summary.watermark_after = summary.watermark_before;
            if let Some(state) = &state {
                if let Source::Botpress(_) = source {
                    warn_overdue(state.watermark(), console);
                }
                source = source.only(state.increment(archive.overlap));
            }
        }
        let earlier = state.as_ref().map(|state| Earlier {
            has_output: state.has_output(),
            append: self.appends(),
            bytes: state.bytes(),
            cut_off: state.cut_off(),
        });
        let sink = Sink::open(self.output, self.run.summary.is_some(), earlier.as_ref())?;
        summary.files = state.as_mut().map(State::take_files).unwrap_or_default();
        let path = self.run.summary.as_deref();
        if let Some(path) = path.filter(|path| *path != Path::new("-")) {
            // Should the run end without a word, this tells so.
            summary.write(path)?;
        }
        let export = Export {
            sink,
            state,
            summary,
            console,
            args: self.run,
        };
        export.run(source)
    }

    /// No file may be two things at once: one would take the other's place.
    fn distinct(&self) -> Result<()> {
        let (output, run) = (self.output, self.run);
        let state = self.archive.and_then(|archive| archive.state.as_deref());
        let carried = self
            .archive
            .and_then(|archive| archive.singer_state.as_deref());
        let input = self.input.map(Path::to_owned);
        let files = state
            .into_iter()
            .flat_map(state::files)
            .chain(run.summary.clone())
            .chain(output.output.clone())
            .chain(output.output_dir.clone())
            .chain(output.template.clone())
            .chain(output.form.catalog.clone())
            .chain(carried.map(Path::to_owned))
            .chain(input);
        let mut seen = HashSet::new();
        for file in files.filter(|path| path != Path::new("-")) {
            if !seen.insert(place(&file)) {
                bail!(usage!(
                    "{} is named twice: as output, state, summary, template, catalog or input",
                    file.display()
                ));
            }
        }
        let folder = output.output_dir.as_deref().map(place);
        let own = state.into_iter().chain(run.summary.as_deref());
        let within = |file: &&Path| {
            let folder = folder.as_ref();
            *file != Path::new("-") && folder.is_some_and(|folder| place(file).starts_with(folder))
        };
        if let Some(file) = own.into_iter().find(within) {
            bail!(usage!(
                "{} lies in the folder of the export, where a conversation could be named like it: keep it beside",
                file.display()
            ));
        }
        Ok(())
    }

    fn appends(&self) -> bool {
        self.archive.is_some_and(|archive| archive.append)
    }

    fn open_state(&self, archive: &ArchiveArgs, summary: &mut Summary) -> Result<Option<State>> {
        let Some(path) = &archive.state else {
            return self.carried_state(archive, summary);
        };
        if archive.overlap > LONGEST_OVERLAP {
            bail!(usage!(
                "--overlap is for what comes late: give 90 days at the most"
            ));
        }
        self.keeps_earlier(archive)?;
        let output = self.output;
        let (since, _) = source::range(self.select, output.timezone, Timestamp::now())?;
        let mut selection = summary.selection.clone();
        if let Some(template) = &output.template {
            // By what is in it: one that was edited makes another export.
            let text = fs::read(template)
                .with_context(|| format!("could not read the template {}", template.display()))?;
            selection["template"] = json!(hex(&Sha256::digest(text)));
        }
        State::open(path, selection, since).map(Some)
    }

    /// What a Singer target keeps; none for an export from which no later one could go on.
    fn carried_state(&self, archive: &ArchiveArgs, summary: &Summary) -> Result<Option<State>> {
        let (output, select) = (self.output, self.select);
        let earlier = archive.singer_state.as_deref();
        if Format::of(output)? != Format::Singer {
            return match earlier {
                Some(_) => bail!(usage!("--singer-state is for -f singer")),
                None => Ok(None),
            };
        }
        let ends = select.until.is_some() || select.limit.is_some();
        let query = &self.selection["query"];
        if ends || !select.conversation.is_empty() || self.input.is_some() || !query.is_null() {
            if earlier.is_some() {
                bail!(usage!("--singer-state and --query cannot be used together"));
            }
            return Ok(None);
        }
        let catalog = Catalog::of(output.form.catalog.as_deref(), true)?;
        let streams: Vec<_> = catalog.streams().map(Stream::name).collect();
        let (since, _) = source::range(select, output.timezone, Timestamp::now())?;
        State::carried(earlier, &streams, summary.selection.clone(), since).map(Some)
    }

    /// Sees to it that no run replaces what the runs before wrote by what is new.
    fn keeps_earlier(&self, archive: &ArchiveArgs) -> Result<()> {
        let output = self.output;
        let format = Format::of(output)?;
        let Some(path) = output.output.as_deref().filter(|_| !output.is_stdout()) else {
            return Ok(());
        };
        if !archive.append {
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
}

/// Where a file is, by whichever name.
fn place(file: &Path) -> PathBuf {
    fs::canonicalize(file)
        .or_else(|_| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
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
