//! Compresses files while they are written, depending on the last extension of their name.

use std::io::{self, Write};
use std::path::Path;

use flate2::write::GzEncoder;

use super::hashing_writer::HashingWriter;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not compressed.
    None,
    /// `.gz`
    Gzip,
}

/// Compresses bytes, and counts and hashes the bytes that end up in the file.
pub struct GzipWriter {
    /// Writes to memory, since an encoder writes when it is dropped, and that must not reach the file.
    encoder: Option<GzEncoder<Vec<u8>>>,
    hashing: HashingWriter,
}

impl Compression {
    /// The compression that the extension of the name asks for.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("gz") => Self::Gzip,
            _ => Self::None,
        }
    }
}

impl GzipWriter {
    /// Creates a writer that has written nothing yet.
    #[must_use]
    pub fn new(compression: Compression, hashing: HashingWriter) -> Self {
        let encoder = match compression {
            Compression::None => None,
            Compression::Gzip => Some(GzEncoder::new(Vec::new(), flate2::Compression::default())),
        };
        Self { encoder, hashing }
    }

    /// The writer that counts the bytes of the file.
    #[must_use]
    pub fn hashing(&self) -> &HashingWriter {
        &self.hashing
    }

    /// Ends the compressed data, so that any program can read the file, and flushes it.
    ///
    /// # Errors
    /// When the file cannot be written.
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
