//! The forms an export can take, one file each. A formatter knows bytes, never files.

mod json;
mod jsonl;
mod text;

use std::io::{self, Write};
use std::path::Path;

use clap::ValueEnum;

use crate::cli::OutputArgs;
use crate::model::Conversation;

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
    /// The form that a file name's extension asks for.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "txt" => Some(Self::Text),
            "json" => Some(Self::Json),
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            _ => None,
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
    pub fn formatter(self, args: &OutputArgs) -> Box<dyn Formatter> {
        match self {
            Self::Text => Box::new(text::Text::new(args)),
            Self::Json => Box::<json::Json>::default(),
            Self::Jsonl => Box::new(jsonl::Jsonl),
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
