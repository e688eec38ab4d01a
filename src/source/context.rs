//! What every source gets from the program.

use std::sync::Arc;

use crate::console::Console;
use crate::http::{self, Observer};

/// The network options, and where reports go.
#[derive(Clone, Debug)]
pub struct Context {
    /// The timeout and the number of retries.
    pub http: http::Options,
    /// Receives reports about what the HTTP client does.
    pub observer: Arc<dyn Observer>,
    /// Where warnings and details go.
    pub console: Console,
}
