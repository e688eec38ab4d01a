//! Keeps whole files. To make a file durable takes longer than to download it, so files that are whole meanwhile are kept
//! together, by whoever comes next.

use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit};

use super::intake::Taken;
use super::store::Store;
use crate::model::MediaFile;

/// How many whole files may wait. Each is open.
const ROOM: usize = 64;

/// Keeps whole files.
pub struct Keeper {
    pub store: Arc<Store>,
    whole: Mutex<Vec<(u128, Taken)>>,
    turn: tokio::sync::Mutex<()>,
    room: Semaphore,
}

impl Keeper {
    pub fn new(store: Store) -> Self {
        Self {
            store: Arc::new(store),
            whole: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
            room: Semaphore::new(ROOM),
        }
    }

    /// Waits for room for a whole file, so that downloads wait when the disk is slower than the network.
    pub async fn room(&self) -> Option<SemaphorePermit<'_>> {
        self.room.acquire().await.ok()
    }

    /// Keeps the file of an address. Returns what was kept: this file with others, or nothing when it was kept with
    /// another.
    pub async fn keep(&self, address: u128, file: Taken) -> io::Result<Vec<(u128, MediaFile)>> {
        self.whole().push((address, file));
        let _turn = self.turn.lock().await;
        let whole = mem::take(&mut *self.whole());
        if whole.is_empty() {
            return Ok(Vec::new());
        }
        // This waits for the disk, on a thread of its own: the threads of the network stay the same two, so their buffers
        // are used again.
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || store.keep(whole)).await?
    }

    fn whole(&self) -> MutexGuard<'_, Vec<(u128, Taken)>> {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
