//! Receives reports about what the HTTP client does.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// A request that is sent again.
#[derive(Debug)]
pub struct Retry {
    /// Which retry it is.
    pub number: u32,
    /// How many there are at most.
    pub of: u32,
    /// When it is sent.
    pub at: Instant,
    /// What went wrong.
    pub why: String,
}

/// Receives reports about what the HTTP client does. Every method may do nothing.
pub trait Observer: Debug + Send + Sync {
    /// A request is sent.
    fn on_request(&self) {}

    /// A request has failed and will be sent again.
    fn on_retry(&self) {}

    /// All requests wait for this. An empty text ends the wait.
    fn on_waiting(&self, _what: &str) {}

    /// A request waits since this time: for its answer, or to be sent again. Returns the number of the wait.
    fn on_wait(&self, _since: Instant, _retry: Option<Retry>) -> u64 {
        0
    }

    /// The wait of this number is over.
    fn on_wait_over(&self, _wait: u64) {}

    /// Requests had to wait this long for a rate limit.
    fn on_rate_limit_over(&self, _waited: Duration) {}

    /// A detail about a request. `line` is called only when details are shown.
    fn on_detail(&self, _line: &dyn Fn() -> String) {}
}
