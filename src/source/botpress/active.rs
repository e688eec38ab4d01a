//! Finds the conversations that are active: those with a message since a time, however long ago they began.

use anyhow::{Error, Result, bail};

use super::fetch::Start;
use super::increment::is_refused;
use super::list::Lister;
use super::walk::{End, Sought, Walk};
use crate::source::id_set::IdSet;
use crate::time::Timestamp;

impl Lister<'_> {
    /// Adds the conversations with a message since a time (inclusive) to the queue, in the order of the list. Those that
    /// began so long ago that the list costs more than their ids come last, the one with the newest message first.
    /// Returns how many it added.
    pub(super) async fn active(&mut self, since: Timestamp, is_limited: bool) -> Result<u64> {
        let changes = self.changes(since).await.map_err(explained)?;
        if let Some(message) = changes.stray {
            bail!(
                "message {message} does not say which conversation it belongs to, so --active-since cannot be told; \
                 --since WHEN goes by creation"
            );
        }
        let ids: IdSet = changes.ids.iter().collect();
        if ids.len() == 0 {
            return Ok(0);
        }
        let is_narrowed = self.filter.narrows_list();
        // The record of a conversation does not tell who takes part in it, and one that does not pass the filter must
        // not count for the limit.
        let needs_list = self.filter.has_participants() || (is_limited && is_narrowed);
        let walk = Walk {
            sought: Some(Sought {
                ids: &ids,
                may_give_up: !needs_list,
            }),
            ..Walk::default()
        };
        let mut fetched = IdSet::default();
        if needs_list {
            return self.walk_whole(walk, &mut fetched).await;
        }
        let walked = self.walk(walk, &mut fetched, &IdSet::default()).await?;
        let (mut found, end, seen) = (walked.found, walked.end, walked.pager.into_ids()?);
        // What a whole list does not show does not pass the filter.
        if end == End::Full || (end == End::Settled && is_narrowed) {
            return Ok(found);
        }
        for id in changes.ids.into_iter().filter(|id| !seen.contains(id)) {
            found += 1;
            if !self.push(Start::Changed(id)).await {
                break;
            }
        }
        Ok(found)
    }
}

/// Says what to do where the API has no list of all messages.
fn explained(error: Error) -> Error {
    if is_refused(&error) {
        return error.context(
            "--active-since needs the list of all messages of the bot, which the API refuses: use --since WHEN, which \
             goes by creation",
        );
    }
    error
}
