//! Finds the conversations to fetch, and adds them to the queue in the order of the output.

use std::collections::HashSet;

use anyhow::{Context, Result};
use serde_json::value::RawValue;

use super::fetch::{Fetcher, Start};
use super::filter::Filter;
use super::plan::Plan;
use super::record_id;
use crate::console::Console;
use crate::http::ApiError;
use crate::model::Conversation;
use crate::source::delta::{Delta, ListedVersion};
use crate::source::event::FailedConversation;
use crate::source::queue::Queue;
use crate::time::Timestamp;

/// What to do with a conversation of the list.
enum Decision {
    /// Ignore it, since it is handled elsewhere.
    Ignore,
    /// Report it as unchanged.
    Unchanged,
    Fetch,
}

/// Lists the conversations of a plan.
pub struct Lister<'a> {
    pub fetcher: &'a Fetcher,
    pub filter: &'a Filter,
    pub console: &'a Console,
    pub queue: Queue<Start>,
}

impl Lister<'_> {
    /// Adds the conversations to the queue, until there are no more or the limit is reached.
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
            Plan::All => self.list_from(None, |_| Decision::Fetch).await.map(drop),
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
        let fetch_unless_handled = |conversation: &Conversation| {
            let handled = handled.contains(conversation.id.as_str());
            if handled {
                Decision::Ignore
            } else {
                Decision::Fetch
            }
        };
        let Some(since) = delta.since else {
            return self.list_from(None, fetch_unless_handled).await.map(drop);
        };
        let changed = match self.changed(since).await {
            Ok(changed) => changed,
            Err(error) if is_refused(&error) => {
                self.console
                    .detail(|| format!("{error:#}; comparing the whole list instead"));
                let decide = |conversation: &Conversation| match fetch_unless_handled(conversation)
                {
                    Decision::Fetch if !may_have_changed(conversation, delta, since) => {
                        Decision::Unchanged
                    }
                    decision => decision,
                };
                return self.list_from(None, decide).await.map(drop);
            }
            Err(error) => return Err(error),
        };
        let listed = self.list_from(Some(since), fetch_unless_handled).await?;
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
        let newly_selected = selected
            .iter()
            .flatten()
            .filter(|id| !delta.known.contains_key(*id));
        let seen: HashSet<&String> = changed.iter().collect();
        let newly_selected: Vec<_> = newly_selected
            .filter(|id| !seen.contains(id))
            .cloned()
            .collect();
        for id in changed
            .iter()
            .filter(|id| is_selected(id))
            .cloned()
            .chain(newly_selected)
        {
            if !handled.contains(id.as_str()) && !listed.contains(&id) {
                self.queue.push(Start::Changed(id)).await;
            }
        }
        Ok(())
    }

    /// Returns the conversations with messages since a time, from one list of all messages of the bot. The `updatedAt`
    /// of a conversation does not change with a message (vendors/botpress.md).
    async fn changed(&self, since: Timestamp) -> Result<Vec<String>> {
        let mut changed = Vec::new();
        let mut seen = HashSet::new();
        let mut pager = self.fetcher.api.messages_since(since);
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
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

    /// Adds the conversations of the list since a time to the queue, as `decide` says. Returns the ids of those to
    /// fetch, if there is such a time.
    async fn list_from(
        &mut self,
        from: Option<Timestamp>,
        decide: impl Fn(&Conversation) -> Decision,
    ) -> Result<HashSet<String>> {
        let mut listed = HashSet::new();
        let mut pager = self.fetcher.api.conversations(self.filter.query(from));
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            let starts = page
                .into_iter()
                .filter_map(|record| self.start(&record, &decide));
            for start in starts.collect::<Vec<_>>() {
                // The ids of the whole list are not needed, and there may be many.
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

    /// Returns the ids of all conversations that pass the filter.
    async fn ids(&self) -> Result<HashSet<String>> {
        let mut ids = HashSet::new();
        let mut pager = self.fetcher.api.conversations(self.filter.query(None));
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            ids.extend(page.iter().filter_map(|record| record_id::id(record)));
        }
        Ok(ids)
    }

    /// Returns what to add to the queue for a record of the list.
    fn start(
        &self,
        record: &RawValue,
        decide: &impl Fn(&Conversation) -> Decision,
    ) -> Option<Start> {
        let id = record_id::id(record);
        match self.fetcher.conversation(record) {
            Ok(conversation) if !self.filter.in_range(conversation.created_at) => None,
            Ok(conversation) => match decide(&conversation) {
                Decision::Ignore => None,
                Decision::Unchanged => Some(Start::Unchanged(conversation.id)),
                Decision::Fetch => Some(Start::Listed(Box::new(conversation))),
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

/// Whether a conversation may have changed since it was fetched, as far as the list shows.
fn may_have_changed(conversation: &Conversation, delta: &Delta, since: Timestamp) -> bool {
    let version = ListedVersion {
        messages: conversation.reported_count,
        updated: conversation.updated_at,
    };
    let same = version.messages.is_some() && delta.known.get(&conversation.id) == Some(&version);
    !same || conversation.created_at >= Some(since)
}

/// Whether the API does not support the call, so that another call must do.
fn is_refused(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<ApiError>()
        .is_some_and(ApiError::is_unsupported)
}
