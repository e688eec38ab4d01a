//! Work done by several workers at once, with results in the order in which the work was handed out.
//!
//! A worker takes the next piece as soon as it is free, whatever the order of the results waits for; only the window
//! bounds how far it may run ahead.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, oneshot};

/// A piece of work, and where its result is waited for.
type Job<W, R> = (W, oneshot::Sender<R>);

/// The end where work is handed out.
pub struct Queue<W, R> {
    /// Unbounded, but never longer than `places`.
    work: UnboundedSender<Job<W, R>>,
    places: Sender<oneshot::Receiver<R>>,
    left: u64,
}

/// The end where results come out.
pub struct Results<R>(Receiver<oneshot::Receiver<R>>);

/// Starts `workers` that `act` on at most `limit` pieces of work, of which `window` may be without a taker of their
/// result.
pub fn start<W, R, A, F>(
    workers: usize,
    window: usize,
    limit: u64,
    act: A,
) -> (Queue<W, R>, Results<R>)
where
    W: Send + 'static,
    R: Send + 'static,
    A: Fn(W) -> F + Clone + Send + 'static,
    F: Future<Output = R> + Send + 'static,
{
    let (work, todo) = mpsc::unbounded_channel();
    let (places, results) = mpsc::channel(window);
    let todo = Arc::new(Mutex::new(todo));
    for _ in 0..workers {
        tokio::spawn(labour(todo.clone(), act.clone()));
    }
    let left = limit;
    (Queue { work, places, left }, Results(results))
}

impl<W, R> Queue<W, R> {
    /// Adds one, waiting while the window is full. False when no more is wanted.
    pub async fn push(&mut self, work: W) -> bool {
        let Ok(place) = self.places.reserve().await else {
            return false;
        };
        let (reply, result) = oneshot::channel();
        self.work.send((work, reply)).ok();
        place.send(result);
        self.left -= 1;
        self.left > 0
    }
}

impl<R> Results<R> {
    /// The next result, nothing after the last. An error is a worker that broke down.
    pub async fn next(&mut self) -> Option<Result<R, oneshot::error::RecvError>> {
        Some(self.0.recv().await?.await)
    }
}

async fn labour<W, R, A, F>(todo: Arc<Mutex<UnboundedReceiver<Job<W, R>>>>, act: A)
where
    A: Fn(W) -> F,
    F: Future<Output = R>,
{
    while let Some((work, reply)) = next(&todo).await {
        // The other end is gone when the export has been given up.
        reply.send(act(work).await).ok();
    }
}

async fn next<W, R>(todo: &Mutex<UnboundedReceiver<Job<W, R>>>) -> Option<Job<W, R>> {
    todo.lock().await.recv().await
}
