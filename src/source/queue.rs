//! Several workers work at once. Results are returned in the order of the work, or as soon as they are ready.
//!
//! A free worker takes the next item at once, even if an earlier result is not ready. The limits say how far workers
//! may run ahead.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, bail};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

/// While nobody waits for a result, the limit of bytes is divided by this.
const BACKLOG: usize = 8;

/// How the work is done.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How many items are worked on at once.
    pub workers: usize,
    /// Whether the results come in the order of the work.
    pub ordered: bool,
    /// How many items may wait that no worker has begun. More of them would only take memory.
    pub max_waiting: usize,
    /// How many items may be unfinished: handed out, but with a result that has not been taken.
    pub max_in_flight: usize,
    /// Workers begin no more work when the results that wait have this many bytes, or an eighth of it while nobody waits
    /// for one.
    pub max_bytes: usize,
    /// The maximum number of items.
    pub max_items: u64,
}

/// A result that can wait in memory.
pub trait HeapSize {
    /// Roughly how many bytes of memory it takes, or how many it should count for.
    fn heap_size(&self) -> usize;
}

/// Work with a name for error messages.
pub trait Named {
    /// The name, in words that follow "while it worked on".
    fn name(&self) -> String;
}

/// An item of work.
struct Job<W> {
    number: u64,
    work: W,
    room: OwnedSemaphorePermit,
    /// Its place among those that wait for a worker.
    place: OwnedSemaphorePermit,
}

/// A finished item. It keeps its room until the result is taken.
struct Done<R> {
    number: u64,
    outcome: Outcome<R>,
    room: Option<OwnedSemaphorePermit>,
}

enum Outcome<R> {
    /// The result and its size in bytes.
    Result(R, usize),
    /// The worker panicked while it worked on the item of this name.
    Panicked(String),
}

/// What the workers and both ends share.
struct Shared {
    /// Room for items.
    room: Arc<Semaphore>,
    /// Places for items that no worker has begun.
    places: Arc<Semaphore>,
    handed_out: AtomicU64,
    /// How many bytes the results have that have not been taken.
    held: AtomicUsize,
    /// Whether somebody waits for a result. If nobody does, more of them would only take memory.
    is_awaited: AtomicBool,
    /// Told when a result was taken, and when somebody begins to wait for one.
    taken: Notify,
}

/// The end where work is handed out.
pub struct Queue<W> {
    work: UnboundedSender<Job<W>>,
    shared: Arc<Shared>,
    left: u64,
}

/// The end where results are taken.
pub struct Results<R> {
    done: UnboundedReceiver<Done<R>>,
    ordered: bool,
    /// Results that are ready before it is their turn.
    early: HashMap<u64, Done<R>>,
    next: u64,
    shared: Arc<Shared>,
}

/// Starts workers that call `act` for each item.
pub fn start<W, R, A, F>(limits: Limits, act: A) -> (Queue<W>, Results<R>)
where
    W: Named + Send + 'static,
    R: HeapSize + Send + 'static,
    A: Fn(W) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    // The semaphores limit the length of both channels.
    let (work, todo) = mpsc::unbounded_channel();
    let (results, done) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        room: Arc::new(Semaphore::new(limits.max_in_flight)),
        places: Arc::new(Semaphore::new(limits.max_waiting)),
        handed_out: AtomicU64::new(0),
        held: AtomicUsize::new(0),
        is_awaited: AtomicBool::new(false),
        taken: Notify::new(),
    });
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..limits.workers {
        let (todo, results, shared, act) =
            (todo.clone(), results.clone(), shared.clone(), act.clone());
        tokio::spawn(async move {
            while let Some(job) = shared.next(&todo, limits.max_bytes).await {
                let guard = PanicGuard::new(&job, &results);
                drop(job.place);
                let result = act(job.work).await;
                guard.disarm();
                let size = result.heap_size();
                shared.held.fetch_add(size, Ordering::SeqCst);
                let done = Done {
                    number: job.number,
                    outcome: Outcome::Result(result, size),
                    room: Some(job.room),
                };
                // The receiver is gone when the export has ended early.
                results.send(done).ok();
            }
        });
    }
    let queue = Queue {
        work,
        shared: shared.clone(),
        left: limits.max_items,
    };
    let results = Results {
        done,
        ordered: limits.ordered,
        early: HashMap::new(),
        next: 0,
        shared,
    };
    (queue, results)
}

/// Reports the item when a worker panics. Otherwise an ordered export would wait for the result forever.
struct PanicGuard<'r, R> {
    number: u64,
    name: Option<String>,
    results: &'r UnboundedSender<Done<R>>,
}

impl<'r, R> PanicGuard<'r, R> {
    fn new<W: Named>(job: &Job<W>, results: &'r UnboundedSender<Done<R>>) -> Self {
        Self {
            number: job.number,
            name: Some(job.work.name()),
            results,
        }
    }

    fn disarm(mut self) {
        self.name = None;
    }
}

impl<R> Drop for PanicGuard<'_, R> {
    fn drop(&mut self) {
        if let Some(name) = self.name.take() {
            let done = Done {
                number: self.number,
                outcome: Outcome::Panicked(name),
                room: None,
            };
            self.results.send(done).ok();
        }
    }
}

impl<W> Queue<W> {
    /// Waits for room and adds an item. Returns false when no more items are wanted.
    pub async fn push(&mut self, work: W) -> bool {
        let Ok(room) = self.shared.room.clone().acquire_owned().await else {
            return false;
        };
        let Ok(place) = self.shared.places.clone().acquire_owned().await else {
            return false;
        };
        let number = self.shared.handed_out.fetch_add(1, Ordering::SeqCst);
        let job = Job {
            number,
            work,
            room,
            place,
        };
        self.work.send(job).ok();
        self.left -= 1;
        self.left > 0
    }

    /// Whether more items than this are wanted.
    pub fn takes_more_than(&self, count: usize) -> bool {
        self.left > count as u64
    }
}

impl<R> Results<R> {
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

impl Shared {
    fn note_awaited(&self, is_awaited: bool) {
        self.is_awaited.store(is_awaited, Ordering::SeqCst);
        if is_awaited {
            self.taken.notify_one();
        }
    }

    /// Waits for room for a result and returns the next item. This cannot wait forever: the item whose turn it is was
    /// begun before all others, so its result always comes and makes room.
    async fn next<W>(
        &self,
        todo: &Mutex<UnboundedReceiver<Job<W>>>,
        bytes: usize,
    ) -> Option<Job<W>> {
        loop {
            let taken = self.taken.notified();
            let is_awaited = self.is_awaited.load(Ordering::SeqCst);
            let limit = if is_awaited { bytes } else { bytes / BACKLOG };
            if self.held.load(Ordering::SeqCst) < limit {
                break;
            }
            taken.await;
        }
        // One waits less. If all were woken each time, they would take more time than the work.
        self.taken.notify_one();
        todo.lock().await.recv().await
    }
}

#[cfg(test)]
mod tests;
