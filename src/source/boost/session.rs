//! What outlives one stream: where the conversations go, and which were dealt with. A broken stream is started again, and
//! nothing is sent twice.

use anyhow::{Error, Result, anyhow};
use tokio::sync::mpsc::Sender;

use crate::console::Console;
use crate::model::Conversation;
use crate::source::batch::BatchSender;
use crate::source::event::{Event, FailedConversation};
use crate::source::id_set::IdSet;

/// What is read of a stream.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// Conversations with more bytes are refused.
    pub max_element: usize,
    /// How many conversations at most.
    pub limit: u64,
    /// Whether the vendor's records are carried along.
    pub keep_raw: bool,
}

/// An export that may take several streams.
#[derive(Debug)]
pub struct Session {
    pub options: ReadOptions,
    /// Where details go.
    pub console: Console,
    batch: BatchSender,
    /// Conversations that were dealt with, by their ids, or else by their place in a stream.
    seen: IdSet,
    /// How many of them there are.
    sent: u64,
    /// Which of several streams it is.
    part: u32,
    /// Whether a stream's count of conversations is that of the export.
    announce: bool,
}

impl Session {
    /// Nothing read yet.
    pub fn new(options: ReadOptions, events: Sender<Event>, console: Console) -> Self {
        Self {
            options,
            console,
            batch: BatchSender::new(events),
            seen: IdSet::default(),
            sent: 0,
            part: 0,
            announce: true,
        }
    }

    /// The export has several streams, so that none of them tells how many conversations there are.
    pub fn expect_several_streams(&mut self) {
        self.announce = false;
    }

    /// The next stream is another one, and not the same again.
    pub fn begin_next_stream(&mut self) {
        self.part += 1;
    }

    /// Whether no more conversations are wanted.
    pub fn has_enough(&self) -> bool {
        self.sent >= self.options.limit
    }

    /// Tells how many conversations will come.
    pub fn expect(&mut self, count: u64) {
        if self.announce {
            self.batch
                .send(Event::Expect(count.min(self.options.limit)));
        }
    }

    /// Sends a conversation that was read from this many bytes, unless it was dealt with. Returns false when nobody
    /// listens any more.
    pub fn send(&mut self, conversation: Conversation, size: usize) -> bool {
        if !self.seen.insert(&conversation.id) {
            return true;
        }
        self.sent += 1;
        self.batch.push(conversation, size)
    }

    /// Tells that the `number`th conversation of a stream cannot be read, unless it was dealt with. Returns false when
    /// nobody listens any more.
    pub fn fail(&mut self, id: Option<String>, number: u64, error: &Error) -> bool {
        let name = id.clone().unwrap_or_else(|| format!("number {number}"));
        let key = id
            .clone()
            .unwrap_or_else(|| format!("{}/{name}", self.part));
        if !self.seen.insert(&key) {
            return true;
        }
        self.sent += 1;
        let error = anyhow!("{error:#}").context(format!("could not read conversation {name}"));
        self.batch
            .send(Event::Failed(FailedConversation { id, error }))
    }

    /// Sends what is in the batch.
    pub fn flush(&mut self) {
        self.batch.flush();
    }

    /// Tells what became of conversations that were asked for by their ids and have not come: they are gone if the
    /// stream was whole.
    pub async fn tell_missing(&mut self, ids: &[String], stream: Result<()>) {
        let why = stream.err().map(|error| format!("{error:#}"));
        for id in ids.iter().filter(|id| !self.seen.contains(id)) {
            let failed = |error| FailedConversation {
                id: Some(id.clone()),
                error,
            };
            let event = match &why {
                None => Event::Gone(failed(anyhow!(
                    "boost.ai has no conversation {id} any more"
                ))),
                Some(why) => Event::Failed(failed(anyhow!(
                    "could not read conversation {id} again: {why}"
                ))),
            };
            self.batch.events().send(event).await.ok();
        }
    }
}
