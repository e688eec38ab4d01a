//! Fetches a conversation: its record, its messages, and the other parts that are wanted.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use serde_json::value::RawValue;

use super::api::Api;
use super::filter::Filter;
use super::handover;
use super::message;
use super::record_id;
use super::user_cache::UserCache;
use crate::http::ApiError;
use crate::model::{Conversation, Message, Record, Side, Vendor};
use crate::source::delta::SharedReader;
use crate::source::event::{Event, FailedConversation};
use crate::source::queue::Named;
use crate::time::{Span, Timestamp};

/// How far before the last known message or run to ask again, for what came late.
pub const OVERLAP: Span = Span::hours(1);

/// A message that is younger than this cannot have been deleted by the vendor's retention of 90 days
/// (vendors/botpress.md, Why people export).
pub const RETENTION: Span = Span::days(89);

/// Fetches conversations.
#[derive(Debug)]
pub struct Fetcher {
    pub api: Api,
    pub filter: Arc<Filter>,
    pub users: Option<UserCache>,
    pub states: Vec<String>,
    pub keep_raw: bool,
    /// Whether the user typed the ids of the conversations that are wanted.
    pub ids_are_typed: bool,
    /// Whether only the list is wanted, without messages.
    pub list_only: bool,
    /// What earlier runs fetched.
    pub archive: Option<SharedReader>,
    /// When the run began.
    pub started: Timestamp,
}

/// What is known of a conversation before it is fetched.
#[derive(Debug)]
pub enum Start {
    /// An id that was asked for.
    Id(String),
    /// The id of a conversation that has changed. It may not pass the filter.
    Changed(String),
    /// A conversation of the list, without its messages.
    Listed(Box<Conversation>),
    /// The id of a conversation that the archive has as the list shows it.
    Unchanged(String),
    /// A record of the list that cannot be read.
    Broken(FailedConversation),
    /// No conversation: the list moved each time it was read.
    Moved,
    /// No conversation: none passes the filter. Says so in words.
    NoMatch(String),
}

impl Named for Start {
    fn name(&self) -> String {
        match self {
            Self::Id(id) | Self::Changed(id) | Self::Unchanged(id) => format!("conversation {id}"),
            Self::Listed(conversation) => format!("conversation {}", conversation.id),
            Self::Broken(_) | Self::Moved | Self::NoMatch(_) => {
                "a conversation of the list".to_owned()
            }
        }
    }
}

impl Fetcher {
    /// Fetches one conversation. An error ends the export; a failure of this conversation alone is an event.
    pub async fn fetch(&self, start: Start) -> Result<Event> {
        let start = match start {
            Start::Listed(conversation) if self.list_only => {
                return Ok(Event::Conversations(Arc::new(vec![*conversation])));
            }
            start => start,
        };
        let id = match &start {
            Start::Unchanged(id) => return Ok(Event::Unchanged(id.clone())),
            Start::Moved => return Ok(Event::ListMoved),
            Start::NoMatch(text) => return Ok(Event::NoMatch(text.clone())),
            Start::Id(id) | Start::Changed(id) => Some(id.clone()),
            Start::Listed(conversation) => Some(conversation.id.clone()),
            Start::Broken(missing) => missing.id.clone(),
        };
        if let (Some(archive), Some(id)) = (&self.archive, &id)
            && archive
                .get()
                .is_forgotten(Vendor::Botpress, self.api.bot(), id)?
        {
            return Ok(Event::Forgotten(id.clone()));
        }
        let error = match self.fetch_whole(start).await {
            Ok(Some(conversation)) => {
                return Ok(Event::Conversations(Arc::new(vec![conversation])));
            }
            Ok(None) => return Ok(Event::Skipped),
            Err(error) => error,
        };
        match error.downcast_ref::<ApiError>() {
            Some(api) if api.concerns_all() => Err(error),
            Some(api) if api.is_gone() && self.ids_are_typed => {
                let error = anyhow!("{error:#}; check --conversation and --bot-id");
                Ok(Event::NotFound(FailedConversation { id, error }))
            }
            Some(api) if api.is_gone() => Ok(Event::Gone(FailedConversation { id, error })),
            _ => Ok(Event::Failed(FailedConversation { id, error })),
        }
    }

    /// The vendor's time when the run began, once it has answered.
    pub fn now(&self) -> Timestamp {
        self.api.client().server_time().unwrap_or(self.started)
    }

    async fn fetch_whole(&self, start: Start) -> Result<Option<Conversation>> {
        let mut side = None;
        let mut conversation = match start {
            Start::Listed(conversation) => *conversation,
            Start::Unchanged(_) | Start::Moved | Start::NoMatch(_) => return Ok(None),
            Start::Broken(missing) => return Err(missing.error),
            Start::Id(id) => self.read(&id, &self.api.conversation(&id).await?)?,
            Start::Changed(id) => {
                let record = self.api.conversation(&id).await?;
                if !self.filter.accepts(&record) {
                    return Ok(None);
                }
                let mut conversation = self.read(&id, &record)?;
                if self.list_only {
                    return Ok(Some(conversation));
                }
                side = self.add_new_messages(&mut conversation).await?;
                conversation
            }
        };
        let side = match side {
            Some(side) => side,
            None => self.add_messages(&mut conversation).await?,
        };
        if let Some(users) = &self.users {
            users.join(&self.api, &mut conversation, side).await?;
        }
        handover::describe(&mut conversation, side);
        if !self.states.is_empty() {
            conversation.states = Some(self.read_states(&conversation.id).await?);
        }
        Ok(Some(conversation))
    }

    fn read(&self, id: &str, record: &RawValue) -> Result<Conversation> {
        let conversation = self.conversation(record);
        conversation.with_context(|| format!("could not read conversation {id}"))
    }

    /// Reads the record of a conversation of the bot.
    pub fn conversation(&self, record: &RawValue) -> Result<Conversation> {
        let mut conversation = message::conversation(record, self.keep_raw)?;
        conversation.account = Some(self.api.bot().to_owned());
        Ok(conversation)
    }

    /// Fetches all messages of a conversation. Returns which side of a handover it is.
    async fn add_messages(&self, conversation: &mut Conversation) -> Result<Side> {
        let mut side;
        (conversation.messages, side) = self.messages(conversation, None, false).await?;
        if conversation.is_miscounted() {
            // A message may have been added between the two calls, so both are made again, once.
            let record = self.api.conversation(&conversation.id).await?;
            *conversation = self.read(&conversation.id, &record)?;
            (conversation.messages, side) = self.messages(conversation, None, false).await?;
        }
        Ok(side)
    }

    /// Fetches the messages that the archive does not have, and those of the last hour before them. Returns `None` when
    /// the archive does not have the conversation, or when these messages cannot be all.
    async fn add_new_messages(&self, conversation: &mut Conversation) -> Result<Option<Side>> {
        let Some(archive) = &self.archive else {
            return Ok(None);
        };
        let (account, id) = (self.api.bot(), conversation.id.clone());
        let recent = self.started.minus(RETENTION);
        let known = archive
            .get()
            .messages(Vendor::Botpress, account, &id, recent)?;
        let Some((known, last_at)) = known.and_then(|known| Some((known, known.last_at?))) else {
            return Ok(None);
        };
        let since = last_at.minus(OVERLAP);
        let (messages, side) = self
            .messages(conversation, Some(since), known.is_ticket)
            .await?;
        let mut new = 0;
        for message in &messages {
            new += u64::from(!archive.get().has_message(
                Vendor::Botpress,
                account,
                &id,
                &message.id,
            )?);
        }
        if !known.agrees_with(conversation.reported_count, new) {
            return Ok(None);
        }
        conversation.messages = messages;
        conversation.fetched_since = Some(since);
        Ok(Some(side))
    }

    /// Fetches the messages since a time, or all, oldest first. Each is returned once, even if the pages shift meanwhile.
    async fn messages(
        &self,
        conversation: &Conversation,
        since: Option<Timestamp>,
        is_known_ticket: bool,
    ) -> Result<(Vec<Message>, Side)> {
        let id = &conversation.id;
        let mut messages = Vec::new();
        let mut pager = self.api.messages(id, since);
        while let Some(page) = pager.next_page(self.api.client()).await? {
            for record in page {
                check_conversation(&record, id)?;
                let message = message::message(&record, self.keep_raw);
                messages.push(message.with_context(|| {
                    format!("could not read the messages of conversation {id}")
                })?);
            }
        }
        messages.reverse();
        // The sort is stable, so that messages with the same time stay in the order of the list. One without a time
        // stays behind the one before it.
        let mut before = None;
        messages.sort_by_cached_key(|(message, _)| {
            before = message.created_at.or(before);
            before
        });
        let side = handover::settle(&mut messages, &conversation.tags, is_known_ticket);
        let messages = messages.into_iter().map(|(message, _)| message);
        Ok((messages.collect(), side))
    }

    async fn read_states(&self, id: &str) -> Result<BTreeMap<String, Option<Record>>> {
        let mut states = BTreeMap::new();
        for name in &self.states {
            let payload = self
                .api
                .state(id, name)
                .await?
                .map(|raw| Record::of_json(raw.get()));
            states.insert(name.clone(), payload);
        }
        Ok(states)
    }
}

/// Fails for a message of another conversation: the server does not heed which one was asked for.
fn check_conversation(record: &RawValue, id: &str) -> Result<()> {
    let found = record_id::conversation_id(record);
    match found.filter(|found| found != id) {
        None => Ok(()),
        Some(other) => bail!(
            "the list of messages of conversation {id} has a message of conversation {other}, so no message is taken from it"
        ),
    }
}
