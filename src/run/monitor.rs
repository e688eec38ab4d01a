//! Counts network events for the summary, and shows them to the user.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::console::Console;
use crate::http::{Network, Observer, Retry};

/// Counts what the HTTP client does, and shows it.
#[derive(Debug)]
pub struct Monitor {
    console: Console,
    requests: AtomicU64,
    retries: AtomicU64,
    waited_ms: AtomicU64,
}

impl Monitor {
    /// Makes a monitor with all counts at zero.
    pub fn new(console: Console) -> Arc<Self> {
        Arc::new(Self {
            console,
            requests: AtomicU64::new(0),
            retries: AtomicU64::new(0),
            waited_ms: AtomicU64::new(0),
        })
    }

    /// The counts.
    pub fn network(&self) -> Network {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Network {
            requests: count(&self.requests),
            retries: count(&self.retries),
            seconds_waited: Duration::from_millis(count(&self.waited_ms)).as_secs_f64(),
        }
    }
}

impl Observer for Monitor {
    fn on_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    fn on_retry(&self) {
        self.retries.fetch_add(1, Ordering::Relaxed);
    }

    fn on_waiting(&self, what: &str) {
        self.console.status(what);
    }

    fn on_wait(&self, since: Instant, retry: Option<Retry>) -> u64 {
        self.console.begin_wait(since, retry)
    }

    fn on_wait_over(&self, wait: u64) {
        self.console.end_wait(wait);
    }

    fn on_rate_limit_over(&self, waited: Duration) {
        let millis = u64::try_from(waited.as_millis()).unwrap_or(u64::MAX);
        self.waited_ms.fetch_add(millis, Ordering::Relaxed);
    }

    fn on_detail(&self, line: &dyn Fn() -> String) {
        self.console.detail(line);
    }
}
