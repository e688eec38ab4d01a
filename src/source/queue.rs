//! Work done by several workers at once, with results in the order in which the work was handed out, or as they come.
//!
//! A worker takes the next piece as soon as it is free, whatever the order of the results waits for; only the bounds of
//! what is held say how far it may run ahead.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use anyhow::{Result, bail};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, Notify, OwnedSemaphorePermit, Semaphore};

/// How the work is done.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// How many pieces are worked on at once.
    pub workers: usize,
    /// Whether the results come in the order of the work.
    pub ordered: bool,
    /// How many pieces there may be whose result nobody has taken.
    pub pieces: usize,
    /// How many bytes of results may be held before no more work is begun.
    pub bytes: usize,
    /// How many pieces are wanted at most.
    pub limit: u64,
}

/// What can be held.
pub trait Weigh {
    /// Its bytes, roughly.
    fn weight(&self) -> usize;
}

/// A piece of work.
struct Job<W> {
    number: u64,
    work: W,
    room: OwnedSemaphorePermit,
}

/// What came of it. The room among the pieces is kept until it is taken.
struct Done<R> {
    number: u64,
    result: R,
    weight: usize,
    room: OwnedSemaphorePermit,
}

/// What both ends and the workers know.
struct Shared {
    /// Room for pieces.
    room: Arc<Semaphore>,
    handed_out: AtomicU64,
    /// Bytes of results that nobody has taken.
    held: AtomicUsize,
    taken: Notify,
}

/// The end where work is handed out.
pub struct Queue<W> {
    work: UnboundedSender<Job<W>>,
    shared: Arc<Shared>,
    left: u64,
}

/// The end where results come out.
pub struct Results<R> {
    done: UnboundedReceiver<Done<R>>,
    ordered: bool,
    /// Those that came before their turn.
    early: HashMap<u64, Done<R>>,
    next: u64,
    shared: Arc<Shared>,
}

/// Starts workers that `act` on pieces of work, by the rules.
pub fn start<W, R, A, F>(rules: Rules, act: A) -> (Queue<W>, Results<R>)
where
    W: Send + 'static,
    R: Weigh + Send + 'static,
    A: Fn(W) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    // Neither is longer than there is room for pieces.
    let (work, todo) = mpsc::unbounded_channel();
    let (results, done) = mpsc::unbounded_channel();
    let shared = Arc::new(Shared {
        room: Arc::new(Semaphore::new(rules.pieces)),
        handed_out: AtomicU64::new(0),
        held: AtomicUsize::new(0),
        taken: Notify::new(),
    });
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..rules.workers {
        let (todo, results, shared, act) =
            (todo.clone(), results.clone(), shared.clone(), act.clone());
        tokio::spawn(async move {
            while let Some(job) = shared.next(&todo, rules.bytes).await {
                let result = act(job.work).await;
                let weight = result.weight();
                shared.held.fetch_add(weight, Ordering::SeqCst);
                let done = Done {
                    number: job.number,
                    result,
                    weight,
                    room: job.room,
                };
                // The other end is gone when the export has been given up.
                results.send(done).ok();
            }
        });
    }
    let queue = Queue {
        work,
        shared: shared.clone(),
        left: rules.limit,
    };
    let results = Results {
        done,
        ordered: rules.ordered,
        early: HashMap::new(),
        next: 0,
        shared,
    };
    (queue, results)
}

impl<W> Queue<W> {
    /// Adds one, waiting while there is no room. False when no more is wanted.
    pub async fn push(&mut self, work: W) -> bool {
        let Ok(room) = self.shared.room.clone().acquire_owned().await else {
            return false;
        };
        let number = self.shared.handed_out.fetch_add(1, Ordering::SeqCst);
        self.work.send(Job { number, work, room }).ok();
        self.left -= 1;
        self.left > 0
    }
}

impl<R> Results<R> {
    /// The next result, nothing after the last.
    ///
    /// # Errors
    /// When a worker broke down, so that what it worked on is lost.
    pub async fn next(&mut self) -> Result<Option<R>> {
        let done = loop {
            if let Some(done) = self.early.remove(&self.next) {
                break done;
            }
            match self.done.recv().await {
                None if self.next == self.shared.handed_out.load(Ordering::SeqCst) => {
                    return Ok(None);
                }
                None => bail!("a task of the program broke down"),
                Some(done) if self.ordered => self.early.insert(done.number, done),
                Some(done) => break done,
            };
        };
        self.next += 1;
        self.shared.held.fetch_sub(done.weight, Ordering::SeqCst);
        self.shared.taken.notify_waiters();
        drop(done.room);
        Ok(Some(done.result))
    }
}

impl<R> Drop for Results<R> {
    fn drop(&mut self) {
        self.shared.room.close();
    }
}

impl Shared {
    /// The next piece, when there is room for its result. The piece whose turn it is has been begun before all others,
    /// so its result always comes, and makes room.
    async fn next<W>(
        &self,
        todo: &Mutex<UnboundedReceiver<Job<W>>>,
        bytes: usize,
    ) -> Option<Job<W>> {
        loop {
            let taken = self.taken.notified();
            if self.held.load(Ordering::SeqCst) < bytes {
                break;
            }
            taken.await;
        }
        todo.lock().await.recv().await
    }
}
