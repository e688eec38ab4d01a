//! What came of the conversations, to tell when it is not they that are at fault.

use std::collections::HashSet;

use anyhow::{Result, bail};

use super::plan::Plan;
use crate::http::ApiError;
use crate::source::event::{Event, FailedConversation};
use crate::source::selection::Ids;

/// So many conversations in a row given up on: the API is down, and asking on for the rest helps nobody.
const GIVE_UP_AFTER: usize = 20;

/// So many conversations of the list, and all of them gone: it is not they that are missing.
const NEVER_ALL_GONE: usize = 4;

/// What came of the conversations, to tell when it is not they that are at fault.
#[derive(Default)]
pub struct CircuitBreaker {
    found: usize,
    gone: usize,
    failed: usize,
    /// Failures in a row that might pass later.
    unreached: usize,
    /// Those that have failed before; they stand in a row and tell nothing.
    again: HashSet<String>,
    /// What it means when nothing is found.
    nothing: Nothing,
}

/// What it means when all conversations are gone.
#[derive(Default)]
enum Nothing {
    /// Wrong ids, or the wrong bot, when so many are gone.
    WrongIds(usize),
    /// An address that is no API.
    #[default]
    WrongAddress,
    /// That some were deleted.
    Usual,
}

impl CircuitBreaker {
    pub fn of(plan: &Plan) -> Self {
        let (again, nothing) = match plan {
            Plan::Ids(Ids { typed: true, .. }) => (HashSet::new(), Nothing::WrongIds(1)),
            // What a program has listed may be deleted before it is read.
            Plan::Ids(Ids { typed: false, .. }) => {
                (HashSet::new(), Nothing::WrongIds(NEVER_ALL_GONE))
            }
            Plan::All => (HashSet::new(), Nothing::WrongAddress),
            Plan::Delta(delta) => {
                let first = delta.since.is_none();
                let nothing = if first {
                    Nothing::WrongAddress
                } else {
                    Nothing::Usual
                };
                (delta.failed.iter().cloned().collect(), nothing)
            }
        };
        Self {
            again,
            nothing,
            ..Self::default()
        }
    }

    /// Passes an event on, unless it is time to give up.
    pub fn count(&mut self, event: Event) -> Result<Event> {
        match event {
            Event::Conversations(ref some) => self.found += some.len(),
            Event::Gone(_) => self.gone += 1,
            Event::Expect(_) | Event::Skipped(_) | Event::CountMismatch { .. } => {}
            Event::Failed(missing) => return self.count_failure(missing),
        }
        self.unreached = 0;
        Ok(event)
    }

    fn count_failure(&mut self, missing: FailedConversation) -> Result<Event> {
        let api = missing.error.downcast_ref::<ApiError>();
        let refused = api.is_some_and(ApiError::is_refusal);
        self.failed += 1;
        if missing
            .id
            .as_ref()
            .is_some_and(|id| self.again.contains(id))
        {
            return Ok(Event::Failed(missing));
        }
        self.unreached = if refused || api.is_some_and(ApiError::is_transient) {
            self.unreached + 1
        } else {
            0
        };
        if self.unreached == GIVE_UP_AFTER {
            let context = format!("gave up after {GIVE_UP_AFTER} failures in a row");
            return Err(missing.error.context(context));
        }
        Ok(Event::Failed(missing))
    }

    pub fn check(&self) -> Result<()> {
        let gone = self.gone;
        match self.nothing {
            _ if self.found + self.failed > 0 => Ok(()),
            Nothing::WrongIds(least) if gone >= least => {
                bail!(
                    "none of the conversations asked for was found: check --conversation and --bot-id"
                )
            }
            Nothing::WrongAddress if gone >= NEVER_ALL_GONE => {
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
            breaker.count(Event::Skipped("c".to_owned())).unwrap();
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
        let typed = |typed| {
            let ids = vec!["c".to_owned()];
            Plan::Ids(Ids { ids, typed })
        };
        for (plan, most) in [(Plan::All, 3), (typed(true), 0), (typed(false), 3)] {
            let mut breaker = CircuitBreaker::of(&plan);
            for count in 1..=5 {
                breaker.count(gone()).unwrap();
                assert_eq!(breaker.check().is_ok(), count <= most, "{plan:?} {count}");
            }
        }
    }
}
