//! The bytes of an export on their way to whoever reads it: from a file, unpacked, and across threads.
//!
//! gunzip has a thread of its own, and decodes itself rather than letting the HTTP client do it: that one fails at a
//! body of several gzip members and hands out small pieces.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel as unbounded, sync_channel};
use std::thread;

use anyhow::{Result, anyhow, bail};
use flate2::bufread::MultiGzDecoder;

/// Unpacked bytes are handed on in blocks of at most this size.
const BLOCK: usize = 256 * 1024;
/// So many blocks wait at most.
const WAITING: usize = 4;

/// How a packed file begins, which no JSON does.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// How UTF-8 text begins that says so.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Unpacked bytes, in order.
pub struct Blocks {
    blocks: Receiver<io::Result<Vec<u8>>>,
    used: Sender<Vec<u8>>,
}

impl Blocks {
    /// The next block, after `wait` where it is not there yet; none at the end. The first error is the last item.
    pub fn next(&self, wait: impl FnOnce()) -> Option<io::Result<Vec<u8>>> {
        self.blocks.try_recv().ok().or_else(|| {
            wait();
            self.blocks.recv().ok()
        })
    }

    /// Takes back a block, to be filled again: that is cheaper than to free so much and to ask for it anew.
    pub fn reuse(&self, block: Vec<u8>) {
        // The other end is gone when all is unpacked.
        self.used.send(block).ok();
    }
}

/// Opens a file; `-` is stdin.
///
/// # Errors
/// When it cannot be read, with its path.
pub fn open(file: &Path) -> Result<Box<dyn Read + Send>> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin()));
    }
    let name = file.display();
    if file.is_dir() {
        bail!("could not read {name}: it is a folder");
    }
    let opened = File::open(file).map_err(|error| anyhow!("could not read {name}: {error}"))?;
    Ok(Box::new(opened))
}

/// The blocks of an export, unpacked if its first bytes tell that it is packed.
pub fn of(bytes: impl Read + Send + 'static) -> Blocks {
    let (sender, blocks) = sync_channel(WAITING);
    let (used, again) = unbounded::<Vec<u8>>();
    thread::spawn(move || {
        let mut reader = match unpacked(bytes) {
            Ok(reader) => reader,
            Err(error) => return drop(sender.send(Err(error))),
        };
        loop {
            let mut block = again.try_recv().unwrap_or_default();
            block.resize(BLOCK, 0);
            let read = reader.read(&mut block).map(|length| {
                block.truncate(length);
                block
            });
            let last = read.as_ref().map_or(true, Vec::is_empty);
            // The other end is gone when nobody wants more.
            if sender.send(read).is_err() || last {
                return;
            }
        }
    });
    Blocks { blocks, used }
}

fn unpacked(mut bytes: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    // A network may bring them one by one.
    bytes
        .by_ref()
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut head)?;
    let gzip = head.starts_with(GZIP_MAGIC);
    let zstd = head == ZSTD_MAGIC;
    let whole = BufReader::with_capacity(BLOCK / 2, io::Cursor::new(head).chain(bytes));
    match (gzip, zstd) {
        (true, _) => without_mark(MultiGzDecoder::new(whole)),
        (_, true) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "it is packed with zstd, which is not read: unpack it first",
        )),
        _ => without_mark(whole),
    }
}

/// Passes over the byte order mark that some programs begin a file with.
fn without_mark(mut bytes: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut head = Vec::with_capacity(MARK.len());
    bytes
        .by_ref()
        .take(MARK.len() as u64)
        .read_to_end(&mut head)?;
    if head == MARK {
        head.clear();
    }
    Ok(Box::new(io::Cursor::new(head).chain(bytes)))
}
