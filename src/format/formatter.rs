//! What a format has to do.

use std::io::{self, Write};

use anyhow::Result;

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

/// A formatter that can split a document into pages with an index, if it would become too large to open.
pub trait PagedFormatter: Formatter {
    /// Whether the next conversation should begin another page.
    fn is_full(&self) -> bool;

    /// Ends one page of several, instead of [`Formatter::end`].
    fn end_page(&mut self, neighbours: &Neighbours, out: &mut Vec<u8>);

    /// Adds the index, which links to the pages by their names. It says so when the export is not `complete`.
    fn index(&mut self, pages: &[String], complete: bool, out: &mut Vec<u8>);

    /// Whether a document with this end is a page of an earlier export with this index, so that it may be replaced.
    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool;
}

/// The names of the files around a page.
#[derive(Debug)]
pub struct Neighbours {
    /// The index.
    pub index: String,
    /// The previous page.
    pub previous: Option<String>,
    /// The next page.
    pub next: Option<String>,
}
