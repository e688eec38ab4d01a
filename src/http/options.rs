//! The network options.

use std::time::Duration;

/// The timeout and the number of retries.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many times a failed request is sent again. Waiting for a rate limit does not count.
    pub retries: u32,
    /// How long to wait for a connection, and for the next bytes of an answer.
    pub timeout: Duration,
}
