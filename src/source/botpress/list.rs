//! Which conversations to fetch, handed to the queue in the order of the output.

use std::collections::HashSet;

use anyhow::{Context, Result};
use serde_json::value::RawValue;

use super::fetch::{Fetcher, Start};
use super::filter::Filter;
use super::message;
use super::plan::Plan;
use super::record_id;
use crate::console::Console;
use crate::http::ApiError;
use crate::model::Conversation;
use crate::source::delta::{Delta, ListedVersion};
use crate::source::event::FailedConversation;
use crate::source::queue::Queue;
use crate::time::Timestamp;

/// What a look at a record of the list tells.
enum Look {
    /// It is dealt with elsewhere.
    Pass,
    /// It is in the output as it is.
    Unchanged,
    Fetch,
}

/// Lists what a plan asks for.
pub struct Lister<'a> {
    pub fetcher: &'a Fetcher,
    pub filter: &'a Filter,
    pub console: &'a Console,
    pub queue: Queue<Start>,
}

impl Lister<'_> {
    /// Hands everything to the queue, or as much as is wanted.
    pub async fn list(mut self, plan: &Plan) -> Result<()> {
        match plan {
            Plan::Ids(ids) => {
                for id in &ids.ids {
                    if !self.queue.push(Start::Id(id.clone())).await {
                        break;
                    }
                }
                Ok(())
            }
            Plan::All => self.list_from(None, |_| Look::Fetch).await.map(drop),
            Plan::Delta(delta) => self.delta(delta).await,
        }
    }

    async fn delta(&mut self, delta: &Delta) -> Result<()> {
        for id in &delta.failed {
            self.queue.push(Start::Id(id.clone())).await;
        }
        let handled: HashSet<&str> = delta
            .failed
            .iter()
            .chain(&delta.done)
            .map(String::as_str)
            .collect();
        let open = |conversation: &Conversation| {
            let handled = handled.contains(conversation.id.as_str());
            if handled { Look::Pass } else { Look::Fetch }
        };
        let Some(since) = delta.since else {
            return self.list_from(None, open).await.map(drop);
        };
        let changed = match self.changed(since).await {
            Ok(changed) => changed,
            Err(error) if is_refused(&error) => {
                self.console
                    .detail(|| format!("{error:#}; comparing the whole list instead"));
                let look = |conversation: &Conversation| match open(conversation) {
                    Look::Fetch if !in_doubt(conversation, delta, since) => Look::Unchanged,
                    look => look,
                };
                return self.list_from(None, look).await.map(drop);
            }
            Err(error) => return Err(error),
        };
        let listed = self.list_from(Some(since), open).await?;
        let selected = if self.filter.may_change() {
            Some(self.ids().await?)
        } else {
            None
        };
        let is_selected = |id: &String| {
            selected
                .as_ref()
                .is_none_or(|selected| selected.contains(id))
        };
        let joined = selected
            .iter()
            .flatten()
            .filter(|id| !delta.known.contains_key(*id));
        let seen: HashSet<&String> = changed.iter().collect();
        let joined: Vec<_> = joined.filter(|id| !seen.contains(id)).cloned().collect();
        for id in changed
            .iter()
            .filter(|id| is_selected(id))
            .cloned()
            .chain(joined)
        {
            if !handled.contains(id.as_str()) && !listed.contains(&id) {
                self.queue.push(Start::Changed(id)).await;
            }
        }
        Ok(())
    }

    /// The conversations with messages since then, of the whole bot, by one walk without a conversation's id
    /// (vendors/botpress.md: `updatedAt` does not tell).
    async fn changed(&self, since: Timestamp) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        let mut seen = HashSet::new();
        let mut walk = self.fetcher.api.messages_since(since);
        while let Some(page) = walk.next_page(self.fetcher.api.client()).await? {
            for record in page {
                let id = record_id::conversation_id(&record);
                let id = id.context(
                    "a message of the bot does not say which conversation it belongs to",
                )?;
                if seen.insert(id.clone()) {
                    changed.push(id);
                }
            }
        }
        Ok(changed)
    }

    /// Hands on what the list has from then on, as `look` says; which ids were to be fetched.
    async fn list_from(
        &mut self,
        from: Option<Timestamp>,
        look: impl Fn(&Conversation) -> Look,
    ) -> Result<HashSet<String>> {
        let mut listed = HashSet::new();
        let mut walk = self.fetcher.api.conversations(self.filter.query(from));
        while let Some(page) = walk.next_page(self.fetcher.api.client()).await? {
            let starts = page
                .into_iter()
                .filter_map(|record| self.start(&record, &look));
            for start in starts.collect::<Vec<_>>() {
                // Remembered only where it is asked for: the whole list may be long.
                if let (Some(_), Start::Listed(conversation)) = (from, &start) {
                    listed.insert(conversation.id.clone());
                }
                if !self.queue.push(start).await {
                    return Ok(listed);
                }
            }
        }
        Ok(listed)
    }

    /// The ids of everything that the filter lets through.
    async fn ids(&self) -> Result<HashSet<String>> {
        let mut ids = HashSet::new();
        let mut walk = self.fetcher.api.conversations(self.filter.query(None));
        while let Some(page) = walk.next_page(self.fetcher.api.client()).await? {
            ids.extend(page.iter().filter_map(|record| record_id::id(record)));
        }
        Ok(ids)
    }

    /// What to do about a record of the list.
    fn start(&self, record: &RawValue, look: &impl Fn(&Conversation) -> Look) -> Option<Start> {
        let id = record_id::id(record);
        match message::conversation(record, self.fetcher.keep_raw) {
            Ok(conversation) if !self.filter.in_range(conversation.created_at) => None,
            Ok(conversation) => match look(&conversation) {
                Look::Pass => None,
                Look::Unchanged => Some(Start::Unchanged(conversation.id)),
                Look::Fetch => Some(Start::Listed(Box::new(conversation))),
            },
            Err(error) => {
                let name = id.as_deref().unwrap_or("without an id");
                let error =
                    error.context(format!("could not read conversation {name} of the list"));
                Some(Start::Broken(FailedConversation { id, error }))
            }
        }
    }
}

/// Whether the list cannot tell that the conversation is as it was.
fn in_doubt(conversation: &Conversation, delta: &Delta, since: Timestamp) -> bool {
    let stand = ListedVersion {
        messages: conversation.reported_count,
        updated: conversation.updated_at,
    };
    let same = stand.messages.is_some() && delta.known.get(&conversation.id) == Some(&stand);
    !same || conversation.created_at >= Some(since)
}

/// Whether the API does not take the call at all, rather than failing at it.
fn is_refused(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<ApiError>()
        .is_some_and(ApiError::is_unsupported)
}
