//! The bytes of an answer on their way from the network to the thread that unpacks them.

use std::io::{self, Read, Write};

use reqwest::Response;
use tokio::sync::mpsc;

use crate::http::Cause;

/// So many chunks of the network wait at most.
const WAITING: usize = 4;

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
