//! Hosts that do not answer. A message can point to any host, so those that are dead must not hold a run up: soon they
//! are asked only briefly, or not at all. A later run asks again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// A host that stayed silent so often in a row is not asked again in this run.
const ATTEMPTS: u32 = 4;

/// From this many silent hosts on, others that have not answered yet are asked once, and briefly.
const MANY: usize = 8;

/// How long such a host may take to answer.
const BRIEFLY: Duration = Duration::from_secs(2);

/// The hosts that were asked, and how often each stayed silent since it last answered.
#[derive(Debug, Default)]
pub struct Hosts(Mutex<HashMap<String, u32>>);

impl Hosts {
    /// How long to wait for an answer of a host, of at most `timeout`. `None` when it is not to be asked any more.
    pub fn patience(&self, host: &str, timeout: Duration) -> Option<Duration> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let has_many = || hosts.values().filter(|times| **times > 0).count() >= MANY;
        match hosts.get(host) {
            Some(0) => Some(timeout),
            Some(times) if *times >= ATTEMPTS || has_many() => None,
            None if has_many() => Some(timeout.min(BRIEFLY)),
            _ => Some(timeout),
        }
    }

    /// Notes whether a host has answered.
    pub fn note(&self, host: &str, has_answered: bool) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = hosts.entry(host.to_owned()).or_default();
        *times = if has_answered { 0 } else { *times + 1 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_hosts_are_left_alone_and_live_ones_are_not() {
        let long = Duration::from_secs(30);
        let hosts = Hosts::default();
        hosts.note("alive", true);
        for _ in 0..ATTEMPTS {
            assert_eq!(hosts.patience("dead", long), Some(long));
            hosts.note("dead", false);
        }
        assert_eq!(hosts.patience("dead", long), None);
        hosts.note("tired", false);
        assert_eq!(hosts.patience("tired", long), Some(long));
        for number in 2..MANY {
            assert_eq!(hosts.patience("new", long), Some(long));
            hosts.note(&number.to_string(), false);
        }
        assert_eq!(hosts.patience("new", long), Some(BRIEFLY));
        assert_eq!(hosts.patience("tired", long), None);
        assert_eq!(hosts.patience("alive", long), Some(long));
        hosts.note("tired", true);
        assert_eq!(hosts.patience("tired", long), Some(long));
    }
}
