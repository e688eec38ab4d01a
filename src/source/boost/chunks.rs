//! Passes the bytes of an answer from the network to the thread that reads them.

use std::io::{self, BufRead, Read, Write};

use tokio::sync::mpsc;

use crate::http::Answer;

/// How many chunks may wait.
const WAITING: usize = 2;

/// Nothing is added to a waiting chunk that has this many bytes.
const CHUNK: usize = 64 * 1024;

/// Makes the two ends of a channel from the network to another thread.
pub fn channel() -> (Chunks, ChunkReader) {
    let (sender, receiver) = mpsc::channel(WAITING);
    let chunk = io::Cursor::default();
    (Chunks(sender), ChunkReader { receiver, chunk })
}

/// The end that the network writes to.
pub struct Chunks(mpsc::Sender<io::Result<Vec<u8>>>);

impl Chunks {
    /// Passes on an answer: all its bytes, or the bytes before an error and the error.
    ///
    /// The network delivers small pieces. They are joined while the reader is busy, since waking it takes longer than
    /// reading a piece.
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
                    // The reader is gone, because no more is wanted.
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

/// The end that another thread reads from.
pub struct ChunkReader {
    receiver: mpsc::Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
}

impl ChunkReader {
    /// Copies everything to `out`. The inner error is that of the network, the outer one that of `out`.
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
