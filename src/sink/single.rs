//! One file, which gets its final name only when it is complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::document::{BUFFER, Document};
use super::written::Written;
use crate::format::{Formatter, Outcome};
use crate::io::atomic::PartialFile;
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// One file.
pub struct SingleFile {
    document: Document<dyn Formatter>,
    partial: PartialFile,
}

impl SingleFile {
    /// Opens the file. Keeps what an earlier run left in `NAME.partial` until there is something to write.
    pub fn open(path: &Path, formatter: Box<dyn Formatter>, hashed: bool) -> Result<Self> {
        let partial = PartialFile::open(path)?;
        let out = HashingWriter::new(buffered(partial.writer()?), hashed);
        Ok(Self {
            document: Document::new(formatter, Compression::of(path), out),
            partial,
        })
    }

    /// Writes one conversation.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        let partial = &self.partial;
        self.document
            .write(conversation, || partial.start_over())
            .with_context(|| partial.context())
    }

    /// Tells the document how the export ended.
    pub fn note_outcome(&mut self, outcome: Outcome) {
        self.document.note_outcome(outcome);
    }

    /// Whether something was written.
    pub fn begun(&self) -> bool {
        self.document.begun()
    }

    /// Ends the document, as [`Document::finish`] does. The file keeps its temporary name.
    pub fn end(&mut self, whole: bool) -> Result<()> {
        let context = || self.partial.context();
        if !self.document.begun() {
            self.partial.start_over().with_context(context)?;
        }
        self.document.finish(whole).with_context(context)
    }

    /// Whether the file has no conversation, and would replace a file that has other contents.
    pub fn erases(&self) -> Result<bool> {
        self.document.erases(&self.partial)
    }

    /// The file under its temporary name.
    pub fn partial(&self) -> &PartialFile {
        &self.partial
    }

    /// Puts the file in the place of what an earlier run could not complete.
    pub fn replace_earlier(&mut self) -> Result<()> {
        self.partial.replace_earlier()
    }

    /// The file's entry in the summary, with its final name if it is `complete`.
    pub fn entry(&self, complete: bool) -> FileEntry {
        self.document.entry(self.partial.paths().name(complete))
    }
}

/// Adds a buffer to a file.
pub fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}
