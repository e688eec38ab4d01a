//! What a format has to do.

use std::io::{self, Write};

use anyhow::Result;
use serde::Serialize;

use crate::model::Conversation;

/// The result of formatting a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formatted {
    /// It was added to the output.
    Written,
    /// The format leaves it out, for this reason. Nothing was added.
    Skipped(&'static str),
}

/// Writes one document: `begin`, any number of conversations, `end`.
///
/// What is written is always whole UTF-8 characters, unless the format is binary.
pub trait Formatter {
    /// Adds what comes before the first conversation.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// Adds one conversation.
    ///
    /// # Errors
    /// When this conversation cannot be written in this format. The caller must then discard what was added. Other
    /// conversations may follow, except after an [`io::Error`]: it says that the formatter itself has no room left.
    fn conversation(&mut self, conversation: &Conversation, out: &mut Vec<u8>)
    -> Result<Formatted>;

    /// Takes note of how the export ended, before [`Self::end`]. Most formats have no place for it.
    fn outcome(&mut self, _outcome: Outcome) {}

    /// Writes what comes after the last conversation of a complete document.
    ///
    /// # Errors
    /// When it cannot be written.
    fn end(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Writes what a document that was cut off needs so that it can be opened. It must not look complete.
    ///
    /// # Errors
    /// When it cannot be written.
    fn cut(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

/// How an export ended, and what is not in it.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Outcome {
    /// Whether it has everything that was asked for.
    pub complete: bool,
    /// How many conversations could not be exported.
    pub failed: u64,
    /// How many conversations were left out on purpose.
    pub left_out: u64,
    /// How many conversations the vendor deleted meanwhile.
    pub gone: u64,
}

impl Default for Outcome {
    /// Everything is there.
    fn default() -> Self {
        Self {
            complete: true,
            failed: 0,
            left_out: 0,
            gone: 0,
        }
    }
}

/// A formatter that adds plain pages to its document if there is much in it.
pub trait PagedFormatter: Formatter {
    /// Whether the current page should be written before the next conversation.
    fn is_full(&self) -> bool;

    /// Whether there are pages, or so much that there should be.
    fn has_pages(&self) -> bool;

    /// Writes the current page, and begins another one. Returns how many conversations are on it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn page(&mut self, around: &Neighbours, out: &mut dyn Write) -> io::Result<u64>;

    /// Takes the names of all pages, before [`Formatter::end`].
    fn contents(&mut self, pages: Vec<String>);

    /// Whether a file with this end is a page of an earlier export with this name, so that it may be replaced.
    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool;
}

/// The files around a page.
#[derive(Debug)]
pub struct Neighbours {
    /// The name of the document.
    pub index: String,
    /// The number of the page, from 1.
    pub number: usize,
    /// The name of the previous page.
    pub previous: Option<String>,
    /// The name of the next page.
    pub next: Option<String>,
}
