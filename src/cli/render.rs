//! The flags of `convexport render`.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use serde_json::Value;

use super::asked::{self, asked};
use super::console::ConsoleArgs;
use super::network::NetworkArgs;
use super::output::OutputArgs;
use super::run::RunArgs;
use super::select::SelectArgs;
use super::settings::{ExportArgs, Memory, Paths, Settings};
use super::values::mebibytes;
use crate::sink;
use crate::source::{Options as SourceOptions, SavedOptions};
use crate::time::Timestamp;

const EXAMPLES: &str = "\
Examples:
  Read an archive as transcripts:
    convexport render archive.jsonl
  Only the last week of it, one file per conversation, by month:
    convexport render archive.jsonl.gz --since 7d -d week --name '{year}/{month}/{date}_{id}'
  With a template of your own:
    convexport render archive.jsonl --template chat.jinja > chats.txt
  In a pipe:
    convexport botpress -f jsonl | tee archive.jsonl | convexport render -";

/// Flags of `convexport render`.
#[derive(Debug, Args, Serialize)]
#[command(
    after_long_help = EXAMPLES,
    after_help = "See --help for examples.",
    mut_arg("limit", |arg| arg.help("At most N conversations, the first of the file")),
    mut_arg("no_raw", |arg| arg.help("Leave the vendor's own records out, if the export has them"))
)]
pub struct RenderArgs {
    /// The export: json or jsonl, as it is or gzip (`-` is stdin)
    #[arg(value_name = "FILE|-")]
    #[serde(skip)]
    pub input: PathBuf,

    /// Which conversations.
    #[command(flatten)]
    #[serde(flatten)]
    pub select: SelectArgs,

    /// Only the last copy of a conversation that comes several times, as in an archive that was appended to (no stdin)
    #[arg(long, help_heading = "Selection")]
    pub latest: bool,

    /// Where to and how.
    #[command(flatten)]
    #[serde(flatten)]
    pub output: OutputArgs,

    /// Refuse a conversation of more than N MiB of JSON
    #[arg(long, value_name = "N", default_value = "256", value_parser = mebibytes, help_heading = "Run")]
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
        asked["input"] = self.input.to_string_lossy().into();
        asked
    }

    fn paths(&self) -> Paths {
        Paths {
            summary: self.run.summary.clone(),
            state: None,
            target: self.output.target(),
            inputs: self
                .output
                .template
                .iter()
                .cloned()
                .chain([self.input.clone()])
                .collect(),
        }
    }

    fn resolve(&self) -> Result<Settings> {
        let format = self.output.format()?;
        let stdin = (self.input == Path::new("-")).then_some("the export");
        let (zone, keep_raw) = (self.output.timezone, !self.output.no_raw);
        let selection = self
            .select
            .resolve(zone, Timestamp::now(), keep_raw, stdin)?;
        let asked = self.asked();
        let format = self.output.format_options(format)?;
        Ok(Settings {
            name: "render",
            asked: asked::with_template(asked, format.template.as_ref()),
            source: SourceOptions::Saved(SavedOptions {
                input: self.input.clone(),
                latest: self.latest,
                max_element: self.max_element,
            }),
            selection,
            http: NetworkArgs::default().options(),
            format,
            output: sink::Options {
                target: self.output.target(),
                hashed: self.run.summary.is_some(),
            },
            console: self.console.options(),
            memory: Memory::None,
            run: (&self.run).into(),
            paths: self.paths(),
        })
    }
}
