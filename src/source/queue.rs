//! Several workers work at once. Results are returned in the order of the work, or as soon as they are ready.
//!
//! A free worker takes the next item at once, even if an earlier result is not ready. The limits say how far workers
//! may run ahead.

mod results;
mod shared;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, OwnedSemaphorePermit};

pub use results::Results;
use results::{Done, Outcome};
use shared::Shared;

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

/// The end where work is handed out.
pub struct Queue<W> {
    work: UnboundedSender<Job<W>>,
    shared: Arc<Shared>,
    left: u64,
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
    let shared = Arc::new(Shared::new(limits.max_in_flight, limits.max_waiting));
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..limits.workers {
        let (todo, results, shared, act) =
            (todo.clone(), results.clone(), shared.clone(), act.clone());
        tokio::spawn(async move {
            while let Some(job) = next(&shared, &todo, limits.max_bytes).await {
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
    (queue, Results::new(done, limits.ordered, shared))
}

/// Waits for room for a result and returns the next item.
async fn next<W>(
    shared: &Shared,
    todo: &Mutex<UnboundedReceiver<Job<W>>>,
    bytes: usize,
) -> Option<Job<W>> {
    shared.room_for_result(bytes).await;
    todo.lock().await.recv().await
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
