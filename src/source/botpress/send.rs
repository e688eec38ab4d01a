//! Sends what was fetched to the writing thread, in order.

use std::mem;
use std::sync::Arc;

use anyhow::Result;
use tokio::sync::mpsc::Sender;

use super::circuit_breaker::CircuitBreaker;
use super::fetch::Fetcher;
use crate::model::Conversation;
use crate::source::event::Event;
use crate::source::queue::Results;

/// Conversations that are ready are sent together until they take this many bytes of memory, since waking the writing
/// thread takes about as long as writing one.
const BATCH: usize = 64 * 1024;

/// The way to the writing thread.
struct Outlet {
    events: Sender<Event>,
    /// Conversations that are not sent yet.
    batch: Vec<Conversation>,
    /// How many bytes of memory they take.
    size: usize,
}

/// Sends the events in order, and before them the vendor's time when the run began.
pub async fn send(
    fetcher: &Fetcher,
    breaker: CircuitBreaker,
    results: Results<Result<Event>>,
    events: Sender<Event>,
) -> Result<()> {
    let mut outlet = Outlet {
        events,
        batch: Vec::new(),
        size: 0,
    };
    let sent = send_all(fetcher, breaker, results, &mut outlet).await;
    // What came before an error is sent, too.
    outlet.flush().await;
    sent
}

async fn send_all(
    fetcher: &Fetcher,
    mut breaker: CircuitBreaker,
    mut results: Results<Result<Event>>,
    outlet: &mut Outlet,
) -> Result<()> {
    let mut clock = true;
    loop {
        let result = match results.try_next()? {
            Some(result) => Some(result),
            None if outlet.flush().await => results.next().await?,
            None => return Ok(()),
        };
        let time = fetcher.api.client().server_time();
        if let Some(time) = time.filter(|_| mem::take(&mut clock)) {
            outlet.send(Event::Clock(time.into())).await;
        }
        let Some(result) = result else {
            return breaker.check();
        };
        let event = breaker.count(result?)?;
        // A list has no messages to count.
        let mismatch = mismatch(&event).filter(|_| !fetcher.list_only);
        for event in mismatch.into_iter().chain([event]) {
            if !outlet.send(event).await {
                return Ok(());
            }
        }
    }
}

/// Returns an event when a conversation does not have the number of messages that the vendor reports.
fn mismatch(event: &Event) -> Option<Event> {
    let Event::Conversations(conversations) = event else {
        return None;
    };
    let conversation = conversations.iter().find(|found| found.is_miscounted())?;
    Some(Event::CountMismatch {
        id: conversation.id.clone(),
        reported: conversation.reported_count?,
        found: conversation.messages.len() as u64,
    })
}

impl Outlet {
    /// Sends an event after the conversations that came before it, or keeps the conversation in it for a batch. Returns
    /// false when the receiver is gone.
    async fn send(&mut self, event: Event) -> bool {
        match event {
            Event::Conversations(conversations) => {
                self.size += conversations
                    .iter()
                    .map(Conversation::heap_size)
                    .sum::<usize>();
                self.batch.extend(Arc::unwrap_or_clone(conversations));
                self.size < BATCH || self.flush().await
            }
            event => self.flush().await && self.events.send(event).await.is_ok(),
        }
    }

    /// Sends the conversations that are not sent yet. Returns false when the receiver is gone.
    async fn flush(&mut self) -> bool {
        self.size = 0;
        let batch = mem::take(&mut self.batch);
        batch.is_empty() || {
            let event = Event::Conversations(Arc::new(batch));
            self.events.send(event).await.is_ok()
        }
    }
}
