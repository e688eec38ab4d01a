//! Sends conversations to the writing thread in batches, since waking it takes longer than reading a conversation.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::event::Event;
use crate::model::Conversation;

/// A batch is sent when its conversations were read from this many bytes, or when the reader has to wait for input.
const BATCH: usize = 192 * 1024;

/// Sends events from a thread that may block. Conversations are sent in batches.
#[derive(Debug)]
pub struct BatchSender {
    events: Sender<Event>,
    conversations: Vec<Conversation>,
    /// How many bytes these conversations were read from.
    size: usize,
    /// The batches that were sent. This thread frees them, because it allocated them, so that the allocator needs no
    /// atomic operations for it. An export from a file takes a fortieth more CPU time without that.
    sent: Vec<Arc<Vec<Conversation>>>,
}

impl BatchSender {
    /// Makes a sender with an empty batch.
    pub fn new(events: Sender<Event>) -> Self {
        Self {
            events,
            conversations: Vec::new(),
            size: 0,
            sent: Vec::new(),
        }
    }

    /// Adds a conversation that was read from `size` bytes, and sends the batch when it is full. Returns false when the
    /// receiver is gone.
    pub fn push(&mut self, conversation: Conversation, size: usize) -> bool {
        self.conversations.push(conversation);
        self.size += size;
        self.size < BATCH || self.flush()
    }

    /// Sends the batch and then this event. Returns false when the receiver is gone.
    pub fn send(&mut self, event: Event) -> bool {
        self.flush() && self.events.blocking_send(event).is_ok()
    }

    /// Sends the conversations of the batch. Returns false when the receiver is gone.
    pub fn flush(&mut self) -> bool {
        self.size = 0;
        if self.conversations.is_empty() {
            return true;
        }
        // Frees the batches that the receiver has dropped.
        self.sent.retain(|batch| Arc::strong_count(batch) > 1);
        let batch = Arc::new(std::mem::take(&mut self.conversations));
        self.sent.push(batch.clone());
        self.events
            .blocking_send(Event::Conversations(batch))
            .is_ok()
    }

    /// The channel, for asynchronous code.
    pub fn events(&self) -> &Sender<Event> {
        &self.events
    }
}
