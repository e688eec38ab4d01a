//! Finds the conversations to fetch, and adds them to the queue in the order of the output.

use std::collections::HashSet;

use anyhow::Result;
use serde_json::value::RawValue;

use super::fetch::{Fetcher, RETENTION, Start};
use super::filter::{Filter, Range};
use super::plan::Plan;
use super::record_id;
use super::walk::{Trust, Walk};
use crate::console::Console;
use crate::model::Conversation;
use crate::source::event::FailedConversation;
use crate::source::queue::Queue;

/// A list that moves while it is read is read again, at most this many times.
const WALKS: u32 = 3;

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
            Plan::All => {
                let mut fetched = HashSet::new();
                self.walk(Walk::default(), &mut fetched).await.map(drop)
            }
            Plan::Delta(delta) => self.delta(delta).await,
        }
    }

    /// Walks the whole list, and again while it moves.
    pub(super) async fn walk_whole(
        &mut self,
        walk: Walk,
        fetched: &mut HashSet<String>,
    ) -> Result<()> {
        for _ in 0..WALKS {
            if self.walk(walk, fetched).await? {
                return Ok(());
            }
            self.console
                .detail(|| "the list of conversations moved while it was read".to_owned());
        }
        self.console.warn(
            "the list of conversations moved each time it was read, so a later run may find more",
        );
        self.queue.push(Start::Moved).await;
        Ok(())
    }

    /// Adds the conversations of a walk to the queue, except those that the archive has like that. Returns whether the
    /// list stayed as it was.
    pub(super) async fn walk(&mut self, walk: Walk, fetched: &mut HashSet<String>) -> Result<bool> {
        let query = self.filter.query(&walk.range);
        let mut pager = self.fetcher.api.conversations(query);
        let (mut last, mut is_sorted) = (None, true);
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            for record in page {
                let Some(start) = self.start(&record, walk)? else {
                    continue;
                };
                if let Start::Listed(conversation) = &start {
                    let created = conversation.created_at;
                    is_sorted &= created.is_none() || last.is_none() || created <= last;
                    last = created.or(last);
                    if fetched.contains(&conversation.id) {
                        continue;
                    }
                    if walk.range.from.is_some() || walk.fetches_whole {
                        fetched.insert(conversation.id.clone());
                    }
                }
                if !self.queue.push(start).await {
                    return Ok(true);
                }
            }
        }
        Ok(is_sorted && !pager.has_repeated())
    }

    /// Returns the ids of all conversations that pass the filter.
    pub(super) async fn ids(&self) -> Result<HashSet<String>> {
        let mut ids = HashSet::new();
        let mut pager = self
            .fetcher
            .api
            .conversations(self.filter.query(&Range::default()));
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            ids.extend(page.iter().filter_map(|record| record_id::id(record)));
        }
        Ok(ids)
    }

    /// Returns what to add to the queue for a record of the list.
    fn start(&self, record: &RawValue, walk: Walk) -> Result<Option<Start>> {
        let id = record_id::id(record);
        match self.fetcher.conversation(record) {
            Ok(conversation) if !self.filter.in_range(conversation.created_at) => Ok(None),
            Ok(conversation) => self.compared(conversation, walk).map(Some),
            Err(error) => {
                let name = id.as_deref().unwrap_or("without an id");
                let error =
                    error.context(format!("could not read conversation {name} of the list"));
                Ok(Some(Start::Broken(FailedConversation { id, error })))
            }
        }
    }

    /// Compares a conversation of the list with the archive.
    fn compared(&self, conversation: Conversation, walk: Walk) -> Result<Start> {
        let Some(archive) = &self.fetcher.archive else {
            return Ok(Start::Listed(Box::new(conversation)));
        };
        let recent = self.fetcher.started.minus(RETENTION);
        // A run that began after the vendor's present was told a wrong time.
        let now = self.fetcher.now();
        let seen = match walk.trust {
            Trust::All => None,
            Trust::Since(time) => Some((time, now)),
            Trust::ThisRun => Some((now, now)),
        };
        let same = archive.get().is_as_listed(&conversation, recent, seen)?;
        let shows_all = !walk.needs_count || conversation.reported_count.is_some();
        Ok(match same {
            None => Start::Listed(Box::new(conversation)),
            Some(true) if shows_all => Start::Unchanged(conversation.id),
            Some(_) if walk.fetches_whole => Start::Listed(Box::new(conversation)),
            Some(_) => Start::Changed(conversation.id),
        })
    }
}
