//! A document that is being written: a formatter, and a writer that counts its bytes.

use std::io::{self, Write};
use std::mem;

use anyhow::{Context, Result};

use super::written::Written;
use crate::format::{Formatted, Formatter, Neighbours, Outcome, PagedFormatter};
use crate::io::atomic::PartialFile;
use crate::io::{Compression, GzipWriter, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// The size of a file's buffer, in bytes.
pub const BUFFER: usize = 64 * 1024;

/// A document that is being written. Its beginning is written with the first conversation, or with the end.
pub struct Document<F: Formatter + ?Sized> {
    formatter: Box<F>,
    out: GzipWriter,
    /// Whole conversations that are not written yet. They are written together, which spares a copy.
    buffer: Vec<u8>,
    begun: bool,
    /// Whether something could not be written. The document then has no end.
    broken: bool,
    conversations: u64,
}

impl<F: Formatter + ?Sized> Document<F> {
    /// Creates a document that has written nothing yet.
    #[must_use]
    pub fn new(formatter: Box<F>, compression: Compression, out: HashingWriter) -> Self {
        Self {
            formatter,
            out: GzipWriter::new(compression, out),
            buffer: Vec::new(),
            begun: false,
            broken: false,
            conversations: 0,
        }
    }

    /// Whether the document has been begun.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// Writes one conversation. `before_first_byte` is called before anything is written.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn write(
        &mut self,
        conversation: &Conversation,
        before_first_byte: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Written> {
        let written = self.try_write(conversation, before_first_byte);
        self.broken |= written.is_err();
        written
    }

    fn try_write(
        &mut self,
        conversation: &Conversation,
        before_first_byte: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Written> {
        let before = self.buffer.len();
        match self.formatter.conversation(conversation, &mut self.buffer) {
            Ok(Formatted::Written) => {}
            Ok(Formatted::Skipped(reason)) => return Ok(Written::Skipped(reason)),
            Err(error) => {
                self.buffer.truncate(before);
                return error
                    .downcast()
                    .map_or_else(|error| Ok(Written::Unfit(error)), Err);
            }
        }
        if !self.begun {
            before_first_byte()?;
            let first = mem::take(&mut self.buffer);
            self.begin();
            self.buffer.extend(first);
        }
        self.conversations += 1;
        if self.buffer.len() >= BUFFER {
            self.spill()?;
        }
        Ok(Written::Yes)
    }

    /// Writes bytes that the formatter does not make.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn write_trailer(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.begin();
        self.spill()?;
        self.out.write_all(bytes)
    }

    /// Flushes the buffers.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn flush(&mut self) -> io::Result<()> {
        self.spill()?;
        self.out.flush()
    }

    /// Tells the document how the export ended, before it is finished.
    pub fn note_outcome(&mut self, outcome: Outcome) {
        self.formatter.outcome(outcome);
    }

    /// Writes the end of the document if it is `whole`, and flushes the buffers. A document that was cut off gets
    /// another end or none, so that it does not look complete.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn finish(&mut self, whole: bool) -> io::Result<()> {
        if self.broken {
            return Err(io::Error::other("an earlier part was not written"));
        }
        if whole {
            self.begin();
        }
        self.spill()?;
        if whole {
            self.formatter.end(&mut self.out)?;
        } else if self.begun {
            self.formatter.cut(&mut self.out)?;
        }
        self.out.finish()
    }

    /// Whether the file has no conversation, and would replace a file that has other contents. An earlier export without
    /// conversations has the same contents.
    ///
    /// # Errors
    /// When one of the files cannot be read.
    pub fn erases(&self, file: &PartialFile) -> Result<bool> {
        if self.conversations > 0 {
            return Ok(false);
        }
        file.replaces_contents().with_context(|| file.context())
    }

    /// The file's entry in the summary, under this name.
    #[must_use]
    pub fn entry(&self, name: String) -> FileEntry {
        FileEntry {
            name,
            conversations: self.conversations,
            bytes: self.out.hashing().bytes(),
            sha256: self.out.hashing().sha256(),
        }
    }

    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            self.formatter.begin(&mut self.buffer);
        }
    }

    /// Writes what is in the buffer.
    fn spill(&mut self) -> io::Result<()> {
        let written = self.out.write_all(&self.buffer);
        self.buffer.clear();
        written
    }
}

impl Document<dyn PagedFormatter> {
    /// Whether the current page should be written before the next conversation.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.formatter.is_full()
    }

    /// Whether there are pages, or so much that there should be.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        self.formatter.has_pages()
    }

    /// Writes the current page to a file of its own. Returns its entry in the summary.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_page(
        &mut self,
        around: &Neighbours,
        name: String,
        mut out: HashingWriter,
    ) -> io::Result<FileEntry> {
        let written = self.formatter.page(around, &mut out);
        let written = written.and_then(|count| out.flush().map(|()| count));
        self.broken |= written.is_err();
        Ok(FileEntry {
            name,
            conversations: written?,
            bytes: out.bytes(),
            sha256: out.sha256(),
        })
    }

    /// Tells the document the names of its pages.
    pub fn list_pages(&mut self, names: Vec<String>) {
        self.formatter.contents(names);
    }

    /// Whether a file with this end is a page of an earlier export with this name.
    #[must_use]
    pub fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        self.formatter.ends_page_of(index, end)
    }
}
