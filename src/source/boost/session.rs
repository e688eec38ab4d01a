//! What outlives one stream: where conversations are sent, and which were handled. When a broken stream is started
//! again, nothing is sent twice.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Error, Result, anyhow};
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::v4::{Names, Reach, Unknown};
use crate::console::Console;
use crate::model::Conversation;
use crate::source::batch::BatchSender;
use crate::source::delta::Delta;
use crate::source::event::{Clock, Event, FailedConversation, Proof};
use crate::source::id_set::IdSet;
use crate::source::selection::Ids;
use crate::time::Timestamp;

/// At most this many unknown fields are said. Their names may be keys of the user's, of which there is no end.
const MOST_UNKNOWN: usize = 100;

/// How to read a stream.
#[derive(Clone, Copy, Debug)]
pub struct ReadOptions {
    /// The largest size of a conversation, in bytes.
    pub max_element: usize,
    /// The maximum number of conversations.
    pub limit: u64,
    /// Whether the vendor's records are kept.
    pub keep_raw: bool,
}

/// An export that may take several streams.
#[derive(Debug)]
pub struct Session {
    pub options: ReadOptions,
    /// Where details go.
    pub console: Console,
    batch: BatchSender,
    /// The host of the site.
    account: Option<String>,
    /// The version of the API whose answers come. `None`: a saved answer.
    api: Option<Api>,
    /// Up to when an export with API v4 asks.
    reach: Option<Reach>,
    /// The names of API v4, if there is a site to ask for them.
    names: Option<Arc<Names>>,
    /// The fields that are not known and were said.
    unknown: BTreeSet<String>,
    /// The conversations that were handled, by id, or by position in the stream when the id cannot be read.
    seen: IdSet,
    /// How many conversations were handled.
    sent: u64,
    /// The number of the stream, when there are several.
    part: u32,
    /// Whether the count of a stream is the count of the whole export.
    announce: bool,
    /// The site's time by the header of its answer.
    server_time: Option<Timestamp>,
    /// Whether the site's time was sent.
    told_time: bool,
}

impl Session {
    /// Makes a session that has read nothing yet.
    pub fn new(
        options: ReadOptions,
        account: Option<String>,
        events: Sender<Event>,
        console: Console,
    ) -> Self {
        Self {
            options,
            console,
            batch: BatchSender::new(events),
            account,
            api: None,
            reach: None,
            names: None,
            unknown: BTreeSet::new(),
            seen: IdSet::default(),
            sent: 0,
            part: 0,
            announce: true,
            server_time: None,
            told_time: false,
        }
    }

    /// Gives ids of API v4 their names.
    #[must_use]
    pub fn with_names(mut self, names: Arc<Names>) -> Self {
        self.names = Some(names);
        self
    }

    /// The names of API v4.
    pub fn names(&self) -> Option<Arc<Names>> {
        self.names.clone()
    }

    /// The version of the API whose answers come. `None`: a saved answer.
    pub fn api(&self) -> Option<Api> {
        self.api
    }

    /// Notes an answer that begins: its version, and the site's time by its header. That is used when the stream does not
    /// tell the time. `reach` says up to when an export with API v4 asks.
    pub fn begin_answer(&mut self, api: Api, time: Option<Timestamp>, reach: Option<Reach>) {
        if !self.told_time {
            self.server_time = time;
        }
        self.api = Some(api);
        self.reach = reach;
    }

    /// Says that an answer was whole.
    pub fn tell_whole(&mut self, proof: Proof) {
        self.batch.send(Event::Whole(proof));
    }

    /// Says which fields are not known, each once.
    pub fn tell_unknown_fields(&mut self, unknown: &Unknown) {
        for field in unknown.fields() {
            let path = field.path();
            if self.unknown.len() == MOST_UNKNOWN || self.unknown.contains(&path) {
                continue;
            }
            let shape = &field.shape;
            self.console
                .detail(|| format!("API v4 has a field that is not known: {path} is {shape}"));
            self.unknown.insert(path);
        }
    }

    /// Sends the site's time when the first stream began, as the stream tells it.
    pub fn tell_time(&mut self, time: Option<Timestamp>) {
        if let Some(time) = time.or(self.server_time)
            && !self.told_time
        {
            self.told_time = true;
            self.server_time = Some(time);
            let reach = self.reach.map(|reach| reach.next_begins(time));
            self.batch.send(Event::Clock(Clock {
                now: time,
                next: reach.unwrap_or(time),
            }));
            if let Some(api) = self.api {
                self.batch.send(Event::Api(api));
            }
        }
    }

    /// The site's time when the first stream began, if it told it.
    pub fn time(&self) -> Option<Timestamp> {
        self.server_time.filter(|_| self.told_time)
    }

    /// Notes that the export has several streams, so the count of one stream is not the total.
    pub fn expect_several_streams(&mut self) {
        self.announce = false;
    }

    /// Notes that the next stream is a different one, not the same one again.
    pub fn begin_next_stream(&mut self) {
        self.part += 1;
    }

    /// Whether the limit is reached.
    pub fn has_enough(&self) -> bool {
        self.sent >= self.options.limit
    }

    /// Reports how many conversations will come.
    pub fn expect(&mut self, count: u64) {
        if self.announce {
            self.batch
                .send(Event::Expect(count.min(self.options.limit)));
        }
    }

    /// Sends a conversation that was read from `size` bytes, unless it was handled before. Returns false when the
    /// receiver is gone.
    pub fn send(&mut self, mut conversation: Conversation, size: usize) -> bool {
        if !self.seen.insert(&conversation.id) {
            return true;
        }
        self.sent += 1;
        conversation.account.clone_from(&self.account);
        self.batch.push(conversation, size)
    }

    /// Reports that the `number`th conversation of a stream cannot be read, unless it was handled before. Returns false
    /// when the receiver is gone.
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

    /// Sends the conversations of the batch.
    pub fn flush(&mut self) {
        self.batch.flush();
    }

    /// Reports that no conversation came, in these words.
    pub async fn tell_no_match(&self, text: Option<String>) {
        if let (0, Some(text)) = (self.sent, text) {
            self.batch.events().send(Event::NoMatch(text)).await.ok();
        }
    }

    /// Reports the conversations that were asked for by their ids alone and were not in the stream. Those of a list may have
    /// been deleted since.
    pub async fn tell_unknown(&self, wanted: &Ids, site: &str) {
        if self.has_enough() {
            return;
        }
        for id in wanted.ids.iter().filter(|id| !self.seen.contains(id)) {
            let missing = FailedConversation {
                id: Some(id.clone()),
                error: anyhow!(
                    "{site} sent no conversation {id}: there is none, or its end user never did anything"
                ),
            };
            let event = if wanted.typed {
                Event::NotFound(missing)
            } else {
                Event::Gone(missing)
            };
            self.batch.events().send(event).await.ok();
        }
    }

    /// Reports conversations that failed before and were not in the stream. If the stream was complete and the filters do
    /// not leave them out, they are gone.
    pub async fn tell_missing(&mut self, delta: &Delta, stream: Result<()>) {
        let broken = stream.err().map(|error| format!("{error:#}"));
        for id in delta.failed.iter().filter(|id| !self.seen.contains(id)) {
            let filtered = || {
                let is_unsure = delta.failed_elsewhere.contains(id);
                is_unsure.then(|| {
                    "it is gone, or the filters of this run leave it out; a run without them tells"
                        .to_owned()
                })
            };
            let why = broken.clone().or_else(filtered);
            let failed = |error| FailedConversation {
                id: Some(id.clone()),
                error,
            };
            let event = match why {
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
