//! Conversations are sent to the writing thread in batches, since waking it for each takes longer than reading one.

use tokio::sync::mpsc::Sender;

use super::event::Event;
use crate::model::Conversation;

/// A batch is sent when its conversations were read from this many bytes, or when no more have come yet.
const BATCH: usize = 256 * 1024;

/// Sends events from a thread of its own, conversations in batches.
#[derive(Debug)]
pub struct BatchSender {
    events: Sender<Event>,
    conversations: Vec<Conversation>,
    /// The bytes that they were read from.
    size: usize,
}

impl BatchSender {
    /// An empty batch.
    pub fn new(events: Sender<Event>) -> Self {
        Self {
            events,
            conversations: Vec::new(),
            size: 0,
        }
    }

    /// Adds a conversation that was read from this many bytes, and sends the batch when it is full. Returns false when
    /// nobody listens any more.
    pub fn push(&mut self, conversation: Conversation, size: usize) -> bool {
        self.conversations.push(conversation);
        self.size += size;
        self.size < BATCH || self.flush()
    }

    /// Sends an event after everything that came before it. Returns false when nobody listens any more.
    pub fn send(&mut self, event: Event) -> bool {
        self.flush() && self.events.blocking_send(event).is_ok()
    }

    /// Sends what is in the batch. Returns false when nobody listens any more.
    pub fn flush(&mut self) -> bool {
        self.size = 0;
        if self.conversations.is_empty() {
            return true;
        }
        let batch = Event::Conversations(std::mem::take(&mut self.conversations));
        self.events.blocking_send(batch).is_ok()
    }

    /// The channel itself, for asynchronous code.
    pub fn events(&self) -> &Sender<Event> {
        &self.events
    }
}
