//! Nights of a bot and a site that live, with kills at points chosen by what the fake has seen: the archive is the union
//! of everything that the vendors ever returned, and nothing is in it twice.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::life::{All, Life};
use super::{crash, mirrored};
use crate::support::fake::{Action, BoostFault, Rule, When};
use crate::support::{Convexport, long_tests, wait_until};

/// Which vendor a run asks.
#[derive(Clone, Copy, PartialEq)]
enum Vendor {
    Bot,
    Site,
}

impl Life {
    fn run(&self, vendor: Vendor, sweep: bool) -> Convexport {
        let sweep = if sweep { " --sweep" } else { "" };
        match vendor {
            Vendor::Bot => self
                .nights
                .bot(&format!("-d bot -f json --concurrency 8{sweep}")),
            Vendor::Site => self.nights.site(&format!("-d site -f json{sweep}")),
        }
    }

    fn runs(&self) -> usize {
        let exists = self
            .nights
            .path("a.db")
            .metadata()
            .is_ok_and(|file| file.len() > 0);
        if exists {
            self.nights.sql("SELECT count(*) FROM runs")[0]
                .parse()
                .unwrap()
        } else {
            0
        }
    }

    /// Kills a run when the fake has seen a number of its requests. Some runs are held back then, until something of
    /// them is in the archive or there is nothing to wait for. A run may end before that.
    fn kill(&mut self, vendor: Vendor, sweep: bool, requests: usize) {
        let holds = self.random.u8(0..10) == 0;
        let stalls = holds || self.random.bool();
        let enough = match vendor {
            Vendor::Bot => self.random.usize(0..=requests),
            Vendor::Site => 1,
        };
        let before = self.runs();
        {
            let mut world = self.nights.fake.world();
            world.boost.faults.clear();
            if stalls {
                let stall = BoostFault::StallAfter(self.random.usize(0..self.talks.len()));
                world.boost.fault(When::Always, stall);
            }
            if holds {
                let hang = Rule::on("/v1/").from(enough.max(1)).answer(Action::Hang);
                world.faults.insert(0, hang);
            }
        }
        let waits_for_silence = holds || stalls && vendor == Vendor::Site;
        let fake = &self.nights.fake;
        let mut run = self.run(vendor, sweep).start();
        let mut silent_since = None;
        wait_until("enough requests or the end", || {
            if waits_for_silence {
                let since = || *silent_since.get_or_insert_with(Instant::now);
                let silence = (fake.silent() > 0).then(since);
                let is_long = |since: Instant| since.elapsed() > Duration::from_secs(2);
                let is_held =
                    silence.is_some_and(|since| !holds || self.runs() > before || is_long(since));
                return is_held || run.has_ended();
            }
            fake.asked() >= enough || run.has_ended()
        });
        let ended = run.has_ended();
        if ended {
            run.end().ends(0, &[]);
        } else {
            run.kill();
            self.kills += 1;
        }
        if holds {
            self.nights.fake.world().faults.remove(0);
        }
        crash::check(&self.nights);
        if ended {
            // There must be something for the next one to do.
            self.grow();
            self.publish();
        }
    }

    /// One night: runs that are killed until there were enough of them, and those that bring everything. Returns how
    /// many requests the last one took.
    fn night(&mut self, kills: usize, sweep: bool, requests: usize) -> usize {
        while self.kills < kills {
            let vendor = if self.random.u8(0..3) == 0 {
                Vendor::Site
            } else {
                Vendor::Bot
            };
            self.kill(vendor, sweep, requests);
        }
        self.nights.fake.world().boost.faults.clear();
        self.nights
            .fake
            .world()
            .boost
            .fault(When::Every(2), BoostFault::ResetAfter(3));
        self.run(Vendor::Site, sweep).run().ends(0, &[]);
        self.run(Vendor::Bot, sweep).run().ends(0, &[]);
        let requests = self.nights.fake.asked();
        self.note_union();
        self.check(sweep);
        requests
    }

    /// The archive is the union, except for what only a sweep must find; and the mirrors have the same.
    fn check(&mut self, sweep: bool) {
        if sweep {
            self.late.clear();
        }
        let archived = self.nights.archived();
        let on_time = |id: &String| !self.late.contains(id);
        let mut found = All::new();
        for (id, messages) in &archived {
            let set: BTreeSet<_> = messages.iter().filter(|id| on_time(id)).cloned().collect();
            let count = messages.iter().filter(|id| on_time(id)).count();
            assert_eq!(set.len(), count, "a message of {id} is there twice");
            found.insert(id.clone(), set);
        }
        let mut expected = self.union.clone();
        for messages in expected.values_mut() {
            messages.retain(|id| on_time(id));
        }
        assert_eq!(found, expected);
        let mut files = mirrored(&self.nights.path("bot"));
        files.extend(mirrored(&self.nights.path("site")));
        assert_eq!(files, archived);
    }
}

/// Thirty nights and a thousand kills when there is time for them.
#[test]
fn the_archive_is_the_union_of_everything_the_vendors_ever_returned() {
    let (nights, kills, conversations) = if long_tests() {
        (30, 1000, 80)
    } else {
        (3, 4, 25)
    };
    let mut life = Life::new(12);
    life.begin_all(conversations);
    let mut requests = conversations;
    for night in 0..nights {
        let sweep = night % 7 == 6 || night + 1 == nights;
        let wanted = kills * (night + 1) / nights;
        requests = life.night(wanted, sweep, requests);
        life.day(conversations / 8);
    }
    let messages: usize = life.union.values().map(BTreeSet::len).sum();
    println!(
        "{nights} nights, {} kills: {} conversations and {messages} messages, nothing lost or twice",
        life.kills,
        life.union.len()
    );
}
