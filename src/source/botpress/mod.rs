//! Botpress Cloud: the list of conversations, and the messages of several of them at once.
//!
//! ```text
//! list pages --> work, in listing order --> `concurrency` workers
//!           \                                  | a result each
//!            +--> places for the results, in the same order (a bounded window) --> events
//! ```

mod api;
mod message;
mod people;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::value::RawValue;
use tokio::sync::mpsc::{self, Receiver, Sender, UnboundedReceiver, UnboundedSender};
use tokio::sync::{Mutex, oneshot};

use super::seen::Seen;
use super::{Event, Missing, conversation_ids};
use crate::cli::BotpressArgs;
use crate::http::ApiError;
use crate::model::{Conversation, Message};
use crate::progress::Console;
use crate::time::Timestamp;
use crate::usage;
use api::Api;
use people::People;

/// How many conversations may be listed and not yet written; with their size this bounds the memory.
const WINDOW: usize = 64;

/// So many conversations in a row given up on: the API is down, and asking on for the rest helps nobody.
const GIVE_UP_AFTER: usize = 20;

/// A bot, and what is wanted of it.
#[derive(Debug)]
pub struct Botpress {
    api: Api,
    people: Option<People>,
    states: Vec<String>,
    ids: Vec<String>,
    filters: Vec<(String, String)>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    limit: u64,
    concurrency: usize,
    keep_raw: bool,
}

/// What a task starts from: an id of the command line, or a record of the listing.
enum Start {
    Id(String),
    Listed(Box<Conversation>),
}

impl Botpress {
    /// Prepares the export; nothing is asked yet.
    ///
    /// # Errors
    /// Mostly usage errors: no bot, no token, flags that do not go together.
    pub fn new(args: &BotpressArgs, console: Console) -> Result<Self> {
        let (since, until) = super::range(&args.select, args.output.timezone, Timestamp::now())?;
        let stdin_is_token = args
            .network
            .token_file
            .as_deref()
            .is_some_and(|path| path.as_os_str() == "-");
        let ids = conversation_ids(&args.select.conversation, stdin_is_token)?;
        let api = Api::new(args, console)?;
        let filters = filters(args, since, until);
        if !args.select.conversation.is_empty() && !filters.is_empty() {
            bail!(usage!(
                "--conversation names the conversations, so the other filters cannot be used with it"
            ));
        }
        Ok(Self {
            api,
            people: args.with_users.then(People::default),
            states: args.with_state.clone(),
            ids,
            filters,
            since,
            until,
            limit: args.select.limit.unwrap_or(u64::MAX),
            concurrency: args.concurrency.into(),
            keep_raw: !args.output.no_raw,
        })
    }

    /// Sends every conversation that was asked for, in the order of the list (newest first) or of the ids.
    ///
    /// # Errors
    /// When the list cannot be read to its end, the token is refused, or the API is down. What was listed before is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let job = Arc::new(self);
        let (work, todo) = mpsc::unbounded_channel();
        let (results, in_order) = mpsc::channel(WINDOW);
        let todo = Arc::new(Mutex::new(todo));
        for _ in 0..job.concurrency {
            tokio::spawn(job.clone().fetch_all(todo.clone()));
        }
        let queue = Queue {
            work,
            results,
            left: job.limit,
        };
        let (listed, sent) = tokio::join!(job.list(queue), job.send(in_order, events));
        sent.and(listed)
    }

    /// One of the `concurrency` workers: takes what is next, until nothing more can come.
    async fn fetch_all(self: Arc<Self>, todo: Arc<Mutex<UnboundedReceiver<Job>>>) {
        while let Some((start, reply)) = next(&todo).await {
            // The other end is gone when the export has been given up.
            reply.send(self.fetch(start).await).ok();
        }
    }

    async fn list(&self, mut queue: Queue) -> Result<()> {
        for id in &self.ids {
            if !queue.push(Start::Id(id.clone())).await {
                return Ok(());
            }
        }
        if !self.ids.is_empty() {
            return Ok(());
        }
        let mut seen = Seen::default();
        let mut walk = self.api.conversations(self.filters.clone());
        while let Some(page) = self.api.next_page(&mut walk).await? {
            for record in page {
                let conversation = message::conversation(record, self.keep_raw)
                    .context("could not read the list")?;
                let wanted = self.in_range(&conversation) && seen.insert(&conversation.id);
                if wanted && !queue.push(Start::Listed(Box::new(conversation))).await {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The API's bounds are both inclusive; ours are half-open.
    fn in_range(&self, conversation: &Conversation) -> bool {
        let created = conversation.created_at;
        self.since.is_none_or(|since| created >= Some(since))
            && self.until.is_none_or(|until| created < Some(until))
    }

    async fn send(&self, mut results: Receiver<Reply>, events: Sender<Event>) -> Result<()> {
        let (mut found, mut gone, mut failed_in_a_row) = (0, 0, 0);
        while let Some(reply) = results.recv().await {
            let event = reply.await.context("a task of the program broke down")??;
            match event {
                Event::Conversation(_) => (found, failed_in_a_row) = (found + 1, 0),
                Event::Gone(_) => gone += 1,
                Event::Failed(_) => failed_in_a_row += 1,
                Event::Expect(_) => {}
            }
            let event = match event {
                Event::Failed(last) if failed_in_a_row == GIVE_UP_AFTER => {
                    let context = format!("gave up after {GIVE_UP_AFTER} failures in a row");
                    return Err(last.error.context(context));
                }
                event => event,
            };
            if events.send(event).await.is_err() {
                return Ok(());
            }
        }
        if found == 0 && gone > 0 && gone == self.ids.len() {
            bail!(
                "none of the conversations asked for was found: check --conversation and --bot-id"
            );
        }
        Ok(())
    }

    /// Fetches one conversation, whole. An error ends the export; what concerns this conversation alone is an event.
    async fn fetch(&self, start: Start) -> Result<Event> {
        let id = match &start {
            Start::Id(id) => id.clone(),
            Start::Listed(conversation) => conversation.id.clone(),
        };
        match self.whole(start).await {
            Ok(conversation) => Ok(Event::Conversation(Box::new(conversation))),
            Err(error) => {
                let api = error.downcast_ref::<ApiError>();
                if api.is_some_and(ApiError::concerns_all) {
                    return Err(error);
                }
                let gone = api.is_some_and(ApiError::is_gone);
                let missing = Missing { id, error };
                Ok(if gone {
                    Event::Gone(missing)
                } else {
                    Event::Failed(missing)
                })
            }
        }
    }

    async fn whole(&self, start: Start) -> Result<Conversation> {
        let mut conversation = match start {
            Start::Listed(conversation) => *conversation,
            Start::Id(id) => {
                message::conversation(self.api.conversation(&id).await?, self.keep_raw)
                    .with_context(|| format!("could not read conversation {id}"))?
            }
        };
        conversation.messages = self.messages(&conversation.id).await?;
        if let Some(people) = &self.people {
            people.join(&self.api, &mut conversation).await?;
        }
        if !self.states.is_empty() {
            conversation.states = Some(self.read_states(&conversation.id).await?);
        }
        Ok(conversation)
    }

    /// All messages, oldest first, each once even if the pages moved under the walk.
    async fn messages(&self, id: &str) -> Result<Vec<Message>> {
        let mut messages = Vec::new();
        let mut seen = Seen::default();
        let mut walk = self.api.messages(id);
        while let Some(page) = self.api.next_page(&mut walk).await? {
            for record in page {
                let message = message::message(record, self.keep_raw)
                    .with_context(|| format!("could not read the messages of conversation {id}"))?;
                if seen.insert(&message.id) {
                    messages.push(message);
                }
            }
        }
        messages.reverse();
        // Stable, so that messages of one instant stay in the order of the list.
        messages.sort_by_key(|message| message.created_at);
        Ok(messages)
    }

    async fn read_states(&self, id: &str) -> Result<BTreeMap<String, Option<Box<RawValue>>>> {
        let mut states = BTreeMap::new();
        for name in &self.states {
            let payload = self.api.state(id, name).await?.map(super::raw::on_one_line);
            states.insert(name.clone(), payload);
        }
        Ok(states)
    }
}

/// A conversation to fetch, and where the result is waited for.
type Job = (Start, oneshot::Sender<Result<Event>>);
type Reply = oneshot::Receiver<Result<Event>>;

/// The way into the export: hands out the work and keeps the order of the results, up to the limit.
struct Queue {
    /// Unbounded, but never longer than `results`.
    work: UnboundedSender<Job>,
    results: Sender<Reply>,
    left: u64,
}

impl Queue {
    /// Adds one, waiting while the window is full. False when no more is wanted.
    async fn push(&mut self, start: Start) -> bool {
        let Ok(place) = self.results.reserve().await else {
            return false;
        };
        let (reply, result) = oneshot::channel();
        self.work.send((start, reply)).ok();
        place.send(result);
        self.left -= 1;
        self.left > 0
    }
}

async fn next(todo: &Mutex<UnboundedReceiver<Job>>) -> Option<Job> {
    todo.lock().await.recv().await
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
