//! Bytes on their way out, counted.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

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

struct CountAlong<'a, R> {
    from: R,
    meter: &'a mut Meter,
}

impl<R: Read> Read for CountAlong<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.from.read(buffer)?;
        self.meter.count(&buffer[..length]);
        Ok(length)
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
