//! The flags of `convexport render`.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::format::Format;

use super::{ConsoleArgs, OutputArgs, RunArgs, SelectArgs, mebibytes};

const RENDER_EXAMPLES: &str = "\
Examples:
  Read an archive as transcripts:
    convexport render archive.jsonl
  Only the last week of it, one file a conversation, by month:
    convexport render archive.jsonl.gz --since 7d -d week --name '{year}/{month}/{date}_{id}'
  With a template of your own:
    convexport render archive.jsonl --template chat.jinja > chats.txt
  In a pipe:
    convexport botpress -f jsonl | tee archive.jsonl | convexport render -";

/// Flags of `convexport render`.
#[derive(Debug, Args)]
#[command(
    after_long_help = RENDER_EXAMPLES,
    after_help = "See --help for examples.",
    mut_arg("limit", |arg| arg.help("At most so many conversations, the first of the file")),
    mut_arg("no_raw", |arg| arg.help("Leave the vendor's own records out, where the export has them"))
)]
pub struct RenderArgs {
    /// The export: json or jsonl, as it is or gzip (`-` is stdin)
    #[arg(value_name = "FILE|-")]
    pub input: PathBuf,

    /// Which conversations.
    #[command(flatten)]
    pub select: SelectArgs,

    /// Of a conversation that comes several times, as in an archive that grew, only the last (no stdin)
    #[arg(long, help_heading = "Selection")]
    pub latest: bool,

    /// Where to and how.
    #[command(flatten)]
    pub output: OutputArgs,

    /// Refuse a conversation of more than so many MiB of JSON
    #[arg(long, value_name = "MIB", default_value = "256", value_parser = mebibytes, help_heading = "Run")]
    pub max_element: usize,

    /// How to run.
    #[command(flatten)]
    pub run: RunArgs,
    /// What to say meanwhile.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

impl RenderArgs {
    /// What was asked for, for the summary.
    #[must_use]
    pub fn selection(&self) -> Value {
        json!({
            "source": "render",
            "input": self.input,
            "since": self.select.since,
            "until": self.select.until,
            "conversations": self.select.conversation,
            "limit": self.select.limit,
            "latest": self.latest,
            "raw": !self.output.no_raw,
            "format": self.output.format.map(Format::extension),
            "timezone": format!("{:?}", self.output.timezone),
            "time_format": self.output.time_format,
            "output": self.output.place(),
            "name": self.output.name,
            "template": self.output.template,
        })
    }
}
