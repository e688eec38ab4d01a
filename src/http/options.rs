//! What a user can set about the network.

use std::time::Duration;

/// How patient the client is.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many times a failed request is sent again. Waiting for a rate limit does not count.
    pub retries: u32,
    /// How long to wait for a connection, and for the next bytes of an answer.
    pub timeout: Duration,
}
