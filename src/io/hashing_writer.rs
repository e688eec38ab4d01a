//! Counts and hashes the bytes that are written.

use std::io::{self, Write};

use sha2::{Digest, Sha256};

use super::digest::hex;

/// Passes bytes on to another writer, counts them, and hashes them if asked to.
pub struct HashingWriter {
    out: Box<dyn Write>,
    bytes: u64,
    hash: Option<Sha256>,
}

impl HashingWriter {
    /// Creates a writer that has counted nothing yet. `hashed` says whether to hash the bytes.
    #[must_use]
    pub fn new(out: Box<dyn Write>, hashed: bool) -> Self {
        let hash = hashed.then(Sha256::new);
        Self {
            out,
            bytes: 0,
            hash,
        }
    }

    /// How many bytes were written.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The SHA-256 of these bytes in hex, or `None` when the bytes are not hashed.
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
