//! Finds what is new or changed since earlier runs.

use anyhow::{Error, Result};

use super::fetch::{OVERLAP, Start};
use super::filter::Range;
use super::list::Lister;
use super::record_id;
use super::walk::{Trust, Walk};
use crate::http::ApiError;
use crate::model::Vendor;
use crate::source::delta::Delta;
use crate::source::id_set::IdSet;
use crate::time::Timestamp;

/// What the list of all messages of a bot tells.
#[derive(Default)]
pub(super) struct Changes {
    /// The conversations with messages that the archive does not have, the one with the newest message first.
    pub ids: Vec<String>,
    /// A message that does not tell its conversation, if there was one.
    pub stray: Option<String>,
}

impl Lister<'_> {
    /// Finds what an archive does not have, and what failed before.
    pub async fn delta(&mut self, delta: &Delta) -> Result<()> {
        // Those that failed before, and those that a walk finds new. They are not fetched again for a new message.
        let mut fetched: IdSet = delta.failed.iter().collect();
        for id in &delta.failed {
            self.push(Start::Id(id.clone())).await;
        }
        match delta.complete_until {
            _ if delta.only_failed => Ok(()),
            None => self.find_all(delta, &mut fetched).await,
            Some(until) => self.find_new(delta, until, &mut fetched).await,
        }
    }

    /// Finds everything. An interrupted run before may have fetched a part of it.
    async fn find_all(&mut self, delta: &Delta, fetched: &mut IdSet) -> Result<()> {
        let walk = Walk {
            trust: delta.interrupted_at.map_or(Trust::ThisRun, Trust::Since),
            ..Walk::default()
        };
        // The ids of a first walk are not needed, and there may be many.
        if self.walk_whole(walk, fetched).await? == 0 {
            self.report_no_match().await;
        }
        match delta.interrupted_at {
            Some(began) => self.fetch_changed(began, fetched).await,
            None => Ok(()),
        }
    }

    /// Finds what is new since the last run that saw everything.
    async fn find_new(
        &mut self,
        delta: &Delta,
        until: Timestamp,
        fetched: &mut IdSet,
    ) -> Result<()> {
        let since = until.minus(OVERLAP);
        let changes = match self.changes(since).await {
            Ok(changes) => changes,
            Err(error) if is_refused(&error) => return self.compare_whole(&error, fetched).await,
            Err(error) => return Err(error),
        };
        if self.fetcher.now() < since {
            // The vendor told a wrong time then. So the list of messages says nothing.
            let walk = Walk {
                trust: Trust::ThisRun,
                ..Walk::default()
            };
            return self.walk_whole(walk, fetched).await.map(drop);
        }
        // Without an archive nothing tells which conversations pass a filter only now.
        let may_pass_now = self.fetcher.archive.is_none() && self.filter.may_change();
        let has_stray = self.warn_of_stray(&changes);
        if delta.sweep || has_stray || may_pass_now {
            // An edit of an old message shows nowhere else.
            let sweep = Walk {
                fetches_whole: delta.sweep,
                ..Walk::default()
            };
            self.walk_whole(sweep, fetched).await?;
        } else {
            let (from, to) = (Some(since), None);
            self.walk_range(Range { from, to }, Trust::All, fetched)
                .await?;
        }
        if let Some(to) = delta.began_at {
            let (from, to) = (None, Some(to));
            self.walk_range(Range { from, to }, Trust::Since(until), fetched)
                .await?;
        }
        self.push_changed(changes.ids, fetched).await
    }

    async fn walk_range(&mut self, range: Range, trust: Trust, fetched: &mut IdSet) -> Result<()> {
        let walk = Walk {
            range,
            trust,
            ..Walk::default()
        };
        self.walk_whole(walk, fetched).await.map(drop)
    }

    /// Fetches the conversations that got messages while an interrupted run walked the list.
    async fn fetch_changed(&mut self, began: Timestamp, fetched: &mut IdSet) -> Result<()> {
        match self.changes(began.minus(OVERLAP)).await {
            Ok(changes) => {
                // The list was compared already.
                self.warn_of_stray(&changes);
                self.push_changed(changes.ids, fetched).await
            }
            Err(error) if is_refused(&error) => self.compare_whole(&error, fetched).await,
            Err(error) => Err(error),
        }
    }

    /// Compares the whole list, since there is no list of all messages.
    async fn compare_whole(&mut self, why: &Error, fetched: &mut IdSet) -> Result<()> {
        self.console
            .detail(|| format!("{why:#}; comparing the whole list instead"));
        let walk = Walk {
            needs_count: true,
            ..Walk::default()
        };
        self.walk_whole(walk, fetched).await.map(drop)
    }

    async fn push_changed(&mut self, ids: Vec<String>, fetched: &IdSet) -> Result<()> {
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
            self.push(Start::Changed(id)).await;
        }
        Ok(())
    }

    /// Finds the conversations with new messages since a time, from one list of all messages of the bot. The `updatedAt`
    /// of a conversation does not change with a message (vendors/botpress.md).
    pub(super) async fn changes(&self, since: Timestamp) -> Result<Changes> {
        let mut changes = Changes::default();
        let mut seen = IdSet::default();
        let mut pager = self.fetcher.api.messages_since(since);
        while let Some(page) = pager.next_page(self.fetcher.api.client()).await? {
            for record in page {
                // An archive takes what it lacks, however old it is.
                if self.fetcher.archive.is_none() && record_id::is_before(&record, since) {
                    continue;
                }
                let message = record_id::id(&record);
                let Some(id) = record_id::conversation_id(&record) else {
                    let message = message.unwrap_or_else(|| "without an id".to_owned());
                    changes.stray.get_or_insert(message);
                    continue;
                };
                if !self.is_known(&id, message.as_deref())? && seen.insert(&id) {
                    changes.ids.push(id);
                }
            }
        }
        Ok(changes)
    }

    /// Returns whether there is a message that does not tell its conversation, and warns of it.
    fn warn_of_stray(&self, changes: &Changes) -> bool {
        let Some(message) = &changes.stray else {
            return false;
        };
        self.console.warn(&format!(
            "message {message} does not say which conversation it belongs to, so the whole list is compared"
        ));
        true
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
}

/// Whether the API does not support the call, so that another call must do.
pub(super) fn is_refused(error: &Error) -> bool {
    error
        .downcast_ref::<ApiError>()
        .is_some_and(ApiError::is_unsupported)
}
