//! Counts of the network for the summary.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The network's part of a run's summary.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// Requests sent, including those that failed.
    pub requests: u64,
    /// Requests sent again after a failure.
    pub retries: u64,
    /// Time spent waiting for rate limits.
    pub seconds_waited: f64,
}
