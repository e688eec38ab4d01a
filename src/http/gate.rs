//! The gate that all requests pass: closed while the vendor's rate limit has to recover.
//!
//! Requests pass as the vendor's allowance lets them, so that it need not refuse any (`pace`). Where it does refuse one,
//! nobody passes for as long as it asks; then one request goes first, and the others follow when that one is not
//! refused. So a tight limit is probed rather than stormed, and no call is refused again and again while others get
//! through.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::pace::{Allowance, Window, Word};
use crate::progress::Console;

/// Refusals in a row, with nothing answered in between, after which waiting is given up: with the growing waits
/// between them that is about ten minutes.
const GIVE_UP_AFTER: u32 = 15;

/// A wait is looked at anew this often.
const LOOK: Duration = Duration::from_secs(1);

/// Shorter waits are not worth a word on the terminal.
const WORTH_A_WORD: Duration = Duration::from_millis(500);

/// Open unless a rate limit closed it; then all requests of the process wait together.
#[derive(Debug)]
pub struct Gate {
    state: Mutex<State>,
    changed: Notify,
    console: Console,
}

#[derive(Debug)]
struct State {
    /// Until when nobody passes, since a request was refused.
    closed_until: Option<Instant>,
    /// Since when requests have waited.
    waiting_since: Option<Instant>,
    /// Refusals since the last answer that was none.
    refused: u32,
    /// A request was let through to see whether the limit has recovered.
    probing: bool,
    /// How many requests passed, and how many of them are under way.
    sent: u64,
    under_way: u64,
    /// Where the vendor states one.
    allowance: Option<Allowance>,
    /// Holds as long as no allowance is known.
    window: Window,
}

/// The right to send one request, given back when it is dropped.
#[derive(Debug)]
pub struct Pass<'g> {
    gate: &'g Gate,
    /// Which request it is.
    pub ticket: Ticket,
}

/// One request: its number, and when it passed.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    number: u64,
    at: Instant,
}

/// Why a request has to wait: for so long at most, or until an answer comes.
enum Wait {
    Limit(Duration),
    Answer(Duration),
}

impl Gate {
    /// A gate that lets so many requests be under way at once, as long as the vendor states no allowance.
    pub fn new(at_once: u16, console: Console) -> Self {
        let state = State {
            closed_until: None,
            waiting_since: None,
            refused: 0,
            probing: false,
            sent: 0,
            under_way: 0,
            allowance: None,
            window: Window::new(at_once),
        };
        Self {
            state: Mutex::new(state),
            changed: Notify::new(),
            console,
        }
    }

    /// Waits until a request may go, telling the terminal how long that will be.
    pub async fn pass(&self) -> Pass<'_> {
        loop {
            let changed = self.changed.notified();
            let span = match self.try_pass() {
                Ok(ticket) => return Pass { gate: self, ticket },
                Err(Wait::Answer(span)) => span,
                Err(Wait::Limit(span)) => {
                    if span > WORTH_A_WORD {
                        let seconds = span.as_secs_f64().ceil();
                        self.console
                            .status(format!("rate limited, waiting {seconds} s"));
                    }
                    span
                }
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(span.min(LOOK)) => {}
            }
        }
    }

    /// Takes in what an answer tells of the limit: its status does not matter.
    pub fn heard(&self, ticket: Ticket, headers: &HeaderMap) {
        let mut state = self.lock();
        let State {
            sent, under_way, ..
        } = *state;
        let (now, others) = (Instant::now(), under_way.saturating_sub(1));
        match (Word::of(headers), &mut state.allowance) {
            (Some(word), None) => state.allowance = Some(Allowance::new(word, others, sent, now)),
            (Some(word), Some(allowance)) => allowance.hear(word, ticket.number, others, sent, now),
            (None, _) => state.window.hear(now - ticket.at, ticket.number, sent),
        }
        self.changed.notify_waiters();
    }

    /// Notes that a request was refused: nobody passes for so long, or longer when refusals go on.
    /// False when it is time to give up.
    pub fn refused(&self, ticket: Ticket, wait: impl FnOnce(u32) -> Duration) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        let sent = state.sent;
        state.window.halve(ticket.number, sent);
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
        state.waiting_since.get_or_insert(now);
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

    fn try_pass(&self) -> Result<Ticket, Wait> {
        let mut state = self.lock();
        let at = Instant::now();
        state.check(at)?;
        state.sent += 1;
        state.under_way += 1;
        if let Some(since) = state.waiting_since.take() {
            self.console.count_wait(at - since);
            self.console.status(String::new());
        }
        let number = state.sent;
        Ok(Ticket { number, at })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether one more request may go now.
    fn check(&mut self, now: Instant) -> Result<(), Wait> {
        if let Some(until) = self.closed_until {
            if now < until {
                return Err(Wait::Limit(until - now));
            }
            self.closed_until = None;
        }
        if self.refused > 0 {
            if self.probing {
                return Err(Wait::Answer(LOOK));
            }
            self.probing = true;
            return Ok(());
        }
        match &mut self.allowance {
            Some(allowance) => allowance.take(self.under_way, now).map_err(|span| {
                if self.under_way > 0 {
                    return Wait::Answer(span);
                }
                self.waiting_since.get_or_insert(now);
                Wait::Limit(span)
            }),
            None if self.window.has_room(self.under_way) => Ok(()),
            None => Err(Wait::Answer(LOOK)),
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.gate.lock().under_way -= 1;
        self.gate.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{ConsoleArgs, LogFormat};

    fn gate() -> Gate {
        let console = ConsoleArgs {
            quiet: true,
            verbose: false,
            no_progress: true,
            log_format: LogFormat::Text,
        };
        Gate::new(8, Console::new(&console, false))
    }

    fn refuse(gate: &Gate, wait: Duration) -> bool {
        let ticket = Ticket {
            number: 1,
            at: Instant::now(),
        };
        gate.refused(ticket, |_| wait)
    }

    #[test]
    fn endless_refusals_are_given_up_and_an_answer_forgives() {
        let gate = gate();
        assert!((1..GIVE_UP_AFTER).all(|_| refuse(&gate, Duration::ZERO)));
        assert!(!refuse(&gate, Duration::ZERO));
        gate.answered();
        assert!(refuse(&gate, Duration::ZERO));
    }

    #[test]
    fn those_under_way_when_it_closed_count_once() {
        let gate = gate();
        assert!((0..1000).all(|_| refuse(&gate, Duration::from_secs(9))));
    }

    #[test]
    fn one_goes_first_when_it_opens() {
        let gate = gate();
        refuse(&gate, Duration::ZERO);
        assert!(gate.try_pass().is_ok());
        assert!(gate.try_pass().is_err());
        gate.failed();
        assert!(gate.try_pass().is_ok());
        gate.answered();
        assert!(gate.try_pass().is_ok() && gate.try_pass().is_ok());
    }
}
