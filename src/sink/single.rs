//! One file, which has its final name only when it is complete.

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
    /// Opens the file. What an earlier run left as its part stays until there is something to write.
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

    /// Passes on what is buffered.
    pub fn flush(&mut self) -> Result<()> {
        self.document
            .flush()
            .with_context(|| self.partial.context())
    }

    /// Ends the file. Returns where an incomplete one lies, and what was written.
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

    /// Where it lies while it is not complete.
    pub fn partial(&self) -> &Path {
        self.partial.paths().partial()
    }
}

/// A buffer in front of a file.
pub fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}
