//! Delays requests so that they keep to the vendor's rate limit.
//!
//! Requests are sent only within the quota that the vendor states, so that it refuses none. When it refuses one, no
//! request is sent for as long as the vendor asks. Then one request is sent as a probe, and the others follow if the
//! probe is not refused. So a tight limit is not flooded with requests, and no call is refused repeatedly while others
//! succeed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::quota::{Quota, QuotaHeaders};
use super::window::Window;
use crate::http::observer::Observer;

/// A call fails after this many refusals in a row without another answer. This takes about ten minutes, since the waits
/// grow.
const GIVE_UP_AFTER: u32 = 15;

/// How often a waiting request checks the limit again.
const RECHECK: Duration = Duration::from_secs(1);

/// Shorter waits are not shown.
const WORTH_SHOWING: Duration = Duration::from_millis(500);

/// The rate limit of one API, shared by all requests of the process.
#[derive(Debug)]
pub struct RateLimiter {
    state: Mutex<State>,
    changed: Notify,
    observer: Arc<dyn Observer>,
}

#[derive(Debug, Default)]
struct State {
    /// No request is sent until this time, because one was refused.
    closed_until: Option<Instant>,
    /// When the requests began to wait.
    waiting_since: Option<Instant>,
    /// How many requests were refused since the last answer of another kind.
    refused: u32,
    /// Whether a request was sent to check that the limit has recovered.
    probing: bool,
    /// How many requests were sent.
    sent: u64,
    /// How many requests are under way.
    under_way: u64,
    /// The quota, if the vendor states one.
    quota: Option<Quota>,
    /// The limit while no quota is known.
    window: Window,
}

/// The permission to send one request. Dropping it returns it.
#[derive(Debug)]
pub struct Permit<'l> {
    limiter: &'l RateLimiter,
    id: RequestId,
}

/// The number of a request, in the order of sending.
#[derive(Clone, Copy, Debug)]
pub struct RequestId(u64);

/// Why a request has to wait, and for how long at most.
enum Wait {
    /// Wait this long for the rate limit.
    Limit(Duration),
    /// Wait for the answer to another request, or at most this long.
    Answer(Duration),
}

impl RateLimiter {
    /// Makes a limiter that knows no limit yet.
    pub fn new(observer: Arc<dyn Observer>) -> Self {
        Self {
            state: Mutex::default(),
            changed: Notify::new(),
            observer,
        }
    }

    /// Waits until a request may be sent.
    pub async fn acquire(&self) -> Permit<'_> {
        loop {
            let changed = self.changed.notified();
            let span = match self.try_acquire() {
                Ok(permit) => return permit,
                Err(Wait::Answer(span)) => span,
                Err(Wait::Limit(span)) => {
                    if span > WORTH_SHOWING {
                        let seconds = span.as_secs_f64().ceil();
                        self.observer
                            .on_waiting(&format!("rate limited, waiting {seconds} s"));
                    }
                    span
                }
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(span.min(RECHECK)) => {}
            }
        }
    }

    /// Records what an answer says about the limit. This works for any status.
    pub fn on_headers(&self, request: RequestId, headers: &HeaderMap) {
        let mut state = self.lock();
        let State {
            sent, under_way, ..
        } = *state;
        let (now, others) = (Instant::now(), under_way.saturating_sub(1));
        match (QuotaHeaders::of(headers), &mut state.quota) {
            (Some(headers), None) => state.quota = Some(Quota::new(headers, others, sent, now)),
            (Some(headers), Some(quota)) => quota.update(headers, request.0, others, sent, now),
            (None, _) => state.window.on_answer(),
        }
        self.changed.notify_waiters();
    }

    /// Records that a request was refused. Nothing is sent for the time that `wait` returns for the number of refusals
    /// in a row. Returns false when the call should fail.
    pub fn on_rate_limited(&self, request: RequestId, wait: impl FnOnce(u32) -> Duration) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        let (sent, under_way) = (state.sent, state.under_way);
        state.window.on_refusal(request.0, under_way, sent);
        // Requests that were under way when the limiter closed are refused for the same reason, so they do not count.
        if state.closed_until.is_none_or(|until| until <= now) {
            state.refused += 1;
        }
        let until = now + wait(state.refused);
        state.closed_until = state.closed_until.max(Some(until));
        state.waiting_since.get_or_insert(now);
        state.probing = false;
        let seconds = (until - now).as_secs_f64();
        self.observer
            .on_detail(&|| format!("rate limited, waiting {seconds:.1} s"));
        self.changed.notify_waiters();
        state.refused < GIVE_UP_AFTER
    }

    /// Records that a request was not refused. All waiting requests may follow it.
    pub fn on_success(&self) {
        let mut state = self.lock();
        if state.refused > 0 {
            state.refused = 0;
            state.probing = false;
            self.changed.notify_waiters();
        }
    }

    /// Records that a request failed for another reason, which says nothing about the limit.
    pub fn on_failure(&self) {
        let mut state = self.lock();
        if std::mem::take(&mut state.probing) {
            self.changed.notify_waiters();
        }
    }

    fn try_acquire(&self) -> Result<Permit<'_>, Wait> {
        let mut state = self.lock();
        let now = Instant::now();
        state.check(now)?;
        state.sent += 1;
        state.under_way += 1;
        if let Some(since) = state.waiting_since.take() {
            self.observer.on_rate_limit_over(now - since);
            self.observer.on_waiting("");
        }
        let id = RequestId(state.sent);
        Ok(Permit { limiter: self, id })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether one more request may be sent now.
    fn check(&mut self, now: Instant) -> Result<(), Wait> {
        if let Some(until) = self.closed_until {
            if now < until {
                return Err(Wait::Limit(until - now));
            }
            self.closed_until = None;
        }
        if self.refused > 0 {
            if self.probing {
                return Err(Wait::Answer(RECHECK));
            }
            self.probing = true;
            return Ok(());
        }
        match &mut self.quota {
            Some(quota) => quota.take(self.under_way, now).map_err(|span| {
                if self.under_way > 0 {
                    return Wait::Answer(span);
                }
                self.waiting_since.get_or_insert(now);
                Wait::Limit(span)
            }),
            None if self.window.has_room(self.under_way) => Ok(()),
            None => Err(Wait::Answer(RECHECK)),
        }
    }
}

impl Permit<'_> {
    /// The request that this permits.
    pub fn id(&self) -> RequestId {
        self.id
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().under_way -= 1;
        self.limiter.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Nobody;

    impl Observer for Nobody {}

    fn limiter() -> RateLimiter {
        RateLimiter::new(Arc::new(Nobody))
    }

    fn refuse(limiter: &RateLimiter, wait: Duration) -> bool {
        limiter.on_rate_limited(RequestId(1), |_| wait)
    }

    #[test]
    fn endless_refusals_are_given_up_and_an_answer_forgives() {
        let limiter = limiter();
        assert!((1..GIVE_UP_AFTER).all(|_| refuse(&limiter, Duration::ZERO)));
        assert!(!refuse(&limiter, Duration::ZERO));
        limiter.on_success();
        assert!(refuse(&limiter, Duration::ZERO));
    }

    #[test]
    fn those_under_way_when_it_closed_count_once() {
        let limiter = limiter();
        assert!((0..1000).all(|_| refuse(&limiter, Duration::from_secs(9))));
    }

    #[test]
    fn one_goes_first_when_it_opens() {
        let limiter = limiter();
        refuse(&limiter, Duration::ZERO);
        let probe = limiter.try_acquire();
        assert!(probe.is_ok() && limiter.try_acquire().is_err());
        limiter.on_failure();
        assert!(limiter.try_acquire().is_ok());
        limiter.on_success();
        drop(probe);
        let first = limiter.try_acquire();
        limiter.state.lock().unwrap().window.on_answer();
        assert!(first.is_ok() && limiter.try_acquire().is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_waited_for_as_long_as_it_asks() {
        let limiter = limiter();
        refuse(&limiter, Duration::from_secs(7));
        let start = Instant::now();
        drop(limiter.acquire().await);
        assert_eq!(start.elapsed(), Duration::from_secs(7));
    }

    #[tokio::test(start_paused = true)]
    async fn a_stated_quota_is_waited_for() {
        let limiter = limiter();
        let permit = limiter.acquire().await;
        let headers = [("ratelimit-remaining", "0"), ("ratelimit-reset", "3")]
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        limiter.on_headers(permit.id(), &HeaderMap::from_iter(headers));
        drop(permit);
        let start = Instant::now();
        drop(limiter.acquire().await);
        assert_eq!(start.elapsed(), Duration::from_secs(3));
    }
}
