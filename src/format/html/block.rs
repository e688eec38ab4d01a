//! The data of the page, in compressed blocks.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde::Serialize;

/// The first block is small, so that a reader sees the first conversations at once.
const FIRST: usize = 32 << 10;

/// How many bytes of JSON the other blocks have, before compression.
const FULL: usize = 384 << 10;

/// Higher levels take much more time, and save little of such small texts.
const LEVEL: u32 = 2;

/// Collects lines of JSON, and writes them as blocks: deflated, in base64, in an element that a browser ignores.
#[derive(Default)]
pub struct Blocks {
    lines: Vec<u8>,
    written: bool,
}

impl Blocks {
    /// Adds a value as one line.
    pub fn add(&mut self, value: &impl Serialize) -> serde_json::Result<()> {
        serde_json::to_writer(&mut self.lines, value)?;
        self.lines.push(b'\n');
        Ok(())
    }

    /// Whether it is time to write a block.
    pub fn is_full(&self) -> bool {
        self.lines.len() >= if self.written { FULL } else { FIRST }
    }

    /// Writes what was added as a block.
    pub fn write(&mut self, out: &mut Vec<u8>) {
        if self.lines.is_empty() {
            return;
        }
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(LEVEL));
        // Writing to memory cannot fail.
        let packed = encoder
            .write_all(&self.lines)
            .and_then(|()| encoder.finish())
            .unwrap_or_default();
        self.lines.clear();
        self.written = true;
        let _ = writeln!(
            out,
            "<script type=\"application/octet-stream\">{}</script>",
            BASE64_STANDARD.encode(packed)
        );
    }
}
