//! The forms an export can take, one file each. A formatter knows bytes, never files.

mod chat;
mod csv;
mod form;
mod html;
mod index;
mod json;
mod jsonl;
mod markdown;
mod messages;
pub(crate) mod row;
mod singer;
mod template;
mod text;

use std::error::Error;
use std::ffi::OsStr;
use std::io::{self, BufRead, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::cli::{OutputArgs, UsageError};
use crate::model::Conversation;
use crate::state::Bookmark;
use crate::usage;
use template::Unfit;

pub use form::Form;
pub use singer::{Catalog, Stream, discovered};

/// Extensions that promise something else than text.
const FOREIGN: &[&str] = &[
    "bz2", "parquet", "tar", "tgz", "tsv", "xlsx", "xml", "xz", "yaml", "zip",
];

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Transcripts to read: `User: ...`, `Bot: ...`
    Text,
    /// Transcripts with headings and quotations
    #[value(alias = "md")]
    Markdown,
    /// A page to read and search in a browser, which loads nothing
    Html,
    /// One array of conversations
    Json,
    /// One conversation a line
    #[value(alias = "ndjson")]
    Jsonl,
    /// One message a line, flat, for databases
    Messages,
    /// One message a row, for spreadsheets; no text can be a formula
    Csv,
    /// One conversation a line, to train a language model on
    Chat,
    /// The streams `conversations` and `messages` for a Singer target
    Singer,
    /// What --list writes: one conversation a line, without its messages
    #[value(skip)]
    Index,
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
        if let Some(path) = args
            .output
            .as_deref()
            .filter(|path| extension(path) == "zst")
        {
            return Err(usage!(
                "{}: only gzip compresses here: give a name with .gz",
                path.display()
            ));
        }
        format.honours(args)?;
        Ok(format)
    }

    fn honours(self, args: &OutputArgs) -> Result<(), UsageError> {
        let name = self.name();
        let for_people = self.is_transcript() || self == Self::Html;
        let form = &args.form;
        if args.template.is_some() && !self.is_transcript() {
            return Err(usage!(
                "--template is for text and markdown: {name} has a form of its own"
            ));
        }
        if args.no_raw && for_people {
            return Err(usage!("--no-raw: transcripts have no records to leave out"));
        }
        if args.no_raw && matches!(self, Self::Csv | Self::Chat) {
            return Err(usage!("--no-raw: {name} has no records to leave out"));
        }
        if args.time_format.is_some() && !for_people {
            return Err(usage!(
                "--time-format is for transcripts: {name} has one form of time, or none"
            ));
        }
        if form.excel.is_some() && self != Self::Csv {
            return Err(usage!("--excel is for csv, and this is {name}"));
        }
        if form.catalog.is_some() && self != Self::Singer {
            return Err(usage!("--catalog is for singer, and this is {name}"));
        }
        if args.output_dir.is_some() && self == Self::Singer {
            return Err(usage!(
                "-d: singer is one stream, and no file a conversation"
            ));
        }
        if (form.system.is_some() || form.agent_as.is_some()) && self != Self::Chat {
            return Err(usage!(
                "--system and --agent-as are for chat, and this is {name}"
            ));
        }
        Ok(())
    }

    fn of_path(path: &Path) -> Result<Self, UsageError> {
        let (last, before) = (extension(path), path.with_extension(""));
        let extension = match last.as_str() {
            "gz" => extension(&before),
            _ => last,
        };
        match extension.as_str() {
            "md" | "markdown" => Ok(Self::Markdown),
            "html" | "htm" => Ok(Self::Html),
            "json" => Ok(Self::Json),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "csv" => Ok(Self::Csv),
            other if FOREIGN.contains(&other) => Err(usage!(
                "{}: there is no format for .{other}; give -f FORMAT to write another one under this name",
                path.display()
            )),
            _ => Ok(Self::Text),
        }
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Messages => "messages",
            Self::Csv => "csv",
            Self::Chat => "chat",
            Self::Index => "list",
            Self::Singer => "singer",
        }
    }

    /// Whether it is made for people, so that they may shape it.
    #[must_use]
    pub fn is_transcript(self) -> bool {
        matches!(self, Self::Text | Self::Markdown)
    }

    /// The extension of files in this form.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::Jsonl | Self::Messages | Self::Chat | Self::Singer | Self::Index => "jsonl",
            Self::Csv => "csv",
        }
    }

    /// Whether it has a place for the states of a conversation.
    #[must_use]
    pub fn has_states(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Singer)
    }

    /// Whether it says who wrote.
    #[must_use]
    pub fn has_names(self) -> bool {
        self != Self::Chat
    }

    /// Whether a document can be added to by a later run, which has nothing to say at its end.
    #[must_use]
    pub fn can_grow(self) -> bool {
        matches!(self, Self::Jsonl | Self::Messages | Self::Csv)
    }
}

fn extension(path: &Path) -> String {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.unwrap_or_default().to_ascii_lowercase()
}

/// Whether one conversation could not be written in this form, and nothing was written of it.
#[must_use]
pub fn is_unfit(error: &anyhow::Error) -> bool {
    let mut causes = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|error| {
        error
            .get_ref()
            .is_some_and(<dyn Error + Send + Sync>::is::<Unfit>)
    })
}

/// Writes one document: `begin`, any number of conversations, `end`.
///
/// Each write to `out` holds whole characters.
pub trait Formatter {
    /// Why this form has no place for a conversation, which then is not to be written; none where it has.
    fn leaves_out(&self, _conversation: &Conversation) -> Option<&'static str> {
        None
    }

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

    /// Takes note of what a later run may go on from, before the end.
    fn note(&mut self, _bookmark: &Bookmark) {}

    /// How many conversations earlier runs wrote to a document that grows.
    ///
    /// # Errors
    /// When it cannot be read, or is not in this form.
    fn count(&self, _written: &mut dyn BufRead) -> io::Result<u64> {
        Ok(0)
    }

    /// Whether the next conversation should begin another page, where there can be several.
    fn is_full(&self) -> bool {
        false
    }

    /// What stands after the last conversation of one page of several, instead of [`Self::end`].
    ///
    /// # Errors
    /// Those of `out`.
    fn end_page(&mut self, _neighbours: &Neighbours, out: &mut dyn Write) -> io::Result<()> {
        self.end(out)
    }

    /// The document that leads to the pages, by their names. It says so when the export is not `complete`.
    ///
    /// # Errors
    /// Those of `out`.
    fn index(
        &mut self,
        _pages: &[String],
        _complete: bool,
        _out: &mut dyn Write,
    ) -> io::Result<()> {
        Ok(())
    }

    /// Whether a document that begins so is a page of an earlier export, so that another may take its place.
    fn ends_page_of(&self, _index: &str, _end: &[u8]) -> bool {
        false
    }
}

/// The files around a page, by their names.
#[derive(Debug)]
pub struct Neighbours {
    /// The index.
    pub index: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
}
