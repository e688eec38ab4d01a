//! The forms an export can take, one file each. A formatter knows bytes, never files.

mod json;
mod jsonl;
mod text;

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::cli::{OutputArgs, UsageError};
use crate::model::Conversation;
use crate::time::TimeStyle;
use crate::usage;

/// Extensions that promise something else than text.
const FOREIGN: &[&str] = &[
    "csv", "gz", "htm", "html", "md", "parquet", "tsv", "xlsx", "xml", "yaml", "zip", "zst",
];

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Transcripts to read: `User: ...`, `Bot: ...`
    Text,
    /// One array of conversations
    Json,
    /// One conversation a line
    #[value(alias = "ndjson")]
    Jsonl,
}

impl Format {
    /// The form that the flags ask for: by `--format`, else by the output's extension, else text.
    ///
    /// # Errors
    /// A usage error for a flag that this form cannot honour, or an extension that promises another form.
    pub fn of(args: &OutputArgs) -> Result<Self, UsageError> {
        let format = match (args.format, &args.output) {
            (Some(format), _) => format,
            (None, Some(path)) => Self::of_path(path)?,
            (None, None) => Self::Text,
        };
        match format {
            Self::Text if args.no_raw => {
                Err(usage!("--no-raw: transcripts have no records to leave out"))
            }
            Self::Json | Self::Jsonl if args.time_format.is_some() => Err(usage!(
                "--time-format is for transcripts: JSON has one form of time"
            )),
            format => Ok(format),
        }
    }

    fn of_path(path: &Path) -> Result<Self, UsageError> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
            "json" => Ok(Self::Json),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            other if FOREIGN.contains(&other) => Err(usage!(
                "{}: there is no format for .{other}; give -f FORMAT to write another one under this name",
                path.display()
            )),
            _ => Ok(Self::Text),
        }
    }

    /// The extension of files in this form.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
        }
    }

    /// A formatter for one document.
    #[must_use]
    pub fn formatter(self, times: &TimeStyle) -> Box<dyn Formatter> {
        match self {
            Self::Text => Box::new(text::Text::new(times.clone())),
            Self::Json => Box::<json::Json>::default(),
            Self::Jsonl => Box::<jsonl::Jsonl>::default(),
        }
    }
}

/// Writes one document: `begin`, any number of conversations, `end`.
///
/// Each write to `out` holds whole characters.
pub trait Formatter {
    /// What stands before the first conversation.
    ///
    /// # Errors
    /// Those of `out`.
    fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// One conversation.
    ///
    /// # Errors
    /// Those of `out`.
    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()>;

    /// What stands after the last conversation of a document that is complete.
    ///
    /// # Errors
    /// Those of `out`.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}
