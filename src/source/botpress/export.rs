//! Exports one bot: several workers fetch the listed conversations at once.

use std::sync::Arc;

use anyhow::{Result, bail};
use tokio::sync::mpsc::Sender;

use super::api::Api;
use super::circuit_breaker::CircuitBreaker;
use super::fetch::Fetcher;
use super::filter::Filter;
use super::list::Lister;
use super::options::{Options, Target};
use super::plan::Plan;
use super::send::send;
use super::user_cache::UserCache;
use crate::console::Console;
use crate::model::Conversation;
use crate::source::context::Context;
use crate::source::delta::Delta;
use crate::source::event::Event;
use crate::source::queue::{self, HeapSize, Limits};
use crate::source::selection::Selection;
use crate::usage::usage;

/// How many conversations may be listed before a worker fetches them: four times as many as are fetched at once by
/// default.
const MAX_WAITING: usize = 128;

/// How many conversations may be listed but not written yet.
const MAX_IN_FLIGHT: usize = 1024;

/// How many bytes of conversations may wait for an earlier one that is still being fetched.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many failures may wait to be counted before the workers stop. Otherwise they would go on asking an API that is down.
const MAX_UNCOUNTED: usize = 32;

/// An export of one bot.
#[derive(Debug)]
pub struct Botpress {
    fetcher: Fetcher,
    filter: Arc<Filter>,
    plan: Plan,
    limits: Limits,
    console: Console,
}

impl Botpress {
    /// Prepares the export. No request is sent yet.
    ///
    /// # Errors
    /// A usage error when flags cannot be combined, or when the bot id cannot be sent in a header.
    pub fn new(options: Options, selection: &Selection, context: &Context) -> Result<Self> {
        let filter = Arc::new(Filter::new(&options, selection));
        if selection.ids.is_some() && !filter.is_empty() {
            bail!(usage!(
                "--conversation names the conversations, so the other filters cannot be used with it"
            ));
        }
        let fetcher = Fetcher {
            api: Api::new(&options.target, context)?,
            filter: filter.clone(),
            users: options
                .with_users
                .then(|| UserCache::new(context.console.clone())),
            states: options.with_states,
            keep_raw: selection.keep_raw,
            ids_are_typed: selection.ids.as_ref().is_some_and(|ids| ids.typed),
            list_only: options.list_only,
            archive: None,
            started: selection.now,
        };
        Ok(Self {
            fetcher,
            filter,
            plan: Plan::of(selection),
            limits: Limits {
                workers: options.concurrency.into(),
                ordered: options.ordered,
                max_waiting: MAX_WAITING,
                max_in_flight: MAX_IN_FLIGHT,
                max_bytes: MAX_BYTES,
                max_items: selection.limit,
            },
            console: context.console.clone(),
        })
    }

    /// Asks only for what is new or changed. The range begins where the archive begins.
    #[must_use]
    pub fn with_delta(mut self, mut delta: Delta) -> Self {
        self.filter = Arc::new((*self.filter).clone().beginning(delta.begins_at));
        self.fetcher.filter = self.filter.clone();
        self.fetcher.archive = delta.archive.take();
        self.plan = Plan::Delta(Box::new(delta));
        self
    }

    /// Sends every selected conversation, in the order of the list (newest first) or of the given ids.
    ///
    /// # Errors
    /// When the list cannot be read to its end, the token is refused, or the API is down. Conversations that were
    /// listed before a list error are still sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let Self {
            fetcher,
            filter,
            plan,
            limits,
            console,
        } = self;
        let fetcher = Arc::new(fetcher);
        let workers = fetcher.clone();
        let fetch = move |start| {
            let worker = workers.clone();
            async move { worker.fetch(start).await }
        };
        let (queue, results) = queue::start(limits, fetch);
        let lister = Lister {
            fetcher: &fetcher,
            filter: &filter,
            console: &console,
            queue,
            listed: 0,
        };
        let breaker = CircuitBreaker::of(&plan);
        let sending = send(&fetcher, breaker, results, events);
        let listing = lister.list(&plan);
        tokio::pin!(sending, listing);
        // When sending ends, the list is not needed any more. When listing ends, the listed conversations are still
        // sent.
        tokio::select! {
            sent = &mut sending => sent,
            end = &mut listing => sending.await.and(end),
        }
    }
}

impl HeapSize for Result<Event> {
    fn heap_size(&self) -> usize {
        match self {
            Ok(Event::Conversations(conversations)) => {
                conversations.iter().map(Conversation::heap_size).sum()
            }
            // Not its size, which is next to nothing: it counts for the limit.
            Ok(Event::Failed(_)) => MAX_BYTES / MAX_UNCOUNTED,
            _ => 0,
        }
    }
}

/// Fetches one page of the list to check the token, the bot and the network.
///
/// # Errors
/// The errors of an export.
pub async fn check(target: &Target, context: &Context) -> Result<String> {
    let api = Api::new(target, context)?;
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
