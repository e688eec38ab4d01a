//! The flags of `convexport search`.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::asked::{self, asked};
use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::media::Media;
use super::network::NetworkArgs;
use super::output::OutputArgs;
use super::run::RunArgs;
use super::select::{self, SelectArgs};
use super::settings::{ExportArgs, Memory, Paths, Settings};
use crate::archive::{Query, Search};
use crate::model::Role;
use crate::source::{Options as SourceOptions, SavedOptions, Selection};
use crate::time::Timestamp;
use crate::usage::usage;

/// Flags of `convexport search`.
#[derive(Debug, Args, Serialize)]
#[command(
    mut_arg("since", |arg| select::since(arg, "Only messages sent at or after WHEN")),
    mut_arg("until", |arg| arg.help("Only messages sent before WHEN")),
    mut_arg("limit", |arg| arg.help("At most N hits, the newest; with an output, at most N conversations")),
    mut_arg("format", |arg| arg.help("Write the whole conversations that have a hit, in this format [default: the hits]")),
    examples(examples::SEARCH)
)]
pub struct SearchArgs {
    /// The archive
    #[arg(value_name = "ARCHIVE")]
    #[serde(skip)]
    pub archive: PathBuf,

    /// What must occur in a message: all of these words, and phrases in "double quotes"
    #[arg(value_name = "WORDS", required = true)]
    pub words: Vec<String>,

    /// Only messages of this role
    #[arg(long, value_enum, help_heading = "Selection")]
    pub role: Option<Role>,

    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,

    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
    pub output: OutputArgs,

    /// How to run.
    #[command(flatten)]
    #[serde(skip)]
    pub run: RunArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    #[serde(skip)]
    pub console: ConsoleArgs,
}

impl SearchArgs {
    /// What to search for, and how many hits are wanted.
    ///
    /// # Errors
    /// A usage error when there is no word, and for a range that is empty or outside the calendar.
    pub fn search(&self) -> Result<(Search, u64)> {
        let query = Query::parse(&self.words.join(" "));
        if query.is_empty() {
            bail!(usage!("there is no word to search for"));
        }
        if self.output.redact.redact.is_some() && !self.output.is_named() {
            bail!(usage!(
                "--redact: only a whole conversation tells what is personal in it: give -f, -o or -d"
            ));
        }
        let selection = self.selection(false)?;
        let search = Search {
            query,
            role: self.role,
            since: selection.since,
            until: selection.until,
            ids: selection.ids.map(|ids| ids.ids),
        };
        Ok((search, selection.limit))
    }

    fn selection(&self, keep_raw: bool) -> Result<Selection> {
        self.select
            .resolve(self.output.timezone, Timestamp::now(), keep_raw, None)
    }
}

impl ExportArgs for SearchArgs {
    fn name(&self) -> &'static str {
        "search"
    }

    fn asked(&self) -> Value {
        let mut asked = asked("search", self);
        asked["archive"] = self.archive.to_string_lossy().into();
        asked
    }

    fn paths(&self) -> Paths {
        let files = self.output.inputs();
        Paths {
            summary: self.run.summary.clone(),
            archive: None,
            media: None,
            target: self.output.target(),
            inputs: files.chain([self.archive.clone()]).collect(),
        }
    }

    /// The export of the conversations that have a hit.
    fn resolve(&self) -> Result<Settings> {
        let format = self.output.format()?;
        let (search, _) = self.search()?;
        let keep_raw = self.output.needs_raw(format, None, &Memory::None);
        // A range selects messages here, not conversations.
        let selection = Selection {
            since: None,
            until: None,
            ids: None,
            ..self.selection(keep_raw)?
        };
        let format = self.output.format_options(format)?;
        let redact = self.output.redaction(&Memory::None)?;
        Ok(Settings {
            name: "search",
            asked: asked::with_template(self.asked(), format.template.as_ref()),
            source: SourceOptions::Saved(SavedOptions {
                inputs: vec![self.archive.clone()],
                max_element: usize::MAX,
                changed: None,
                search: Some(search),
                media: false,
            }),
            selection,
            redact,
            http: NetworkArgs::default().options(),
            format,
            output: self.output.sink(&Memory::None, self.run.summary.is_some()),
            console: self.console.options(),
            memory: Memory::None,
            media: Media::None,
            run: (&self.run).into(),
            paths: self.paths(),
        })
    }
}
