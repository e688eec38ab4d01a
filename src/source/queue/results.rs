//! The end of the queue where results are taken: in the order of the work, or as they are ready.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use anyhow::{Result, bail};
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc::UnboundedReceiver;

use super::shared::Shared;

/// The end where results are taken.
pub struct Results<R> {
    done: UnboundedReceiver<Done<R>>,
    ordered: bool,
    /// Results that are ready before it is their turn.
    early: HashMap<u64, Done<R>>,
    next: u64,
    shared: Arc<Shared>,
}

/// A finished item. It keeps its room until the result is taken.
pub(super) struct Done<R> {
    pub number: u64,
    pub outcome: Outcome<R>,
    pub room: Option<OwnedSemaphorePermit>,
}

pub(super) enum Outcome<R> {
    /// The result and its size in bytes.
    Result(R, usize),
    /// The worker panicked while it worked on the item of this name.
    Panicked(String),
}

impl<R> Results<R> {
    pub(super) fn new(
        done: UnboundedReceiver<Done<R>>,
        ordered: bool,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            done,
            ordered,
            early: HashMap::new(),
            next: 0,
            shared,
        }
    }

    /// Waits for the next result. Returns `None` after the last one.
    ///
    /// # Errors
    /// When a worker panicked, so that its result is lost.
    pub async fn next(&mut self) -> Result<Option<R>> {
        loop {
            if let Some(result) = self.try_next()? {
                return Ok(Some(result));
            }
            self.shared.note_awaited(true);
            let done = self.done.recv().await;
            self.shared.note_awaited(false);
            match done {
                None if self.next == self.shared.handed_out.load(Ordering::SeqCst) => {
                    return Ok(None);
                }
                None => bail!("a part of the program ended before its work was done"),
                Some(done) => {
                    if let Some(done) = self.in_turn(done) {
                        return self.take(done).map(Some);
                    }
                }
            }
        }
    }

    /// Returns the next result if it is ready.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn try_next(&mut self) -> Result<Option<R>> {
        if let Some(done) = self.early.remove(&self.next) {
            return self.take(done).map(Some);
        }
        while let Ok(done) = self.done.try_recv() {
            if let Some(done) = self.in_turn(done) {
                return self.take(done).map(Some);
            }
        }
        Ok(None)
    }

    /// Returns a finished item, or keeps it until its turn comes. One that panicked ends the work at once.
    fn in_turn(&mut self, done: Done<R>) -> Option<Done<R>> {
        let waits = self.ordered && done.number != self.next;
        if waits && matches!(done.outcome, Outcome::Result(..)) {
            self.early.insert(done.number, done);
            return None;
        }
        Some(done)
    }

    /// Takes the result out of a finished item, which makes room for others.
    fn take(&mut self, done: Done<R>) -> Result<R> {
        match done.outcome {
            Outcome::Result(result, size) => {
                self.next += 1;
                self.shared.held.fetch_sub(size, Ordering::SeqCst);
                self.shared.taken.notify_one();
                drop(done.room);
                Ok(result)
            }
            Outcome::Panicked(name) => {
                bail!("the program panicked while it worked on {name}; please report this bug")
            }
        }
    }
}

impl<R> Drop for Results<R> {
    fn drop(&mut self) {
        self.shared.room.close();
        self.shared.places.close();
    }
}
