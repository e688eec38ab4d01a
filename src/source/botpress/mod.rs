//! Botpress Cloud: the list of conversations, and the messages of several of them at once.
//!
//! ```text
//! list pages --> work, in listing order --> `concurrency` workers --> results --> events
//!                                                                     put in order, unless each gets its own file
//! ```

mod api;
mod fetch;
mod filter;
mod list;
mod message;
mod people;
mod tally;
mod walk;

use std::sync::Arc;

use anyhow::{Result, bail};
use tokio::sync::mpsc::Sender;

use super::ids::{are_typed, conversation_ids};
use super::queue::{self, Results, Rules, Weigh};
use super::{Event, Increment};
use crate::cli::{BotpressArgs, BotpressTarget, NetworkArgs};
use crate::format::Format;
use crate::progress::Console;
use crate::time::Timestamp;
use crate::usage;
use api::Api;
use fetch::Fetcher;
use filter::Filter;
use list::{Lister, Plan};
pub use message::{conversation, message};
use people::People;
use tally::Tally;

/// How many conversations may be listed and not yet written.
const WINDOW: usize = 1024;

/// How many bytes of conversations may wait for their turn while one before them is fetched.
const WINDOW_BYTES: usize = 8 * 1024 * 1024;

/// A bot, and what is wanted of it.
#[derive(Debug)]
pub struct Botpress {
    fetcher: Fetcher,
    filter: Arc<Filter>,
    plan: Plan,
    limit: u64,
    concurrency: u16,
    /// Whether the conversations are written in the order of the list.
    ordered: bool,
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
        let format = Format::of(&args.output)?;
        let shows_all = format.has_states() || args.output.template.is_some();
        if !args.with_state.is_empty() && !shows_all {
            bail!(usage!(
                "--with-state: {} shows no states, give -f json or jsonl",
                format.name()
            ));
        }
        if args.with_users && !format.has_names() {
            bail!(usage!("--with-users: {} shows no names", format.name()));
        }
        let stdin_is_token = args
            .network
            .token_file
            .as_deref()
            .is_some_and(|path| path.as_os_str() == "-");
        let ids = conversation_ids(&args.select.conversation, stdin_is_token)?;
        let fetcher = Fetcher {
            api: Api::new(
                &args.target,
                &args.network,
                args.concurrency,
                console.clone(),
            )?
            .paged(args.page_size),
            filter: filter.clone(),
            people: args.with_users.then(People::default),
            states: args.with_state.clone(),
            keep_raw: !args.output.no_raw,
            list_only: args.list,
        };
        Ok(Self {
            fetcher,
            filter,
            plan: ids.map_or(Plan::All, |ids| Plan::Ids {
                ids,
                typed: are_typed(&args.select.conversation),
            }),
            limit: args.select.limit.unwrap_or(u64::MAX),
            concurrency: args.concurrency,
            ordered: args.output.output_dir.is_none(),
            console,
        })
    }

    /// Asks only for what is new or changed, in a range that begins where the archive does.
    #[must_use]
    pub fn only(mut self, increment: Increment) -> Self {
        self.filter = Arc::new((*self.filter).clone().beginning(increment.begin));
        self.fetcher.filter = self.filter.clone();
        self.plan = Plan::Increment(Box::new(increment));
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
            limit,
            concurrency,
            ordered,
            console,
        } = self;
        let fetcher = Arc::new(fetcher);
        let workers = fetcher.clone();
        let fetch = move |start| {
            let worker = workers.clone();
            async move { worker.fetch(start).await }
        };
        let rules = Rules {
            workers: concurrency.into(),
            ordered,
            pieces: WINDOW,
            bytes: WINDOW_BYTES,
            limit,
        };
        let (queue, results) = queue::start(rules, fetch);
        let lister = Lister {
            fetcher: &fetcher,
            filter: &filter,
            console: &console,
            queue,
        };
        let sending = send(Tally::of(&plan), results, events);
        let listing = lister.list(&plan);
        tokio::pin!(sending, listing);
        // The list is of no use any more when sending has ended; what it listed is sent in any case.
        tokio::select! {
            sent = &mut sending => sent,
            end = &mut listing => sending.await.and(end),
        }
    }
}

async fn send(
    mut tally: Tally,
    mut results: Results<Result<Event>>,
    events: Sender<Event>,
) -> Result<()> {
    loop {
        let Some(result) = results.next().await? else {
            return tally.check();
        };
        let event = tally.count(result?)?;
        if events.send(event).await.is_err() {
            return Ok(());
        }
    }
}

impl Weigh for Result<Event> {
    fn weight(&self) -> usize {
        match self {
            Ok(Event::Conversation(conversation) | Event::Listed(conversation)) => {
                conversation.weight()
            }
            _ => 0,
        }
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
    let api = Api::new(target, network, 1, console)?;
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
