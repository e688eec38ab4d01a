//! The bytes of an export on their way from the network or a file to the splitter: across threads, and unpacked.
//!
//! gunzip has a thread of its own, and decodes itself rather than letting the HTTP client do it: that one fails at a
//! body of several gzip members and hands out small pieces.

use std::io::{self, BufReader, Read, Write};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use flate2::bufread::MultiGzDecoder;
use reqwest::Response;
use tokio::sync::mpsc;

use crate::http::Cause;

/// Unpacked bytes are handed on in blocks of at most this size.
const BLOCK: usize = 128 * 1024;
/// So many blocks, and so many chunks of the network, wait at most.
const WAITING: usize = 4;
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// Unpacked bytes, in order. The first error is the last item.
pub type Blocks = Receiver<io::Result<Vec<u8>>>;

/// The blocks of an export, unpacked if it is gzip: told by its first bytes, which no JSON has.
pub fn blocks(bytes: impl Read + Send + 'static) -> Blocks {
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
    let mut head = Vec::with_capacity(GZIP_MAGIC.len());
    // A network may bring them one by one.
    bytes
        .by_ref()
        .take(GZIP_MAGIC.len() as u64)
        .read_to_end(&mut head)?;
    let gzip = head == GZIP_MAGIC;
    let whole = BufReader::with_capacity(BLOCK, io::Cursor::new(head).chain(bytes));
    Ok(if gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else {
        Box::new(whole)
    })
}

/// The two ends of the way from the network to another thread.
pub fn channel() -> (Chunks, ChunkReader) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let chunk = io::Cursor::default();
    (Chunks(sender), ChunkReader { receiver, chunk })
}

/// The end that the network writes to.
pub struct Chunks(mpsc::Sender<io::Result<Vec<u8>>>);

impl Chunks {
    /// Passes a whole answer on, or what came of it and why no more did.
    pub async fn send(self, mut response: Response) {
        loop {
            let chunk = match response.chunk().await {
                Ok(None) => return,
                Ok(Some(chunk)) => Ok(chunk.into()),
                Err(error) => Err(io::Error::other(Cause::connection(error).to_string())),
            };
            let broken = chunk.is_err();
            if self.0.send(chunk).await.is_err() || broken {
                return;
            }
        }
    }
}

/// The end that another thread reads.
pub struct ChunkReader {
    receiver: mpsc::Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl ChunkReader {
    /// Copies everything. The error within is that of the network, the other that of `out`.
    pub fn copy_to(&mut self, out: &mut impl Write) -> io::Result<io::Result<()>> {
        while let Some(chunk) = self.receiver.blocking_recv() {
            match chunk {
                Ok(chunk) => out.write_all(&chunk)?,
                Err(error) => return Ok(Err(error)),
            }
        }
        Ok(Ok(()))
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let length = self.chunk.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            match self.receiver.blocking_recv() {
                None => return Ok(0),
                Some(chunk) => self.chunk = io::Cursor::new(chunk?),
            }
        }
    }
}
