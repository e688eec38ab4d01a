//! The gate that all requests pass: closed while the vendor's rate limit has to recover.
//!
//! When it opens, one request goes first; the others follow when that one is not refused. So a tight limit is probed
//! rather than stormed, and no call is refused again and again while others get through.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::progress::Console;

/// Refusals in a row, with nothing answered in between, after which waiting is given up: with the growing waits
/// between them that is about ten minutes.
const GIVE_UP_AFTER: u32 = 15;

/// Open unless a rate limit closed it; then all requests of the process wait together.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    changed: Notify,
    console: Console,
}

#[derive(Debug, Default)]
struct State {
    closed_until: Option<Instant>,
    closed_at: Option<Instant>,
    /// Refusals since the last answer that was none.
    refused: u32,
    /// A request was let through to see whether the limit has recovered.
    probing: bool,
}

/// What a request has to do at the gate.
enum Sign {
    Go,
    /// Wait for the time, or for a change.
    Sleep(Duration),
    Watch,
}

impl Gate {
    pub fn new(console: Console) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            console,
        }
    }

    /// Waits until a request may go, telling the terminal how long that will be.
    pub async fn pass(&self) {
        loop {
            let changed = self.changed.notified();
            match self.sign() {
                Sign::Go => return,
                Sign::Watch => changed.await,
                Sign::Sleep(left) => {
                    self.console.status(format!(
                        "rate limited, waiting {} s",
                        left.as_secs_f64().ceil()
                    ));
                    tokio::time::sleep(left.min(Duration::from_secs(1))).await;
                }
            }
        }
    }

    /// Notes that a request was refused: nobody passes for so long, or longer when refusals go on.
    /// False when it is time to give up.
    pub fn refused(&self, wait: impl FnOnce(u32) -> Duration) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        // Those that were under way when the gate closed are refused for the same reason.
        if state.closed_until.is_none_or(|until| until <= now) {
            state.refused += 1;
        }
        let until = now + wait(state.refused);
        state.closed_until = Some(
            state
                .closed_until
                .map_or(until, |earlier| earlier.max(until)),
        );
        state.closed_at.get_or_insert(now);
        state.probing = false;
        let left = until - now;
        self.console
            .detail(|| format!("rate limited, waiting {:.1} s", left.as_secs_f64()));
        self.changed.notify_waiters();
        state.refused < GIVE_UP_AFTER
    }

    /// Notes that a request was not refused: all may follow it.
    pub fn answered(&self) {
        let mut state = self.lock();
        if state.refused > 0 {
            state.refused = 0;
            state.probing = false;
            self.changed.notify_waiters();
        }
    }

    /// Notes that a request failed in another way, which tells nothing of the limit.
    pub fn failed(&self) {
        let mut state = self.lock();
        if std::mem::take(&mut state.probing) {
            self.changed.notify_waiters();
        }
    }

    fn sign(&self) -> Sign {
        let mut state = self.lock();
        if let Some(until) = state.closed_until {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Sign::Sleep(left);
            }
            state.closed_until = None;
            let closed = state.closed_at.take().map(|at| at.elapsed());
            self.console.count_wait(closed.unwrap_or_default());
            self.console.status(String::new());
        }
        if state.refused == 0 {
            return Sign::Go;
        }
        if state.probing {
            return Sign::Watch;
        }
        state.probing = true;
        Sign::Go
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{ConsoleArgs, LogFormat};

    fn gate() -> Gate {
        Gate::new(Console::new(
            &ConsoleArgs {
                quiet: true,
                verbose: false,
                no_progress: true,
                log_format: LogFormat::Text,
            },
            false,
        ))
    }

    #[test]
    fn endless_refusals_are_given_up_and_an_answer_forgives() {
        let gate = gate();
        let refused = || gate.refused(|_| Duration::ZERO);
        assert!((1..GIVE_UP_AFTER).all(|_| refused()));
        assert!(!refused());
        gate.answered();
        assert!(refused());
    }

    #[test]
    fn those_under_way_when_it_closed_count_once() {
        let gate = gate();
        assert!((0..1000).all(|_| gate.refused(|_| Duration::from_secs(9))));
    }

    #[test]
    fn one_goes_first_when_it_opens() {
        let gate = gate();
        gate.refused(|_| Duration::ZERO);
        assert!(matches!(gate.sign(), Sign::Go));
        assert!(matches!(gate.sign(), Sign::Watch));
        gate.failed();
        assert!(matches!(gate.sign(), Sign::Go));
        gate.answered();
        assert!(matches!((gate.sign(), gate.sign()), (Sign::Go, Sign::Go)));
    }
}
