//! A document that is being written: a formatter, and the bytes it makes, counted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};

use super::written::Written;
use crate::format::{Formatted, Formatter, FormatterFactory, Neighbours, PagedFormatter};
use crate::io::{Compression, GzipWriter, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// The size of a buffer in front of a file, in bytes.
pub const BUFFER: usize = 64 * 1024;

/// A document that begins with its first conversation, or with its end.
pub struct Document<F: Formatter + ?Sized> {
    formatter: Box<F>,
    compression: Compression,
    out: GzipWriter,
    /// Holds one conversation.
    buffer: Vec<u8>,
    begun: bool,
    conversations: u64,
}

impl<F: Formatter + ?Sized> Document<F> {
    /// A document of which nothing is written yet.
    #[must_use]
    pub fn new(formatter: Box<F>, compression: Compression, out: HashingWriter) -> Self {
        Self {
            formatter,
            compression,
            out: GzipWriter::new(compression, out),
            buffer: Vec::new(),
            begun: false,
            conversations: 0,
        }
    }

    /// Takes this file as the beginning of the document. Reads it to its end.
    ///
    /// # Errors
    /// When it cannot be read, or is not in the format of the document.
    pub fn continues(&mut self, mut file: &File, factory: &FormatterFactory) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        let read = self.out.hashing_mut().count_along(file);
        let mut read = BufReader::with_capacity(BUFFER, read);
        self.begun |= !read.fill_buf()?.is_empty();
        self.conversations += factory.count(&mut read)?;
        // All of it counts, also what the format does not look at.
        io::copy(&mut read, &mut io::sink()).map(drop)
    }

    /// Takes this many bytes as the beginning of the document, whatever they are.
    pub fn continues_at(&mut self, bytes: u64) {
        self.begun |= bytes > 0;
        self.out.hashing_mut().skip(bytes);
    }

    /// Whether anything was written.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// How many bytes were written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.out.hashing().bytes()
    }

    /// Writes one conversation. `before_first_byte` is called before anything is written.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn write(
        &mut self,
        conversation: &Conversation,
        before_first_byte: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Written> {
        self.buffer.clear();
        match self.formatter.conversation(conversation, &mut self.buffer) {
            Ok(Formatted::Written) => {}
            Ok(Formatted::Skipped(reason)) => return Ok(Written::Skipped(reason)),
            Err(error) => return Ok(Written::Unfit(error)),
        }
        if !self.begun {
            before_first_byte()?;
        }
        self.begin()?;
        self.out.write_all(&self.buffer)?;
        self.conversations += 1;
        Ok(Written::Yes)
    }

    /// Writes bytes that the formatter does not make.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn write_trailer(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.begin()?;
        self.out.write_all(bytes)
    }

    /// Passes on what is buffered.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes the end of a `whole` document, and passes on what is buffered. A cut one gets no end: it must not look
    /// complete.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn finish(&mut self, whole: bool) -> io::Result<()> {
        if whole {
            self.begin()?;
            self.buffer.clear();
            self.formatter.end(&mut self.buffer);
            self.out.write_all(&self.buffer)?;
        }
        self.out.finish()
    }

    /// What was written, under a name.
    #[must_use]
    pub fn entry(&self, name: String) -> FileEntry {
        FileEntry {
            name,
            conversations: self.conversations,
            bytes: self.out.hashing().bytes(),
            sha256: self.out.hashing().sha256(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if self.begun {
            return Ok(());
        }
        self.begun = true;
        let mut begin = Vec::new();
        self.formatter.begin(&mut begin);
        self.out.write_all(&begin)
    }
}

impl Document<dyn PagedFormatter> {
    /// Whether another page should follow.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.formatter.is_full()
    }

    /// Ends one page of several, or leaves one that was cut without its end, and goes on in another file. Returns what
    /// was written, under a name.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn turn(
        &mut self,
        name: String,
        neighbours: Option<&Neighbours>,
        next: HashingWriter,
    ) -> io::Result<FileEntry> {
        if let Some(neighbours) = neighbours {
            self.buffer.clear();
            self.formatter.end_page(neighbours, &mut self.buffer);
            self.out.write_all(&self.buffer)?;
        }
        self.out.finish()?;
        let entry = self.entry(name);
        self.out = GzipWriter::new(self.compression, next);
        self.begun = false;
        self.conversations = 0;
        Ok(entry)
    }

    /// Writes the index of all pages.
    ///
    /// # Errors
    /// Those of the destination.
    pub fn index(&mut self, pages: &[String], complete: bool) -> io::Result<()> {
        self.buffer.clear();
        self.formatter.index(pages, complete, &mut self.buffer);
        self.out.write_all(&self.buffer)?;
        self.out.finish()
    }

    /// Whether a file that ends so is a page of an earlier export in this format, under this index.
    #[must_use]
    pub fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        self.formatter.ends_page_of(index, end)
    }
}
