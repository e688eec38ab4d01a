//! Writes to a terminal. Text of a vendor is neutralised first, since it may contain escape sequences.

use std::io::{self, Write};

use crate::text::neutralise;

/// A writer that neutralises all text. Each write must hold whole characters, as `write_all` of a `str` does.
#[derive(Debug)]
pub struct Neutral<W>(pub W);

impl<W: Write> Write for Neutral<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(neutralise(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
