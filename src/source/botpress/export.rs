//! An export of one bot: what is listed is fetched by several workers at once.

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
use super::user_cache::UserCache;
use crate::console::Console;
use crate::model::Conversation;
use crate::source::context::Context;
use crate::source::delta::Delta;
use crate::source::event::Event;
use crate::source::queue::{self, HeapSize, Limits, Results};
use crate::source::selection::Selection;
use crate::usage::usage;

/// How many conversations may be listed and not yet written.
const MAX_IN_FLIGHT: usize = 1024;

/// How many bytes of conversations may wait for their turn while one before them is fetched.
const MAX_BYTES: usize = 8 * 1024 * 1024;

/// A bot, and what is wanted of it.
#[derive(Debug)]
pub struct Botpress {
    fetcher: Fetcher,
    filter: Arc<Filter>,
    plan: Plan,
    limits: Limits,
    console: Console,
}

impl Botpress {
    /// Prepares the export. Nothing is asked yet.
    ///
    /// # Errors
    /// A usage error for flags that do not go together, or when the bot id cannot stand in a header.
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
            users: options.with_users.then(UserCache::default),
            states: options.with_states,
            keep_raw: selection.keep_raw,
            list_only: options.list_only,
        };
        Ok(Self {
            fetcher,
            filter,
            plan: selection.ids.clone().map_or(Plan::All, Plan::Ids),
            limits: Limits {
                workers: options.concurrency.into(),
                ordered: options.ordered,
                max_in_flight: MAX_IN_FLIGHT,
                max_bytes: MAX_BYTES,
                max_items: selection.limit,
            },
            console: context.console.clone(),
        })
    }

    /// Asks only for what is new or changed, in a range that begins where the archive does.
    #[must_use]
    pub fn with_delta(mut self, delta: Delta) -> Self {
        self.filter = Arc::new((*self.filter).clone().beginning(delta.begin));
        self.fetcher.filter = self.filter.clone();
        self.plan = Plan::Delta(Box::new(delta));
        self
    }

    /// Sends every conversation that was asked for, in the order of the list (newest first) or of the ids.
    ///
    /// # Errors
    /// When the list cannot be read to its end, the token is refused, or the API is down. What was listed before is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let Self {
            fetcher,
            filter,
            plan,
            limits,
            console,
        } = self;
        let list_only = fetcher.list_only;
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
        };
        let sending = send(CircuitBreaker::of(&plan), results, events, list_only);
        let listing = lister.list(&plan);
        tokio::pin!(sending, listing);
        // The list is no longer needed when sending has ended. What was listed is sent in any case.
        tokio::select! {
            sent = &mut sending => sent,
            end = &mut listing => sending.await.and(end),
        }
    }
}

async fn send(
    mut breaker: CircuitBreaker,
    mut results: Results<Result<Event>>,
    events: Sender<Event>,
    list_only: bool,
) -> Result<()> {
    loop {
        let Some(result) = results.next().await? else {
            return breaker.check();
        };
        let event = breaker.count(result?)?;
        // A list has no messages to compare with.
        let mismatch = mismatch(&event).filter(|_| !list_only);
        for event in mismatch.into_iter().chain([event]) {
            if events.send(event).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// The event that tells of a conversation with another number of messages than the vendor reports.
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

impl HeapSize for Result<Event> {
    fn heap_size(&self) -> usize {
        match self {
            Ok(Event::Conversations(some)) => some.iter().map(Conversation::heap_size).sum(),
            _ => 0,
        }
    }
}

/// Asks for one page of the list, to see whether token, bot and network are all right.
///
/// # Errors
/// As an export would fail.
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
