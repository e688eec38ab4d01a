//! The bytes of an answer on their way from the network to the thread that reads them.

use std::io::{self, BufRead, Read, Write};

use tokio::sync::mpsc;

use crate::http::Answer;

/// How many chunks wait at most.
const WAITING: usize = 4;

/// A chunk that waits is not made larger than this many bytes.
const CHUNK: usize = 256 * 1024;

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
    ///
    /// The network hands out small pieces. While the reader is busy they are joined, since waking it for each takes longer
    /// than reading it.
    pub async fn send(self, mut answer: Answer) {
        let mut pending = Vec::new();
        loop {
            let next = tokio::select! {
                biased;
                room = self.0.reserve(), if !pending.is_empty() => match room {
                    Ok(room) => {
                        room.send(Ok(std::mem::take(&mut pending)));
                        continue;
                    }
                    // The reader is gone, since nobody wants more.
                    Err(_) => return,
                },
                next = answer.chunk(), if pending.len() < CHUNK => next,
            };
            let end = match next {
                Ok(Some(chunk)) => {
                    pending.extend_from_slice(&chunk);
                    continue;
                }
                Ok(None) => None,
                Err(cause) => Some(Err(io::Error::other(cause.to_string()))),
            };
            let rest = (!pending.is_empty()).then_some(Ok(pending));
            for last in rest.into_iter().chain(end) {
                self.0.send(last).await.ok();
            }
            return;
        }
    }
}

/// The end that another thread reads.
pub struct ChunkReader {
    receiver: mpsc::Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl ChunkReader {
    /// Copies everything. The error within is that of the network, the other one that of `out`.
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

impl BufRead for ChunkReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.chunk.fill_buf()?.is_empty() {
            match self.receiver.blocking_recv() {
                None => break,
                Some(chunk) => self.chunk = io::Cursor::new(chunk?),
            }
        }
        self.chunk.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.chunk.consume(amount);
    }
}

impl Read for ChunkReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}
