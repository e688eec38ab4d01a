//! When what was written is made durable.

use std::time::Duration;

use tokio::time::Instant;

/// A checkpoint is due after this many conversations, or this long after the last one.
const CHECKPOINT: u64 = 100;
const CHECKPOINT_AFTER: Duration = Duration::from_secs(1);

/// When the next checkpoint is due.
pub struct Due {
    pub at: Instant,
    pub conversations: u64,
}

impl Due {
    pub fn new() -> Self {
        let at = Instant::now() + CHECKPOINT_AFTER;
        let conversations = 0;
        Self { at, conversations }
    }

    pub fn is_now(&self) -> bool {
        self.conversations >= CHECKPOINT || Instant::now() >= self.at
    }
}
