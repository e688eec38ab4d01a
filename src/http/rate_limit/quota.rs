//! Keeps to the quota that Botpress states with every answer (vendors/botpress.md, Limits).

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

use super::reset::reset;

/// After this long without an answer one request is sent to learn the quota, since the awaited answer may never come.
const PROBE_AFTER: Duration = Duration::from_secs(1);

/// The longest window that is believed. A larger number is a mistake.
const LONGEST: Duration = Duration::from_secs(3600);

/// The quota that one answer states.
#[derive(Clone, Copy, Debug)]
pub struct QuotaHeaders {
    /// How many requests are left in the vendor's window.
    pub remaining: u64,
    /// How long until the window is renewed.
    pub reset: Duration,
}

impl QuotaHeaders {
    /// Reads `RateLimit-Remaining` and `RateLimit-Reset`. Returns `None` when one is missing or not a number.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        Some(Self {
            remaining: text("ratelimit-remaining")?.trim().parse().ok()?,
            reset: reset(headers)?.min(LONGEST),
        })
    }
}

/// What is known about the vendor's quota.
///
/// An answer says how many requests were left when its own request was counted. The vendor may or may not have counted
/// the requests under way. We assume that it has not, so that we send too few rather than too many. Answers may arrive
/// out of order: the one with the lowest number is the newest.
#[derive(Debug)]
pub struct Quota {
    /// How many requests were left according to the newest answer.
    stated: u64,
    /// The lowest number stated since then.
    lowest: u64,
    /// How many requests may be sent.
    left: u64,
    /// When the quota is renewed.
    renewed: Instant,
    /// How many requests had been sent when the newest answer came. Only the answer to a later request can raise the
    /// quota.
    sent: u64,
}

impl Quota {
    /// Makes a quota from the first answer that states one. `under_way` counts the other requests under way, `sent` all
    /// requests sent.
    pub fn new(headers: QuotaHeaders, under_way: u64, sent: u64, now: Instant) -> Self {
        Self {
            stated: headers.remaining,
            lowest: u64::MAX,
            left: headers.remaining.saturating_sub(under_way),
            renewed: now + headers.reset,
            sent,
        }
    }

    /// Records what the answer to the `number`th request states.
    pub fn update(
        &mut self,
        headers: QuotaHeaders,
        number: u64,
        under_way: u64,
        sent: u64,
        now: Instant,
    ) {
        self.lowest = self.lowest.min(headers.remaining);
        let left = self.lowest.saturating_sub(under_way);
        if number > self.sent {
            self.stated = self.lowest;
            self.left = left;
            self.lowest = u64::MAX;
            self.sent = sent;
            self.renewed = now + headers.reset;
        } else {
            self.stated = self.stated.min(self.lowest);
            self.left = self.left.min(left);
        }
    }

    /// Takes one request from the quota. The error says how long to wait, unless an answer comes first.
    pub fn take(&mut self, under_way: u64, now: Instant) -> Result<(), Duration> {
        if self.left == 0 && under_way == 0 {
            self.left = std::mem::take(&mut self.stated);
        }
        if self.left == 0 {
            if now < self.renewed {
                return Err(self.renewed - now);
            }
            // One request is sent, and its answer says how many may follow. Earlier answers do not count any more.
            self.left = 1;
            self.lowest = u64::MAX;
            self.renewed = now + PROBE_AFTER;
        }
        self.left -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(remaining: u64, seconds: u64) -> QuotaHeaders {
        let reset = Duration::from_secs(seconds);
        QuotaHeaders { remaining, reset }
    }

    #[test]
    fn requests_under_way_are_assumed_not_to_be_counted() {
        let now = Instant::now();
        let mut quota = Quota::new(headers(3, 9), 2, 3, now);
        assert_eq!(quota.take(2, now), Ok(()));
        assert_eq!(quota.take(3, now), Err(Duration::from_secs(9)));
        // The answer to an earlier request cannot raise the quota; the answer to a later request replaces it.
        quota.update(headers(9, 9), 2, 0, 4, now);
        assert!(quota.take(1, now).is_err());
        quota.update(headers(9, 9), 4, 0, 4, now);
        assert_eq!((0..9).filter(|_| quota.take(1, now).is_ok()).count(), 9);
        assert!(quota.take(1, now).is_err());
    }

    #[test]
    fn of_answers_that_overtook_one_another_the_lowest_is_the_newest() {
        let now = Instant::now();
        let mut quota = Quota::new(headers(5, 9), 1, 2, now);
        // The second request was counted after the third, but its answer came first.
        quota.update(headers(3, 9), 2, 1, 3, now);
        quota.update(headers(4, 9), 3, 0, 3, now);
        assert_eq!((0..9).filter(|_| quota.take(1, now).is_ok()).count(), 3);
    }

    #[test]
    fn with_nothing_under_way_the_newest_answer_is_exact() {
        let now = Instant::now();
        let mut quota = Quota::new(headers(2, 9), 2, 3, now);
        assert!(quota.take(2, now).is_err());
        assert!(quota.take(0, now).is_ok() && quota.take(1, now).is_ok());
        assert!(quota.take(0, now).is_err());
    }

    #[test]
    fn one_goes_first_when_it_is_renewed() {
        let now = Instant::now();
        let mut quota = Quota::new(headers(0, 2), 0, 1, now);
        assert_eq!(quota.take(0, now), Err(Duration::from_secs(2)));
        let later = now + Duration::from_secs(2);
        assert_eq!(quota.take(0, later), Ok(()));
        assert_eq!(quota.take(1, later), Err(PROBE_AFTER));
        quota.update(headers(5, 10), 2, 0, 2, later);
        assert_eq!(quota.take(0, later), Ok(()));
    }
}
