//! A sliding-window rate limiter like the one Botpress documents: at most N requests in any window of a given length.
//! Refused requests do not count.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Allows at most `requests` in any `window`.
#[derive(Debug)]
pub struct Limiter {
    pub requests: usize,
    pub window: Duration,
    admitted: VecDeque<Instant>,
}

/// What the limiter decides for one request.
#[derive(Debug, Clone, Copy)]
pub struct Verdict {
    pub allowed: bool,
    pub limit: usize,
    pub remaining: usize,
    /// Whole seconds, rounded up, until the oldest request leaves the window.
    pub reset: u64,
}

impl Limiter {
    pub fn new(requests: usize, window: Duration) -> Self {
        Self {
            requests,
            window,
            admitted: VecDeque::new(),
        }
    }

    /// Counts a request that comes now, if the limit allows it.
    pub fn admit(&mut self, now: Instant) -> Verdict {
        while let Some(first) = self.admitted.front()
            && now.duration_since(*first) >= self.window
        {
            self.admitted.pop_front();
        }
        let allowed = self.admitted.len() < self.requests;
        if allowed {
            self.admitted.push_back(now);
        }
        let oldest = self.admitted.front().copied().unwrap_or(now);
        let left = self.window.saturating_sub(now.duration_since(oldest));
        Verdict {
            allowed,
            limit: self.requests,
            remaining: self.requests - self.admitted.len(),
            reset: left.as_secs() + u64::from(left.subsec_nanos() > 0),
        }
    }
}

impl Verdict {
    /// The headers that every answer has.
    pub fn headers(self) -> [(String, String); 3] {
        [
            ("RateLimit-Limit".to_owned(), self.limit.to_string()),
            ("RateLimit-Remaining".to_owned(), self.remaining.to_string()),
            ("RateLimit-Reset".to_owned(), self.reset.to_string()),
        ]
    }
}
