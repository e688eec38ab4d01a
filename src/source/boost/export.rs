//! What outlives one stream: where the conversations go, and which were dealt with.

use std::io::Read;

use anyhow::{Context, Result, anyhow};
use tokio::sync::mpsc::Sender;

use super::stream::Broken;
use crate::progress::Console;
use crate::source::batch::Batch;
use crate::source::blocks;
use crate::source::seen::Seen;
use crate::source::{Event, Missing};

/// What is known beyond one stream: a broken one is started again, and nothing is sent twice.
#[derive(Debug)]
pub struct Export {
    /// Conversations above this many bytes are refused.
    pub max_element: usize,
    /// How many conversations are wanted at most.
    pub limit: u64,
    /// Whether records are carried along.
    pub keep_raw: bool,
    /// Where the conversations go.
    pub events: Sender<Event>,
    /// Where details go.
    pub console: Console,
    /// Conversations dealt with.
    pub seen: Seen,
    /// Conversations sent.
    pub sent: u64,
    /// Which of several streams it is: conversations without an id are told apart by their place in one.
    pub part: u32,
    /// Conversations on their way to `events`.
    pub batch: Batch,
    /// Whether a stream's count of conversations is that of the export.
    pub announce: bool,
}

impl Export {
    /// Reads one stream on a thread of its own.
    ///
    /// # Errors
    /// Only when the program breaks down; the stream's own are within.
    pub async fn parse(
        mut self,
        bytes: impl Read + Send + 'static,
    ) -> Result<(Self, Result<(), Broken>)> {
        let parsing = tokio::task::spawn_blocking(move || {
            let read = self.read(&blocks::of(bytes));
            (self, read)
        });
        parsing.await.context("the parser broke down")
    }

    /// Whether no more conversations are wanted.
    pub fn has_enough(&self) -> bool {
        self.sent >= self.limit
    }

    /// Tells what became of conversations that were asked for by their ids and have not come: they are gone if the
    /// stream was whole.
    pub async fn tell_missing(&mut self, ids: &[String], stream: Result<()>) {
        let why = stream.err().map(|error| format!("{error:#}"));
        for id in ids.iter().filter(|id| !self.seen.contains(id)) {
            let missing = |error| Missing {
                id: Some(id.clone()),
                error,
            };
            let event = match &why {
                None => Event::Gone(missing(anyhow!(
                    "boost.ai has no conversation {id} any more"
                ))),
                Some(why) => Event::Failed(missing(anyhow!(
                    "could not read conversation {id} again: {why}"
                ))),
            };
            self.events.send(event).await.ok();
        }
    }

    /// Sends an event after all that came before it; false when nobody listens any more.
    pub fn send(&mut self, event: Event) -> bool {
        self.flush() && self.events.blocking_send(event).is_ok()
    }

    /// Sends the batch; false when nobody listens any more.
    pub fn flush(&mut self) -> bool {
        self.batch
            .take()
            .is_none_or(|event| self.events.blocking_send(event).is_ok())
    }
}
