//! Bytes on their way out, counted.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::digest::hex;

/// Counts what passes through, and hashes it where that is wanted.
pub struct HashingWriter {
    out: Box<dyn Write>,
    bytes: u64,
    hash: Option<Sha256>,
}

impl HashingWriter {
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

    /// Hands on what is read, and counts it.
    pub fn count_along<R: Read>(&mut self, from: R) -> impl Read {
        CountAlong { from, meter: self }
    }

    /// Takes so many bytes as written, whatever they are.
    pub fn skip(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// How many bytes there were.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of them, in hex; none when it was not asked for.
    #[must_use]
    pub fn sha256(&self) -> Option<String> {
        self.hash.clone().map(|hash| hex(&hash.finalize()))
    }

    fn count(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(bytes);
        }
    }
}

impl Write for HashingWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.count(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

struct CountAlong<'a, R> {
    from: R,
    meter: &'a mut HashingWriter,
}

impl<R: Read> Read for CountAlong<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.meter.count(&buffer[..length]);
        Ok(length)
    }
}
