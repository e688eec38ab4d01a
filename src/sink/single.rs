//! One file, which gets its final name only when it is complete.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result};

use super::document::{BUFFER, Document};
use super::finished::Finished;
use super::target::Options;
use super::written::Written;
use crate::format::Formatter;
use crate::io::atomic::PartialFile;
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;

/// One file.
pub struct SingleFile {
    document: Document<dyn Formatter>,
    partial: PartialFile,
    allow_empty: bool,
}

impl SingleFile {
    /// Opens the file. Keeps what an earlier run left in `NAME.partial` until there is something to write.
    pub fn open(path: &Path, formatter: Box<dyn Formatter>, options: &Options) -> Result<Self> {
        let partial = PartialFile::open(path)?;
        let out = HashingWriter::new(buffered(partial.writer()?), options.hashed);
        Ok(Self {
            document: Document::new(formatter, Compression::of(path), out),
            partial,
            allow_empty: options.allow_empty,
        })
    }

    /// Writes one conversation.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        let partial = &self.partial;
        self.document
            .write(conversation, || partial.start_over())
            .with_context(|| partial.context())
    }

    /// Ends the export. See [`super::Sink::finish`].
    pub fn finish(mut self, complete: bool, whole: bool) -> Result<Finished> {
        if !complete && !self.document.begun() {
            self.partial.discard_if_empty()?;
            return Ok(Finished::default());
        }
        let context = || self.partial.context();
        if !self.document.begun() {
            self.partial.start_over().with_context(context)?;
        }
        self.document.finish(whole).with_context(context)?;
        let paths = self.partial.paths();
        let erases = complete && !self.allow_empty && self.document.erases(&self.partial)?;
        let complete = complete && !erases;
        if complete {
            self.partial.commit()?;
        }
        let partial = (!complete).then(|| paths.partial().to_owned());
        Ok(Finished {
            partial: partial.into_iter().collect(),
            files: vec![self.document.entry(paths.name(complete))],
            kept: erases.then(|| paths.target().to_owned()),
        })
    }
}

/// Adds a buffer to a file.
pub fn buffered(file: File) -> Box<dyn Write> {
    Box::new(BufWriter::with_capacity(BUFFER, file))
}
