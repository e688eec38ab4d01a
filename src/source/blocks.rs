//! The bytes of an export on their way to whoever reads it: from a file, unpacked, and across threads.
//!
//! gunzip has a thread of its own, and decodes itself rather than letting the HTTP client do it: that one fails at a
//! body of several gzip members and hands out small pieces.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use anyhow::{Result, anyhow, bail};
use flate2::bufread::MultiGzDecoder;

/// Unpacked bytes are handed on in blocks of at most this size.
const BLOCK: usize = 128 * 1024;
/// So many blocks wait at most.
const WAITING: usize = 4;

/// How a packed file begins, which no JSON does.
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// Unpacked bytes, in order. The first error is the last item.
pub type Blocks = Receiver<io::Result<Vec<u8>>>;

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
    let (sender, receiver) = sync_channel(WAITING);
    thread::spawn(move || {
        let mut reader = match unpacked(bytes) {
            Ok(reader) => reader,
            Err(error) => return drop(sender.send(Err(error))),
        };
        let mut buffer = vec![0; BLOCK];
        loop {
            let block = reader
                .read(&mut buffer)
                .map(|length| buffer[..length].to_vec());
            let last = block.as_ref().map_or(true, Vec::is_empty);
            // The other end is gone when nobody wants more.
            if sender.send(block).is_err() || last {
                return;
            }
        }
    });
    receiver
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
    let whole = BufReader::with_capacity(BLOCK, io::Cursor::new(head).chain(bytes));
    match (gzip, zstd) {
        (true, _) => Ok(Box::new(MultiGzDecoder::new(whole))),
        (_, true) => Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "it is packed with zstd, which is not read: unpack it first",
        )),
        _ => Ok(Box::new(whole)),
    }
}
