//! Counts failures, and stops the export when the API or the settings are at fault.

use std::collections::HashSet;

use anyhow::{Result, bail};

use super::plan::Plan;
use crate::http::ApiError;
use crate::source::event::{Event, FailedConversation};

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
    /// The ids or the bot id are wrong.
    WrongIds,
    /// The address is not that of the API.
    #[default]
    WrongAddress,
    /// The conversations were deleted, which is no error.
    Deleted,
}

impl CircuitBreaker {
    pub fn of(plan: &Plan) -> Self {
        let (failed_before, all_gone) = match plan {
            Plan::Ids(_) => (HashSet::new(), AllGone::WrongIds),
            Plan::All | Plan::Active { .. } => (HashSet::new(), AllGone::WrongAddress),
            Plan::Delta(delta) => {
                let first = delta.complete_until.is_none();
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
            Event::Forgotten(_) => self.found += 1,
            Event::Gone(_) => self.gone += 1,
            Event::Clock(_)
            | Event::Api(_)
            | Event::Whole(_)
            | Event::Expect(_)
            | Event::Unchanged(_)
            | Event::ListMoved
            | Event::NoMatch(_)
            | Event::Skipped
            | Event::NotFound(_)
            | Event::CountMismatch { .. } => {}
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
            AllGone::WrongIds if gone >= SUSPICIOUS_WHEN_ALL_GONE => {
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

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;
    use crate::source::selection::Ids;

    fn failed(status: StatusCode) -> Event {
        Event::Failed(FailedConversation {
            id: Some("c".to_owned()),
            error: ApiError::of_status(status).into(),
        })
    }

    fn gone() -> Event {
        Event::Gone(FailedConversation {
            id: Some("c".to_owned()),
            error: ApiError::of_status(StatusCode::NOT_FOUND).into(),
        })
    }

    #[test]
    fn twenty_failures_in_a_row_end_the_run() {
        for status in [StatusCode::SERVICE_UNAVAILABLE, StatusCode::FORBIDDEN] {
            let mut breaker = CircuitBreaker::of(&Plan::All);
            assert!((1..20).all(|_| breaker.count(failed(status)).is_ok()));
            // One conversation that comes forgives the others.
            breaker.count(Event::Skipped).unwrap();
            assert!((1..20).all(|_| breaker.count(failed(status)).is_ok()));
            assert!(breaker.count(failed(status)).is_err());
        }
    }

    #[test]
    fn conversations_that_cannot_be_read_do_not_end_the_run() {
        let mut breaker = CircuitBreaker::of(&Plan::All);
        assert!((0..100).all(|_| breaker.count(failed(StatusCode::BAD_REQUEST)).is_ok()));
        assert!(breaker.check().is_ok());
    }

    #[test]
    fn a_list_of_nothing_but_gone_conversations_is_an_error() {
        let ids = Plan::Ids(Ids {
            ids: vec!["c".to_owned()],
            typed: false,
        });
        for plan in [Plan::All, ids] {
            let mut breaker = CircuitBreaker::of(&plan);
            for count in 1..=5 {
                breaker.count(gone()).unwrap();
                assert_eq!(breaker.check().is_ok(), count < 4, "{plan:?} {count}");
            }
        }
    }
}
