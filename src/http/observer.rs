//! Receives reports about what the HTTP client does.

use std::fmt::Debug;
use std::time::Duration;

/// Receives reports about what the HTTP client does. Every method may do nothing.
pub trait Observer: Debug + Send + Sync {
    /// A request is sent.
    fn on_request(&self) {}

    /// A request has failed and will be sent again.
    fn on_retry(&self) {}

    /// The client waits for this. An empty text ends the wait.
    fn on_waiting(&self, _what: &str) {}

    /// Requests had to wait this long for a rate limit.
    fn on_rate_limit_over(&self, _waited: Duration) {}

    /// A detail about a request. `line` is called only when details are shown.
    fn on_detail(&self, _line: &dyn Fn() -> String) {}
}
