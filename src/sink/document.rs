//! A document under way: a formatter, and the bytes it writes, counted.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::format::Formatter;
use crate::model::Conversation;

/// A document that begins with its first conversation, or with its end.
pub struct Document {
    formatter: Box<dyn Formatter>,
    out: Meter,
    begun: bool,
    conversations: u64,
}

/// What a file of an export holds, so that it can be told later whether it still does.
#[derive(Clone, Debug, Serialize, Deserialize)]
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

/// Counts what passes through, and hashes it where that is wanted.
pub struct Meter {
    out: Box<dyn Write>,
    bytes: u64,
    hash: Option<Sha256>,
}

impl Meter {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(out: Box<dyn Write>, hashed: bool) -> Self {
        let hash = hashed.then(Sha256::new);
        Self {
            out,
            bytes: 0,
            hash,
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
    }
}

impl Write for Meter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.count(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Document {
    /// A document of which nothing is written yet.
    #[must_use]
    pub fn new(formatter: Box<dyn Formatter>, out: Meter) -> Self {
        Self {
            formatter,
            out,
            begun: false,
            conversations: 0,
        }
    }

    /// A document of which these bytes are written already, a conversation a line.
    pub fn continues(&mut self, bytes: &[u8]) {
        self.begun |= !bytes.is_empty();
        self.conversations += memchr::memchr_iter(b'\n', bytes).count() as u64;
        self.out.count(bytes);
    }

    /// A document of which so many bytes are written already, which nobody wants to know more of.
    pub fn continues_at(&mut self, bytes: u64) {
        self.begun |= bytes > 0;
        self.out.bytes += bytes;
    }

    /// Whether anything was written.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// How many bytes were written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.out.bytes
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn conversation(&mut self, conversation: &Conversation) -> io::Result<()> {
        self.begin()?;
        self.conversations += 1;
        self.formatter.conversation(conversation, &mut self.out)
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
        self.out.flush()
    }

    /// What was written, under a name.
    #[must_use]
    pub fn entry(&self, name: String) -> FileEntry {
        FileEntry {
            name,
            conversations: self.conversations,
            bytes: self.out.bytes,
            sha256: self.out.hash.clone().map(|hash| hex(&hash.finalize())),
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

/// Bytes in hex, as `sha256sum` writes them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
            }
            text
        })
}
