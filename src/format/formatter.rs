//! What a format has to do.

use anyhow::Result;

use crate::model::Conversation;

/// What became of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formatted {
    /// It was added to the output.
    Written,
    /// The format has no place for it, for this reason. Nothing was added.
    Skipped(&'static str),
}

/// Writes one document: `begin`, any number of conversations, `end`.
///
/// Each adds to `out`, and never a part of a character.
pub trait Formatter {
    /// Adds what stands before the first conversation.
    fn begin(&mut self, _out: &mut Vec<u8>) {}

    /// Adds one conversation.
    ///
    /// # Errors
    /// When this conversation cannot be written in this format. What was added is then of no use; others may follow.
    fn conversation(&mut self, conversation: &Conversation, out: &mut Vec<u8>)
    -> Result<Formatted>;

    /// Adds what stands after the last conversation of a document that is complete.
    fn end(&mut self, _out: &mut Vec<u8>) {}
}

/// A formatter whose document would become too large to open, so that it is split into pages with an index.
pub trait PagedFormatter: Formatter {
    /// Whether the next conversation should begin another page.
    fn is_full(&self) -> bool;

    /// Adds what stands after the last conversation of one page of several, instead of [`Formatter::end`].
    fn end_page(&mut self, neighbours: &Neighbours, out: &mut Vec<u8>);

    /// Adds the document that leads to the pages, by their names. It says so when the export is not `complete`.
    fn index(&mut self, pages: &[String], complete: bool, out: &mut Vec<u8>);

    /// Whether a document that ends so is a page of an earlier export under this index, so that another may replace it.
    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool;
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
