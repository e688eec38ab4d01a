//! The formats, and what each can do.

use std::ffi::OsStr;
use std::path::Path;

use serde::Serialize;

use crate::usage::{UsageError, usage};

/// Extensions of formats that this program cannot write, and what to give instead.
const FOREIGN: &[(&[&str], &str)] = &[
    (&["pdf"], "give .html, which a browser prints as PDF"),
    (
        &["doc", "docx", "odt", "rtf"],
        "give .md or .html, which a word processor opens",
    ),
    (
        &["ods", "xls", "xlsb", "xlsm"],
        "give .xlsx, which a spreadsheet opens",
    ),
    (&["tsv"], "give .csv, which a spreadsheet opens"),
    (
        &["parquet"],
        "give -f messages, which DuckDB and data frames read",
    ),
    (&["xml", "yaml"], "give .json"),
    (
        &["7z", "bz2", "tar", "tgz", "xz", "zip"],
        "give a further .gz, which compresses",
    ),
];

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Transcripts to read: `User: ...`, `Bot: ...`.
    Text,
    /// Transcripts with headings and quotations.
    Markdown,
    /// A page to read and search in a browser.
    Html,
    /// One array of conversations.
    Json,
    /// One conversation per line.
    Jsonl,
    /// One message per line, flat, for databases.
    Messages,
    /// One conversation per line, flat, with its metrics, for databases.
    Conversations,
    /// One message or conversation per row, for spreadsheets.
    Csv,
    /// A workbook with a sheet of conversations and one of messages.
    Xlsx,
    /// One conversation per line, to train a language model on.
    Chat,
    /// The streams of a Singer tap (`convexport tap`).
    Singer,
    /// One conversation per line, without its messages (`--list`).
    List,
}

impl Format {
    /// The format for a file with this name. It is text if the extension stands for no format.
    ///
    /// # Errors
    /// A usage error when the extension stands for a format or compression that this program cannot write.
    pub fn of_path(path: &Path) -> Result<Self, UsageError> {
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
            "xlsx" => Ok(Self::Xlsx),
            other => match FOREIGN.iter().find(|(names, _)| names.contains(&other)) {
                None => Ok(Self::Text),
                Some((_, instead)) => Err(usage!(
                    "{}: there is no format for .{other}: {instead}, or -f FORMAT to write another one under this name",
                    path.display()
                )),
            },
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
            Self::Conversations => "conversations",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Chat => "chat",
            Self::Singer => "singer",
            Self::List => "list",
        }
    }

    /// The extension of files in this format.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Json => "json",
            Self::Jsonl
            | Self::Messages
            | Self::Conversations
            | Self::Chat
            | Self::Singer
            | Self::List => "jsonl",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    /// Whether it is a transcript, so that a template can replace it.
    #[must_use]
    pub fn is_transcript(self) -> bool {
        matches!(self, Self::Text | Self::Markdown)
    }

    /// Whether it contains the states of a conversation.
    #[must_use]
    pub fn has_states(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl | Self::Singer)
    }

    /// Whether it contains the names of authors.
    #[must_use]
    pub fn has_names(self) -> bool {
        self != Self::Chat
    }
}

fn extension(path: &Path) -> String {
    let extension = path.extension().and_then(OsStr::to_str);
    extension.unwrap_or_default().to_ascii_lowercase()
}
