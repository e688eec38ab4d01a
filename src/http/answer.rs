//! An answer whose body is read piece by piece.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};

use super::connection::ConnectionError;
use super::error::Cause;
use super::observer::Observer;
use super::waiting::Waiting;

/// A gzip stream can begin with a header of this many bytes before there is any data.
const GZIP_HEADER: usize = 10;

/// The timeouts for the bytes of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How long to wait for the first byte.
    pub first: Duration,
    /// How long to wait for each of the next pieces.
    pub next: Duration,
}

/// An answer whose headers have come.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    patience: Patience,
    observer: Arc<dyn Observer>,
    received: usize,
}

impl Answer {
    pub(super) fn new(response: Response, patience: Patience, observer: Arc<dyn Observer>) -> Self {
        Self {
            response,
            patience,
            observer,
            received: 0,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// Reads the next bytes of the body. Returns `None` after the last ones.
    ///
    /// # Errors
    /// When the connection breaks, or no bytes come in time.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Cause> {
        let started = self.received > GZIP_HEADER;
        let limit = if started {
            self.patience.next
        } else {
            self.patience.first
        };
        let _waiting = Waiting::for_answer(&*self.observer, Instant::now());
        let chunk = tokio::time::timeout(limit, self.response.chunk()).await;
        let chunk = chunk
            .map_err(|_| ConnectionError::silent(limit))?
            .map_err(ConnectionError::of)?;
        self.received += chunk.as_ref().map_or(0, Bytes::len);
        Ok(chunk)
    }
}
