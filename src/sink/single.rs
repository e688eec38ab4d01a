//! One file, which gets its final name only when it is complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::document::{BUFFER, Document};
use super::written::Written;
use crate::format::Formatter;
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

    /// Ends the file. Returns its entry in the summary, or `None` when nothing was written to an incomplete file.
    pub fn finish(mut self, complete: bool, whole: bool) -> Result<Option<FileEntry>> {
        if !complete && !self.document.begun() {
            self.partial.discard_if_empty()?;
            return Ok(None);
        }
        let context = || self.partial.context();
        if !self.document.begun() {
            self.partial.start_over().with_context(context)?;
        }
        self.document.finish(whole).with_context(context)?;
        if complete {
            self.partial.commit()?;
        }
        let paths = self.partial.paths();
        Ok(Some(self.document.entry(paths.name(complete))))
    }

    /// The path of the file while it is incomplete.
    pub fn partial(&self) -> &Path {
        self.partial.paths().partial()
    }
}

/// Adds a buffer to a file.
pub fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}
