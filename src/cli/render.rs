//! The flags of `convexport render`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueHint};
use serde::Serialize;
use serde_json::Value;

use super::asked::{self, asked};
use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::media::{Media, Placing};
use super::network::NetworkArgs;
use super::output::{self, OutputArgs};
use super::run::{ArchiveArgs, RunArgs};
use super::select::{ActiveArgs, ChangedSince, SelectArgs};
use super::settings::{ExportArgs, Memory, Paths, Settings};
use super::values::mebibytes;
use crate::source::botpress::Tickets;
use crate::source::{Options as SourceOptions, SavedOptions};
use crate::time::Timestamp;

/// Flags of `convexport render`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("limit", |arg| arg.help("At most N conversations, the first of the file")),
    mut_arg("no_raw", |arg| arg.help("Leave the vendor's own records out, if the export has them")),
    examples(examples::RENDER)
)]
pub struct RenderArgs {
    /// What to read: archives, exports in json or jsonl, as they are or gzip, and folders of them (`-` is stdin)
    #[arg(value_name = "FILE|DIR|ARCHIVE|-", required = true)]
    #[serde(skip)]
    pub inputs: Vec<PathBuf>,

    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,
    /// Which of them are active.
    #[command(flatten)]
    #[serde(flatten)]
    pub active: ActiveArgs,

    /// Only conversations of an archive that were added or changed by this run (its number) or later, or since WHEN
    #[arg(
        long,
        value_name = "RUN|WHEN",
        hide_short_help = true,
        help_heading = "Filters"
    )]
    pub changed_since: Option<ChangedSince>,

    /// What becomes of the tickets of human agents, which repeat what is in the customers' conversations
    /// [default: include]
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        hide_short_help = true,
        help_heading = "Output details"
    )]
    pub tickets: Option<Tickets>,

    /// How the output comes to the media of an archive [default: none]
    ///
    /// `copy` copies them into a folder beside the output, which is named like it and ends in `.media`. `link` leaves
    /// them where they are, so the output works as long as they stay there. `none` leaves only their addresses.
    #[arg(
        conflicts_with = "redact",
        long,
        value_name = "HOW",
        value_enum,
        hide_short_help = true,
        hide_possible_values = true,
        help_heading = "Output details"
    )]
    #[serde(skip)]
    pub media: Option<Placing>,

    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
    pub output: OutputArgs,

    /// Bring what is read into this archive, instead of writing it in a format
    #[arg(long, value_name = "FILE.db", value_hint = ValueHint::FilePath, help_heading = "Output", conflicts_with_all = [
        "format", "output", "output_dir", "template", "no_raw", "redact", "media"])]
    #[serde(serialize_with = "asked::absolute")]
    pub archive: Option<PathBuf>,

    /// Refuse a conversation of more than N MiB of JSON
    #[arg(long, value_name = "N", default_value = "256", value_parser = mebibytes, hide_short_help = true, help_heading = "Run")]
    #[serde(skip)]
    pub max_element: usize,

    /// How to run.
    #[command(flatten)]
    #[serde(skip)]
    pub run: RunArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    #[serde(skip)]
    pub console: ConsoleArgs,
}

impl ExportArgs for RenderArgs {
    fn name(&self) -> &'static str {
        "render"
    }

    fn asked(&self) -> Value {
        let mut asked = asked("render", self);
        let inputs = self.inputs.iter().map(|path| path.to_string_lossy());
        asked["inputs"] = inputs.collect::<Value>();
        asked
    }

    fn paths(&self) -> Paths {
        Paths {
            summary: self.run.summary.clone(),
            archive: self.archive.clone(),
            media: None,
            target: self.output.target(),
            inputs: self.output.inputs().chain(self.inputs.clone()).collect(),
        }
    }

    fn resolve(&self) -> Result<Settings> {
        let format = self.output.format()?;
        let stdin = self.inputs.iter().any(|path| path == Path::new("-"));
        let stdin = stdin.then_some("the export");
        let memory = self.memory()?;
        let zone = self.output.timezone;
        let keep_raw = self.output.needs_raw(format, None, &memory);
        let selection = self
            .select
            .resolve(zone, Timestamp::now(), keep_raw, stdin)?;
        let mut selection = self.active.narrow(selection, zone)?;
        selection.tickets = output::tickets(self.tickets, &memory)?;
        let changed = self
            .changed_since
            .map(|since| since.resolve(zone, selection.now));
        let redact = self.output.redaction(&memory)?;
        let media = self.media();
        let asked = self.asked();
        let format = self.output.format_options(format)?;
        let format = format.with_local_media(media.is_some());
        Ok(Settings {
            name: "render",
            asked: asked::with_template(asked, format.template.as_ref()),
            source: SourceOptions::Saved(SavedOptions {
                inputs: self.inputs.clone(),
                max_element: self.max_element,
                changed: changed.transpose()?,
                search: None,
                media: media.is_some(),
            }),
            selection,
            redact,
            http: NetworkArgs::default().options(),
            format,
            output: self.output.sink(&memory, self.run.summary.is_some()),
            console: self.console.options(),
            memory,
            media,
            run: (&self.run).into(),
            paths: self.paths(),
        })
    }
}

impl RenderArgs {
    fn media(&self) -> Media {
        match self.media {
            None | Some(Placing::None) => Media::None,
            Some(placing) => Media::Kept(placing),
        }
    }

    /// An import has no filters and no mirror.
    fn memory(&self) -> Result<Memory> {
        let args = ArchiveArgs {
            archive: self.archive.clone(),
            ..ArchiveArgs::default()
        };
        args.memory(Value::Null, Value::Null)
    }
}
