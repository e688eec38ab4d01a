//! Finds the conversations to fetch, and adds them to the queue in the order of the output.

use std::collections::HashSet;

use anyhow::{Error, Result};
use serde_json::value::RawValue;

use super::fetch::{Fetcher, OVERLAP, RETENTION, Start};
use super::filter::{Filter, Range};
use super::plan::Plan;
use super::record_id;
use super::walk::{Trust, Walk};
use crate::console::Console;
use crate::http::ApiError;
use crate::model::{Conversation, Vendor};
use crate::source::delta::Delta;
use crate::source::event::FailedConversation;
use crate::source::queue::Queue;
use crate::time::Timestamp;

/// A list that moves while it is read is read again, at most this many times.
const WALKS: u32 = 3;

/// Lists the conversations of a plan.
pub struct Lister<'a> {
    pub fetcher: &'a Fetcher,
    pub filter: &'a Filter,
    pub console: &'a Console,
    pub queue: Queue<Start>,
}

/// What the list of all messages of a bot tells.
#[derive(Default)]
struct Changes {
    /// The conversations with messages that the archive does not have.
    ids: Vec<String>,
    /// Whether there was a message that does not tell its conversation.
    has_stray: bool,
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

    async fn delta(&mut self, delta: &Delta) -> Result<()> {
        // Those that failed before, and those that a walk finds new. They are not fetched again for a new message.
        let mut fetched: HashSet<String> = delta.failed.iter().cloned().collect();
        for id in &delta.failed {
            self.queue.push(Start::Id(id.clone())).await;
        }
        if delta.only_failed {
            return Ok(());
        }
        let Some(until) = delta.complete_until else {
            // The ids of a first walk are not needed, and there may be many.
            let trust = delta.interrupted_at.map_or(Trust::ThisRun, Trust::Since);
            let walk = Walk {
                trust,
                ..Walk::default()
            };
            self.walk_whole(walk, &mut fetched).await?;
            return match delta.interrupted_at {
                Some(began) => self.fetch_changed(began, &mut fetched).await,
                None => Ok(()),
            };
        };
        let since = until.minus(OVERLAP);
        let changes = match self.changes(since).await {
            Ok(changes) => changes,
            Err(error) if is_refused(&error) => {
                return self.compare_whole(&error, &mut fetched).await;
            }
            Err(error) => return Err(error),
        };
        if self.fetcher.now() < since {
            // The vendor told a wrong time then. So the list of messages says nothing.
            let walk = Walk {
                trust: Trust::ThisRun,
                ..Walk::default()
            };
            return self.walk_whole(walk, &mut fetched).await;
        }
        // Without an archive nothing tells which conversations pass a filter only now.
        let may_pass_now = self.fetcher.archive.is_none() && self.filter.may_change();
        if delta.sweep || changes.has_stray || may_pass_now {
            // An edit of an old message shows nowhere else.
            let sweep = Walk {
                fetches_whole: delta.sweep,
                ..Walk::default()
            };
            self.walk_whole(sweep, &mut fetched).await?;
        } else {
            let new = Walk {
                range: Range {
                    from: Some(since),
                    to: None,
                },
                ..Walk::default()
            };
            self.walk(new, &mut fetched).await?;
        }
        if let Some(to) = delta.began_at {
            let older = Walk {
                range: Range {
                    from: None,
                    to: Some(to),
                },
                trust: Trust::Since(until),
                ..Walk::default()
            };
            self.walk(older, &mut fetched).await?;
        }
        self.push_changed(changes.ids, &fetched).await
    }

    /// Fetches the conversations that got messages while an interrupted run walked the list.
    async fn fetch_changed(
        &mut self,
        began: Timestamp,
        fetched: &mut HashSet<String>,
    ) -> Result<()> {
        match self.changes(began.minus(OVERLAP)).await {
            Ok(changes) => self.push_changed(changes.ids, fetched).await,
            Err(error) if is_refused(&error) => self.compare_whole(&error, fetched).await,
            Err(error) => Err(error),
        }
    }

    /// Compares the whole list, since there is no list of all messages.
    async fn compare_whole(&mut self, why: &Error, fetched: &mut HashSet<String>) -> Result<()> {
        self.console
            .detail(|| format!("{why:#}; comparing the whole list instead"));
        let walk = Walk {
            needs_count: true,
            ..Walk::default()
        };
        self.walk_whole(walk, fetched).await
    }

    async fn push_changed(&mut self, ids: Vec<String>, fetched: &HashSet<String>) -> Result<()> {
        let selected = if self.filter.has_participants() {
            Some(self.ids().await?)
        } else {
            None
        };
        let is_selected = |id: &String| {
            selected
                .as_ref()
                .is_none_or(|selected| selected.contains(id))
        };
        for id in ids
            .into_iter()
            .filter(|id| !fetched.contains(id) && is_selected(id))
        {
            self.queue.push(Start::Changed(id)).await;
        }
        Ok(())
    }

    /// Finds the conversations with new messages since a time, from one list of all messages of the bot. The `updatedAt`
    /// of a conversation does not change with a message (vendors/botpress.md).
    async fn changes(&self, since: Timestamp) -> Result<Changes> {
        let mut changes = Changes::default();
        let mut seen = HashSet::new();
        let mut pager = self.fetcher.api.messages_since(since);
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            for record in page {
                let message = record_id::id(&record);
                let Some(id) = record_id::conversation_id(&record) else {
                    changes.has_stray = true;
                    let message = message.as_deref().unwrap_or("without an id");
                    self.console.warn(&format!(
                        "message {message} does not say which conversation it belongs to, so the whole list is compared"
                    ));
                    continue;
                };
                if !self.is_known(&id, message.as_deref())? && seen.insert(id.clone()) {
                    changes.ids.push(id);
                }
            }
        }
        Ok(changes)
    }

    fn is_known(&self, conversation: &str, message: Option<&str>) -> Result<bool> {
        match (&self.fetcher.archive, message) {
            (Some(archive), Some(message)) => {
                let bot = self.fetcher.api.bot();
                archive
                    .get()
                    .has_message(Vendor::Botpress, bot, conversation, message)
            }
            _ => Ok(false),
        }
    }

    /// Walks the whole list, and again while it moves.
    async fn walk_whole(&mut self, walk: Walk, fetched: &mut HashSet<String>) -> Result<()> {
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
    async fn walk(&mut self, walk: Walk, fetched: &mut HashSet<String>) -> Result<bool> {
        let query = self.filter.query(&walk.range);
        let mut pager = self.fetcher.api.conversations(query);
        let (mut last, mut is_sorted) = (None, true);
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            for record in page {
                let Some(start) = self.start(&record, walk)? else {
                    continue;
                };
                if let Start::Listed(conversation) = &start {
                    is_sorted &= last.is_none_or(|last| conversation.created_at <= last);
                    last = Some(conversation.created_at);
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
    async fn ids(&self) -> Result<HashSet<String>> {
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

/// Whether the API does not support the call, so that another call must do.
fn is_refused(error: &Error) -> bool {
    error
        .downcast_ref::<ApiError>()
        .is_some_and(ApiError::is_unsupported)
}
