//! Botpress Cloud: the list of conversations, and the messages of several of them at once.
//!
//! ```text
//! list pages --> work, in listing order --> `concurrency` workers
//!           \                                  | a result each
//!            +--> places for the results, in the same order (a bounded window) --> events
//! ```

mod api;
mod fetch;
mod filter;
mod list;
mod message;
mod people;
mod queue;
mod walk;

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::Sender;

use super::{Event, Increment, Missing, conversation_ids};
use crate::cli::{BotpressArgs, BotpressTarget, NetworkArgs};
use crate::format::Format;
use crate::http::ApiError;
use crate::progress::Console;
use crate::time::Timestamp;
use crate::usage;
use api::Api;
use fetch::Fetcher;
use filter::Filter;
use list::{Lister, Plan};
use people::People;
use queue::Results;

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
    filter: Arc<Filter>,
    plan: Plan,
    limit: u64,
    concurrency: usize,
    console: Console,
}

impl Botpress {
    /// Prepares the export; nothing is asked yet.
    ///
    /// # Errors
    /// Mostly usage errors: no bot, no token, flags that do not go together.
    pub fn new(args: &BotpressArgs, console: Console) -> Result<Self> {
        let (since, until) = super::range(&args.select, args.output.timezone, Timestamp::now())?;
        let filter = Arc::new(Filter::new(args, since, until));
        let named = !args.select.conversation.is_empty();
        if named && !filter.is_empty() {
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
            api: Api::new(&args.target, args.page_size, &args.network, console.clone())?,
            filter: filter.clone(),
            people: args.with_users.then(People::default),
            states: args.with_state.clone(),
            keep_raw: !args.output.no_raw,
        };
        Ok(Self {
            fetcher: Arc::new(fetcher),
            filter,
            plan: if named { Plan::Ids(ids) } else { Plan::All },
            limit: args.select.limit.unwrap_or(u64::MAX),
            concurrency: args.concurrency.into(),
            console,
        })
    }

    /// Asks only for what is new or changed.
    #[must_use]
    pub fn only(mut self, increment: Increment) -> Self {
        self.plan = Plan::Increment(Box::new(increment));
        self
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
        let lister = Lister {
            fetcher: &self.fetcher,
            filter: &self.filter,
            console: &self.console,
            queue,
        };
        let sending = self.send(results, events);
        let listing = lister.list(&self.plan);
        tokio::pin!(sending, listing);
        // The list is of no use any more when sending has ended; what it listed is sent in any case.
        tokio::select! {
            sent = &mut sending => sent,
            end = &mut listing => sending.await.and(end),
        }
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
        tally.check(matches!(self.plan, Plan::Ids(_)))
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
            Event::Conversations(ref some) => self.found += some.len(),
            Event::Gone(_) => self.gone += 1,
            Event::Expect(_) | Event::Skipped => {}
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

/// Asks for one page of the list: whether token, bot and network are all right.
///
/// # Errors
/// As an export would fail.
pub async fn check(
    target: &BotpressTarget,
    network: &NetworkArgs,
    console: Console,
) -> Result<String> {
    let api = Api::new(target, None, network, console)?;
    let page = api
        .conversations(Vec::new())
        .next_page(api.client())
        .await?;
    let found = page.map_or(0, |page| page.len());
    let more = if found == 0 {
        "no conversations"
    } else {
        "it has conversations"
    };
    Ok(format!(
        "{} answers and the token may read it: {more}",
        api.name()
    ))
}
