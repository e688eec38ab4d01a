//! What every source needs around it.

use std::sync::Arc;

use crate::console::Console;
use crate::http::{self, Observer};

/// The network, and who is told what happens.
#[derive(Clone, Debug)]
pub struct Context {
    /// How patient the client is.
    pub http: http::Options,
    /// Who is told what the client does.
    pub observer: Arc<dyn Observer>,
    /// Where warnings and details go.
    pub console: Console,
}
