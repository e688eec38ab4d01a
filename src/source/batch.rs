//! Conversations cross to the writing thread some at a time, since waking it for each takes longer than reading one.

use std::sync::Arc;

use super::Event;
use crate::model::Conversation;

/// Conversations are handed on when they have so many bytes together, or when no more have come yet.
const BATCH: usize = 256 * 1024;

/// Conversations that are handed on together.
#[derive(Debug, Default)]
pub struct Batch {
    conversations: Vec<Conversation>,
    /// The bytes that they were read from.
    size: usize,
    /// Those handed on. The last to let go frees them, and that is cheaper for the thread that made them: another one
    /// would fight over the allocator's lock.
    lent: Vec<Arc<Vec<Conversation>>>,
}

impl Batch {
    /// Adds one, that was read from so many bytes.
    pub fn push(&mut self, conversation: Conversation, size: usize) {
        self.conversations.push(conversation);
        self.size += size;
    }

    /// Whether it is time to hand it on.
    pub fn is_full(&self) -> bool {
        self.size >= BATCH
    }

    /// What to hand on, and an empty batch.
    pub fn take(&mut self) -> Option<Event> {
        self.lent.retain(|batch| Arc::strong_count(batch) > 1);
        self.size = 0;
        if self.conversations.is_empty() {
            return None;
        }
        let batch = Arc::new(std::mem::take(&mut self.conversations));
        self.lent.push(batch.clone());
        Some(Event::Conversations(batch))
    }
}
