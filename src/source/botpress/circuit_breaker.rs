//! Counts failures, and stops the export when the API or the settings are at fault.

use std::collections::HashSet;

use anyhow::{Result, bail};

use super::plan::Plan;
use crate::http::ApiError;
use crate::source::event::{Event, FailedConversation};
use crate::source::selection::Ids;

/// The export stops after this many failures in a row, since the API is down.
const GIVE_UP_AFTER: usize = 20;

/// If at least this many conversations are listed and all of them are gone, the settings are wrong.
const SUSPICIOUS_WHEN_ALL_GONE: usize = 4;

/// Counts failures, and stops the export when the API or the settings are at fault.
#[derive(Default)]
pub struct CircuitBreaker {
    found: usize,
    gone: usize,
    failed: usize,
    /// How many conversations in a row failed for a reason that may also stop the next ones.
    failures_in_row: usize,
    /// Conversations that failed in earlier runs. They are tried first and are likely to fail again, so they do not count as
    /// failures in a row.
    failed_before: HashSet<String>,
    /// What it means when all conversations are gone.
    all_gone: AllGone,
}

/// What it means when all conversations are gone.
#[derive(Default)]
enum AllGone {
    /// The ids or the bot id are wrong, if at least this many conversations are gone.
    WrongIds(usize),
    /// The address is not that of the API.
    #[default]
    WrongAddress,
    /// The conversations were deleted, which is no error.
    Deleted,
}

impl CircuitBreaker {
    pub fn of(plan: &Plan) -> Self {
        let (failed_before, all_gone) = match plan {
            Plan::Ids(Ids { typed: true, .. }) => (HashSet::new(), AllGone::WrongIds(1)),
            // Conversations that a program has listed may be deleted before they are fetched.
            Plan::Ids(Ids { typed: false, .. }) => {
                (HashSet::new(), AllGone::WrongIds(SUSPICIOUS_WHEN_ALL_GONE))
            }
            Plan::All => (HashSet::new(), AllGone::WrongAddress),
            Plan::Delta(delta) => {
                let first = delta.since.is_none();
                let all_gone = if first {
                    AllGone::WrongAddress
                } else {
                    AllGone::Deleted
                };
                (delta.failed.iter().cloned().collect(), all_gone)
            }
        };
        Self {
            failed_before,
            all_gone,
            ..Self::default()
        }
    }

    /// Counts an event and returns it. Fails when the export should stop.
    pub fn count(&mut self, event: Event) -> Result<Event> {
        match event {
            Event::Conversations(ref conversations) => self.found += conversations.len(),
            Event::Gone(_) => self.gone += 1,
            Event::Expect(_) | Event::Skipped(_) | Event::CountMismatch { .. } => {}
            Event::Failed(conversation) => return self.count_failure(conversation),
        }
        self.failures_in_row = 0;
        Ok(event)
    }

    fn count_failure(&mut self, conversation: FailedConversation) -> Result<Event> {
        let api = conversation.error.downcast_ref::<ApiError>();
        let refused = api.is_some_and(ApiError::is_refusal);
        self.failed += 1;
        if conversation
            .id
            .as_ref()
            .is_some_and(|id| self.failed_before.contains(id))
        {
            return Ok(Event::Failed(conversation));
        }
        self.failures_in_row = if refused || api.is_some_and(ApiError::is_transient) {
            self.failures_in_row + 1
        } else {
            0
        };
        if self.failures_in_row == GIVE_UP_AFTER {
            let context = format!("gave up after {GIVE_UP_AFTER} failures in a row");
            return Err(conversation.error.context(context));
        }
        Ok(Event::Failed(conversation))
    }

    /// Fails when all conversations are gone and this means that the settings are wrong.
    pub fn check(&self) -> Result<()> {
        let gone = self.gone;
        match self.all_gone {
            _ if self.found + self.failed > 0 => Ok(()),
            AllGone::WrongIds(minimum) if gone >= minimum => {
                bail!(
                    "none of the conversations asked for was found: check --conversation and --bot-id"
                )
            }
            AllGone::WrongAddress if gone >= SUSPICIOUS_WHEN_ALL_GONE => {
                bail!(
                    "the list has {gone} conversations, and all of them are said not to exist: check --base-url"
                )
            }
            _ => Ok(()),
        }
    }
}
