//! Files that are compressed on their way, by the last extension of their name.

use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use super::hashing_writer::HashingWriter;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// It is not.
    None,
    /// `.gz`
    Gzip,
}

/// Compresses what passes through, and counts and hashes what is in the file.
pub struct GzipWriter {
    /// Writes to memory: whatever it does when it is dropped harms no file.
    encoder: Option<GzEncoder<Vec<u8>>>,
    hashing: HashingWriter,
}

impl Compression {
    /// As the name says.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("gz") => Self::Gzip,
            _ => Self::None,
        }
    }
}

impl GzipWriter {
    /// Nothing written yet.
    #[must_use]
    pub fn new(packing: Compression, hashing: HashingWriter) -> Self {
        let encoder = match packing {
            Compression::None => None,
            Compression::Gzip => Some(GzEncoder::new(Vec::new(), flate2::Compression::default())),
        };
        Self { encoder, hashing }
    }

    /// What counts the bytes of the file.
    #[must_use]
    pub fn hashing(&self) -> &HashingWriter {
        &self.hashing
    }

    /// The same, to count what was written before.
    pub fn hashing_mut(&mut self) -> &mut HashingWriter {
        &mut self.hashing
    }

    /// Ends the compressed file, so that any program reads what there is, and passes on what is buffered.
    ///
    /// # Errors
    /// Those of the file.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.try_finish()?;
            drain(encoder, &mut self.hashing)?;
        }
        self.hashing.flush()
    }
}

impl Write for GzipWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.encoder {
            None => self.hashing.write_all(bytes)?,
            Some(encoder) => {
                encoder.write_all(bytes)?;
                drain(encoder, &mut self.hashing)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.flush()?;
            drain(encoder, &mut self.hashing)?;
        }
        self.hashing.flush()
    }
}

fn drain(encoder: &mut GzEncoder<Vec<u8>>, hashing: &mut HashingWriter) -> io::Result<()> {
    hashing.write_all(encoder.get_ref())?;
    encoder.get_mut().clear();
    Ok(())
}
