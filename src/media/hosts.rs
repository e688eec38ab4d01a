//! Hosts that do not answer. A message can point to any host, so those that are dead must not hold a run up: soon they
//! are asked only briefly, or not at all. A later run asks again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A host that stayed silent so often in a row is not asked again in this run.
const ATTEMPTS: u32 = 4;

/// One that answered before may begin anew meanwhile, so it is given up only when it was silent for so long, too.
const LONG: Duration = Duration::from_secs(120);

/// From this many silent hosts on, others that have not answered yet are asked once, and briefly.
const MANY: usize = 8;

/// How long such a host may take to answer.
const BRIEFLY: Duration = Duration::from_secs(2);

/// The hosts that were asked.
#[derive(Debug, Default)]
pub struct Hosts(Mutex<HashMap<String, Host>>);

#[derive(Debug, Default)]
struct Host {
    has_answered: bool,
    /// How often it stayed silent since it last answered.
    silences: u32,
    /// When it first did.
    since: Option<Instant>,
}

impl Hosts {
    /// How long to wait for an answer of a host, of at most `timeout`. `None` when it is not to be asked any more.
    pub fn patience(&self, host: &str, timeout: Duration, now: Instant) -> Option<Duration> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = || hosts.values().filter(|host| host.silences > 0);
        let has_many = || silent().count() >= MANY;
        match hosts.get(host) {
            None if has_many() => Some(timeout.min(BRIEFLY)),
            Some(host) if host.is_dead(now) => None,
            Some(host) if !host.has_answered && has_many() => None,
            _ => Some(timeout),
        }
    }

    /// Notes whether a host has answered, or broke a connection, which shows that it is there.
    pub fn note(&self, host: &str, has_answered: bool, now: Instant) {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let host = hosts.entry(host.to_owned()).or_default();
        if has_answered {
            *host = Host {
                has_answered: true,
                ..Host::default()
            };
        } else {
            host.silences += 1;
            host.since.get_or_insert(now);
        }
    }
}

impl Host {
    fn is_dead(&self, now: Instant) -> bool {
        let is_long = || self.since.is_some_and(|since| now - since >= LONG);
        self.silences >= ATTEMPTS && (!self.has_answered || is_long())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dead_hosts_are_left_alone_and_live_ones_are_not() {
        let (long, now) = (Duration::from_secs(30), Instant::now());
        let hosts = Hosts::default();
        let patience = |host: &str| hosts.patience(host, long, now);
        hosts.note("alive", true, now);
        for _ in 0..ATTEMPTS {
            assert_eq!(patience("dead"), Some(long));
            hosts.note("dead", false, now);
        }
        assert_eq!(patience("dead"), None);
        hosts.note("tired", false, now);
        assert_eq!(patience("tired"), Some(long));
        for number in 2..MANY {
            assert_eq!(patience("new"), Some(long));
            hosts.note(&number.to_string(), false, now);
        }
        assert_eq!(patience("new"), Some(BRIEFLY));
        assert_eq!(patience("tired"), None);
        assert_eq!(patience("alive"), Some(long));
        hosts.note("tired", true, now);
        assert_eq!(patience("tired"), Some(long));
    }

    #[test]
    fn a_host_that_answered_is_given_up_only_after_long() {
        let (long, now) = (Duration::from_secs(30), Instant::now());
        let hosts = Hosts::default();
        hosts.note("busy", true, now);
        for _ in 0..=ATTEMPTS {
            hosts.note("busy", false, now);
        }
        assert_eq!(hosts.patience("busy", long, now), Some(long));
        assert_eq!(hosts.patience("busy", long, now + LONG), None);
        hosts.note("busy", true, now + LONG);
        assert_eq!(hosts.patience("busy", long, now + LONG), Some(long));
    }
}
