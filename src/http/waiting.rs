//! A wait that the observer is told of, until it is dropped.

use std::time::Instant;

use super::observer::{Observer, Retry};

/// A wait for an answer, or for the next try.
#[derive(Debug)]
pub struct Waiting<'o> {
    observer: &'o dyn Observer,
    id: u64,
}

impl<'o> Waiting<'o> {
    /// Begins to wait for an answer.
    pub fn for_answer(observer: &'o dyn Observer, since: Instant) -> Self {
        let id = observer.on_wait(since, None);
        Self { observer, id }
    }

    /// Begins to wait for the next try of what began at `since`.
    pub fn for_retry(observer: &'o dyn Observer, since: Instant, retry: Retry) -> Self {
        let id = observer.on_wait(since, Some(retry));
        Self { observer, id }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.observer.on_wait_over(self.id);
    }
}
