//! What the workers and both ends of the queue share: how much is handed out, and how much waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{Notify, Semaphore};

/// While nobody waits for a result, the limit of bytes is divided by this.
const BACKLOG: usize = 8;

/// What the workers and both ends share.
pub struct Shared {
    /// Room for items.
    pub room: Arc<Semaphore>,
    /// Places for items that no worker has begun.
    pub places: Arc<Semaphore>,
    pub handed_out: AtomicU64,
    /// How many bytes the results have that have not been taken.
    pub held: AtomicUsize,
    /// Whether somebody waits for a result. If nobody does, more of them would only take memory.
    is_awaited: AtomicBool,
    /// Told when a result was taken, and when somebody begins to wait for one.
    pub taken: Notify,
}

impl Shared {
    pub fn new(max_in_flight: usize, max_waiting: usize) -> Self {
        Self {
            room: Arc::new(Semaphore::new(max_in_flight)),
            places: Arc::new(Semaphore::new(max_waiting)),
            handed_out: AtomicU64::new(0),
            held: AtomicUsize::new(0),
            is_awaited: AtomicBool::new(false),
            taken: Notify::new(),
        }
    }

    /// Notes whether somebody waits for a result.
    pub fn note_awaited(&self, is_awaited: bool) {
        self.is_awaited.store(is_awaited, Ordering::SeqCst);
        if is_awaited {
            self.taken.notify_one();
        }
    }

    /// Waits until a worker may begin another item: until the results that wait have less than `bytes`. This cannot wait
    /// forever: the item whose turn it is was begun before all others, so its result always comes and makes room.
    pub async fn room_for_result(&self, bytes: usize) {
        loop {
            let taken = self.taken.notified();
            let is_awaited = self.is_awaited.load(Ordering::SeqCst);
            let limit = if is_awaited { bytes } else { bytes / BACKLOG };
            if self.held.load(Ordering::SeqCst) < limit {
                break;
            }
            taken.await;
        }
        // There may be room for another worker, which looks for itself. To wake all of them for each result takes more time
        // than the work.
        self.taken.notify_one();
    }
}
