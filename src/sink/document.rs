//! A document under way: a formatter, and the bytes it writes, counted.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::BUFFER;
use super::meter::Meter;
use super::packing::{Packer, Packing};
use crate::format::{Formatter, Neighbours};
use crate::model::Conversation;
use crate::state::Bookmark;

/// A document that begins with its first conversation, or with its end.
pub struct Document {
    formatter: Box<dyn Formatter>,
    packing: Packing,
    out: Packer,
    begun: bool,
    conversations: u64,
}

/// What a file of an export holds, so that it can be told later whether it still does.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FileEntry {
    /// Its path within the folder, or its name; `-` is stdout.
    pub name: String,
    /// How many conversations.
    pub conversations: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The SHA-256 of them, in hex; none when it was not asked for.
    pub sha256: Option<String>,
}

impl Document {
    /// A document of which nothing is written yet.
    #[must_use]
    pub fn new(formatter: Box<dyn Formatter>, packing: Packing, out: Meter) -> Self {
        Self {
            formatter,
            packing,
            out: Packer::new(packing, out),
            begun: false,
            conversations: 0,
        }
    }

    /// A document of which this file is written already. Reads it to its end.
    ///
    /// # Errors
    /// When it cannot be read, or is not in the form of the document.
    pub fn continues(&mut self, mut file: &File) -> io::Result<()> {
        file.seek(SeekFrom::Start(0))?;
        let read = self.out.meter_mut().count_along(file);
        let mut read = BufReader::with_capacity(BUFFER, read);
        self.begun |= !read.fill_buf()?.is_empty();
        self.conversations += self.formatter.count(&mut read)?;
        // All of it counts, also what the form does not look at.
        io::copy(&mut read, &mut io::sink()).map(drop)
    }

    /// A document of which so many bytes are written already, which nobody wants to know more of.
    pub fn continues_at(&mut self, bytes: u64) {
        self.begun |= bytes > 0;
        self.out.meter_mut().skip(bytes);
    }

    /// Why the form has no place for a conversation.
    #[must_use]
    pub fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        self.formatter.leaves_out(conversation)
    }

    /// Whether anything was written.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// How many bytes were written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.out.meter().bytes()
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn conversation(&mut self, conversation: &Conversation) -> io::Result<()> {
        self.begin()?;
        self.formatter.conversation(conversation, &mut self.out)?;
        self.conversations += 1;
        Ok(())
    }

    /// Takes note of what a later run may go on from.
    pub fn note(&mut self, bookmark: &Bookmark) {
        self.formatter.note(bookmark);
    }

    /// Passes on what is buffered.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// Writes the end of a `whole` document, and passes on what is buffered. A cut one gets no end: it must not look
    /// complete.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn finish(&mut self, whole: bool) -> io::Result<()> {
        if whole {
            self.begin()?;
            self.formatter.end(&mut self.out)?;
        }
        self.out.finish()
    }

    /// Whether it has a sensible size, so that another page should follow. A compressed one is no page to open.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.packing == Packing::None && self.formatter.is_full()
    }

    /// Ends one page of several, or leaves one that was cut without its end, and goes on in another file. Returns what
    /// was written, under a name.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn turn(
        &mut self,
        name: String,
        neighbours: Option<&Neighbours>,
        next: Meter,
    ) -> io::Result<FileEntry> {
        if let Some(neighbours) = neighbours {
            self.formatter.end_page(neighbours, &mut self.out)?;
        }
        self.out.finish()?;
        let entry = self.entry(name);
        self.out = Packer::new(self.packing, next);
        self.begun = false;
        self.conversations = 0;
        Ok(entry)
    }

    /// Writes the index of all pages.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn index(&mut self, pages: &[String], complete: bool) -> io::Result<()> {
        self.formatter.index(pages, complete, &mut self.out)?;
        self.out.finish()
    }

    /// Whether a file that ends so is a page of an earlier export in this form, under this index.
    #[must_use]
    pub fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        self.formatter.ends_page_of(index, end)
    }

    /// What was written, under a name.
    #[must_use]
    pub fn entry(&self, name: String) -> FileEntry {
        FileEntry {
            name,
            conversations: self.conversations,
            bytes: self.out.meter().bytes(),
            sha256: self.out.meter().sha256(),
        }
    }

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.formatter.begin(&mut self.out)?;
        }
        Ok(())
    }
}
