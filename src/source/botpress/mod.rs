//! Botpress Cloud: the list of conversations, and the messages of several of them at once.
//!
//! ```text
//! list pages --> work, in listing order --> `concurrency` workers
//!           \                                  | a result each
//!            +--> places for the results, in the same order (a bounded window) --> events
//! ```

mod api;
mod fetch;
mod message;
mod people;
mod queue;
mod walk;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::value::RawValue;
use tokio::sync::mpsc::Sender;

use super::{Event, Missing, conversation_ids};
use crate::cli::BotpressArgs;
use crate::format::Format;
use crate::http::ApiError;
use crate::model::Conversation;
use crate::progress::Console;
use crate::time::Timestamp;
use crate::usage;
use api::Api;
use fetch::{Fetcher, Start};
use people::People;
use queue::{Queue, Results};

/// How many conversations may be listed and not yet written; with their size this bounds the memory.
const WINDOW: usize = 64;

/// So many conversations in a row given up on: the API is down, and asking on for the rest helps nobody.
const GIVE_UP_AFTER: usize = 20;

/// So many conversations of the list, and all of them gone: it is not they that are missing.
const NEVER_ALL_GONE: usize = 4;

/// A bot, and what is wanted of it.
#[derive(Debug)]
pub struct Botpress {
    fetcher: Arc<Fetcher>,
    /// The ids of the command line; the list is not asked for then.
    ids: Option<Vec<String>>,
    filters: Vec<(String, String)>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    limit: u64,
    concurrency: usize,
}

impl Botpress {
    /// Prepares the export; nothing is asked yet.
    ///
    /// # Errors
    /// Mostly usage errors: no bot, no token, flags that do not go together.
    pub fn new(args: &BotpressArgs, console: Console) -> Result<Self> {
        let (since, until) = super::range(&args.select, args.output.timezone, Timestamp::now())?;
        let filters = filters(args, since, until);
        let named = !args.select.conversation.is_empty();
        if named && !filters.is_empty() {
            bail!(usage!(
                "--conversation names the conversations, so the other filters cannot be used with it"
            ));
        }
        if !args.with_state.is_empty() && Format::of(&args.output)? == Format::Text {
            bail!(usage!(
                "--with-state: transcripts show no states, give -f json or jsonl"
            ));
        }
        let stdin_is_token = args
            .network
            .token_file
            .as_deref()
            .is_some_and(|path| path.as_os_str() == "-");
        let ids = conversation_ids(&args.select.conversation, stdin_is_token)?;
        let fetcher = Fetcher {
            api: Api::new(args, console)?,
            people: args.with_users.then(People::default),
            states: args.with_state.clone(),
            keep_raw: !args.output.no_raw,
        };
        Ok(Self {
            fetcher: Arc::new(fetcher),
            ids: named.then_some(ids),
            filters,
            since,
            until,
            limit: args.select.limit.unwrap_or(u64::MAX),
            concurrency: args.concurrency.into(),
        })
    }

    /// Sends every conversation that was asked for, in the order of the list (newest first) or of the ids.
    ///
    /// # Errors
    /// When the list cannot be read to its end, the token is refused, or the API is down. What was listed before is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let fetcher = self.fetcher.clone();
        let fetch = move |start| {
            let fetcher = fetcher.clone();
            async move { fetcher.fetch(start).await }
        };
        let (queue, results) = queue::start(self.concurrency, WINDOW, self.limit, fetch);
        let sending = self.send(results, events);
        let listing = self.list(queue);
        tokio::pin!(sending, listing);
        // The list is of no use any more when sending has ended; what it listed is sent in any case.
        tokio::select! {
            sent = &mut sending => sent,
            listed = &mut listing => sending.await.and(listed),
        }
    }

    async fn list(&self, mut queue: Queue<Start, Result<Event>>) -> Result<()> {
        if let Some(ids) = &self.ids {
            for id in ids {
                if !queue.push(Start::Id(id.clone())).await {
                    break;
                }
            }
            return Ok(());
        }
        let mut walk = self.fetcher.api.conversations(self.filters.clone());
        while let Some(page) = walk.next_page(self.fetcher.api.client()).await? {
            for start in page.into_iter().filter_map(|record| self.start(record)) {
                if !queue.push(start).await {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// What to fetch for a record of the list, nothing when it lies outside the range.
    fn start(&self, record: Box<RawValue>) -> Option<Start> {
        let id = message::id(&record);
        match message::conversation(record, self.fetcher.keep_raw) {
            Ok(conversation) => self
                .in_range(&conversation)
                .then(|| Start::Listed(Box::new(conversation))),
            Err(error) => {
                let id = id.unwrap_or_else(|| "without an id".to_owned());
                let error = error.context(format!("could not read conversation {id} of the list"));
                Some(Start::Broken(Missing { id, error }))
            }
        }
    }

    /// The API's bounds are both inclusive; ours are half-open.
    fn in_range(&self, conversation: &Conversation) -> bool {
        let created = conversation.created_at;
        self.since.is_none_or(|since| created >= Some(since))
            && self.until.is_none_or(|until| created < Some(until))
    }

    async fn send(&self, mut results: Results<Result<Event>>, events: Sender<Event>) -> Result<()> {
        let mut tally = Tally::default();
        while let Some(result) = results.next().await {
            let event = result.context("a task of the program broke down")??;
            let event = tally.count(event)?;
            if events.send(event).await.is_err() {
                return Ok(());
            }
        }
        tally.check(self.ids.is_some())
    }
}

/// What came of the conversations, to tell when it is not they that are at fault.
#[derive(Default)]
struct Tally {
    found: usize,
    gone: usize,
    failed: usize,
    /// Failures in a row that might pass later.
    unreached: usize,
}

impl Tally {
    /// Passes an event on, unless it is time to give up.
    fn count(&mut self, event: Event) -> Result<Event> {
        match event {
            Event::Conversation(_) => self.found += 1,
            Event::Gone(_) => self.gone += 1,
            Event::Expect(_) => {}
            Event::Failed(missing) => return self.count_failure(missing),
        }
        self.unreached = 0;
        Ok(event)
    }

    fn count_failure(&mut self, missing: Missing) -> Result<Event> {
        let api = missing.error.downcast_ref::<ApiError>();
        let refused = api.is_some_and(ApiError::is_refusal);
        self.failed += 1;
        self.unreached = if refused || api.is_some_and(ApiError::is_transient) {
            self.unreached + 1
        } else {
            0
        };
        if self.unreached == GIVE_UP_AFTER {
            let context = format!("gave up after {GIVE_UP_AFTER} failures in a row");
            return Err(missing.error.context(context));
        }
        Ok(Event::Failed(missing))
    }

    fn check(&self, named: bool) -> Result<()> {
        if self.found + self.failed > 0 {
            return Ok(());
        }
        if named && self.gone > 0 {
            bail!(
                "none of the conversations asked for was found: check --conversation and --bot-id"
            );
        }
        if self.gone >= NEVER_ALL_GONE {
            bail!(
                "the list has {} conversations, and all of them are said not to exist: check --base-url",
                self.gone
            );
        }
        Ok(())
    }
}

/// The listing's query, as the official client writes it: arrays as repeated keys, tags with dots.
fn filters(
    args: &BotpressArgs,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Vec<(String, String)> {
    let one = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let tags = args
        .tag
        .iter()
        .map(|(key, value)| (format!("tags.{key}"), value.clone()));
    let participants = args
        .participant
        .iter()
        .map(|id| ("participantIds".to_owned(), id.clone()));
    [
        one("afterDate", since.map(Timestamp::to_query)),
        one("beforeDate", until.map(Timestamp::to_query)),
        one("channel", args.channel.clone()),
        one("integrationName", args.integration.clone()),
    ]
    .into_iter()
    .flatten()
    .chain(tags)
    .chain(participants)
    .collect()
}
