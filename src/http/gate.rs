//! The gate that all requests pass: closed while the vendor's rate limit has to recover.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::progress::Console;

/// Open unless a rate limit closed it; then all requests of the process wait together.
#[derive(Debug)]
pub struct Gate {
    closed_until: Mutex<Option<Instant>>,
    console: Console,
}

impl Gate {
    pub fn new(console: Console) -> Self {
        Self {
            closed_until: Mutex::new(None),
            console,
        }
    }

    /// Lets nobody pass for so long; a longer wait that is under way stays.
    pub fn close(&self, span: Duration) {
        let until = Instant::now() + span;
        let mut closed = self.lock();
        *closed = Some(closed.map_or(until, |earlier| earlier.max(until)));
    }

    /// Waits until the gate is open, telling the terminal how long it will be.
    pub async fn pass(&self) {
        while let Some(left) = self.left() {
            self.console.status(format!(
                "rate limited, waiting {} s",
                left.as_secs_f64().ceil()
            ));
            tokio::time::sleep(left.min(Duration::from_secs(1))).await;
        }
    }

    fn left(&self) -> Option<Duration> {
        let mut closed = self.lock();
        let left = closed.as_ref()?.saturating_duration_since(Instant::now());
        if left.is_zero() {
            *closed = None;
            self.console.status(String::new());
            return None;
        }
        Some(left)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.closed_until
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
