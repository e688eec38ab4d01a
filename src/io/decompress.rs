//! Reads a file or a stream in blocks on a separate thread, and decompresses it if its first bytes show that it is
//! compressed.
//!
//! Responses are decompressed here and not in the HTTP client. The client fails at a body of several gzip members, and
//! it returns small chunks.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Deref;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel as unbounded, sync_channel};
use std::thread;

use anyhow::{Result, anyhow, bail};
use flate2::bufread::MultiGzDecoder;

/// The size of a block in bytes.
const BLOCK: usize = 192 * 1024;
/// How many blocks may wait to be taken.
const WAITING: usize = 2;

/// The first bytes of a compressed file. JSON cannot begin with them.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The byte order mark that some programs write at the beginning of a file.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// The decompressed bytes, in order.
pub struct Blocks {
    blocks: Receiver<io::Result<Block>>,
    used: Sender<Block>,
}

/// Some bytes.
pub struct Block {
    /// Its length never changes, so that it need not be cleared before it is filled again.
    bytes: Box<[u8]>,
    length: usize,
}

impl Default for Block {
    fn default() -> Self {
        Self {
            bytes: vec![0; BLOCK].into(),
            length: 0,
        }
    }
}

impl Deref for Block {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

impl Blocks {
    /// Returns the next block, or `None` at the end. Calls `wait` before it has to wait for a block. Nothing follows an
    /// error.
    pub fn next(&self, wait: impl FnOnce()) -> Option<io::Result<Block>> {
        self.blocks.try_recv().ok().or_else(|| {
            wait();
            self.blocks.recv().ok()
        })
    }

    /// Takes back a block to fill it again, which is cheaper than to allocate a new one.
    pub fn reuse(&self, block: Block) {
        // Sending fails once everything is decompressed, and the block is not needed then.
        self.used.send(block).ok();
    }
}

/// What an input is called in messages.
pub fn shown(path: &Path) -> String {
    match path.to_str() {
        Some("-") => "stdin".to_owned(),
        _ => path.display().to_string(),
    }
}

/// Opens a file, or stdin for `-`.
///
/// # Errors
/// When the file cannot be read. The error names its path.
pub fn open(file: &Path) -> Result<Box<dyn BufRead + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(BufReader::with_capacity(BLOCK / 2, io::stdin())));
    }
    let name = file.display();
    if file.is_dir() {
        bail!("could not read {name}: it is a folder");
    }
    let opened = File::open(file).map_err(|error| anyhow!("could not read {name}: {error}"))?;
    Ok(Box::new(BufReader::with_capacity(BLOCK / 2, opened)))
}

/// Starts a thread that reads the blocks of a file or stream.
pub fn blocks(bytes: impl BufRead + Send + 'static) -> Blocks {
    let (sender, blocks) = sync_channel(WAITING);
    let (used, again) = unbounded::<Block>();
    thread::spawn(move || {
        let mut reader = match decompressed(bytes) {
            Ok(reader) => reader,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let mut block = again.try_recv().unwrap_or_default();
            let read = reader.read(&mut block.bytes).map(|length| {
                block.length = length;
                block
            });
            let last = read.as_ref().map_or(true, |block| block.is_empty());
            // Sending fails when the receiver was dropped because nobody needs more.
            if sender.send(read).is_err() || last {
                return;
            }
        }
    });
    Blocks { blocks, used }
}

fn decompressed(mut bytes: impl BufRead + 'static) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    // The network may deliver the bytes one at a time.
    bytes
        .by_ref()
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut head)?;
    let gzip = head.starts_with(GZIP_MAGIC);
    let zstd = head == ZSTD_MAGIC;
    let whole = io::Cursor::new(head).chain(bytes);
    match (gzip, zstd) {
        (true, _) => without_mark(MultiGzDecoder::new(whole)),
        (_, true) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "it is packed with zstd, which is not read: unpack it first",
        )),
        _ => without_mark(whole),
    }
}

/// Skips a byte order mark.
fn without_mark(mut bytes: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::with_capacity(BYTE_ORDER_MARK.len());
    bytes
        .by_ref()
        .take(BYTE_ORDER_MARK.len() as u64)
        .read_to_end(&mut head)?;
    if head == BYTE_ORDER_MARK {
        head.clear();
    }
    Ok(Box::new(io::Cursor::new(head).chain(bytes)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzipped(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let blocks = blocks(io::Cursor::new(bytes));
        let mut all = Vec::new();
        while let Some(block) = blocks.next(|| ()) {
            let block = block?;
            all.extend_from_slice(&block);
            blocks.reuse(block);
        }
        Ok(all)
    }

    #[test]
    fn bytes_come_as_they_are_or_unpacked() {
        let long = "0123456789".repeat(100_000).into_bytes();
        for text in [&b""[..], b"[", b"[1]", &long] {
            assert_eq!(read(text.to_vec()).unwrap(), text);
            assert_eq!(read(gzipped(text)).unwrap(), text);
        }
    }

    #[test]
    fn several_gzip_members_are_one_file() {
        let both = [gzipped(b"one "), gzipped(b"two")].concat();
        assert_eq!(read(both).unwrap(), b"one two");
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        assert_eq!(read("\u{feff}[1]".into()).unwrap(), b"[1]");
        assert_eq!(read(gzipped("\u{feff}[1]".as_bytes())).unwrap(), b"[1]");
    }

    #[test]
    fn a_cut_gzip_file_and_zstd_are_errors() {
        let mut cut = gzipped(b"some words that are cut off");
        cut.truncate(cut.len() - 9);
        let error = read(cut).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let error = read(ZSTD_MAGIC.to_vec()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::Unsupported);
    }
}
