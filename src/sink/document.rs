//! A document under way: a formatter and the bytes it writes to.

use std::io::{self, Write};

use crate::format::Formatter;
use crate::model::Conversation;

/// A document that begins with its first conversation, or with its end.
pub struct Document {
    formatter: Box<dyn Formatter>,
    out: Box<dyn Write>,
    begun: bool,
}

impl Document {
    /// A document of which nothing is written yet.
    #[must_use]
    pub fn new(formatter: Box<dyn Formatter>, out: Box<dyn Write>) -> Self {
        let begun = false;
        Self {
            formatter,
            out,
            begun,
        }
    }

    /// Whether anything was written.
    #[must_use]
    pub fn begun(&self) -> bool {
        self.begun
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// Those of the bytes.
    pub fn conversation(&mut self, conversation: &Conversation) -> io::Result<()> {
        self.begin()?;
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

    fn begin(&mut self) -> io::Result<()> {
        if !self.begun {
            self.begun = true;
            self.formatter.begin(&mut self.out)?;
        }
        Ok(())
    }
}
