//! Who is told what the client does.

use std::fmt::Debug;
use std::time::Duration;

/// Counts what the client does, and tells the user. Every method may do nothing.
pub trait Observer: Debug + Send + Sync {
    /// A request is sent.
    fn on_request(&self) {}

    /// A request has failed and will be sent again.
    fn on_retry(&self) {}

    /// The client waits for this; for nothing any more when the text is empty.
    fn on_waiting(&self, _what: &str) {}

    /// Requests had to wait this long for a rate limit.
    fn on_rate_limit_over(&self, _waited: Duration) {}

    /// A detail for whoever wants to follow each request. `line` is called only if it is wanted.
    fn on_detail(&self, _line: &dyn Fn() -> String) {}
}
