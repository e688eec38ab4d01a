//! Runs that are killed: nothing is lost, nothing is there twice.
//!
//! A run is killed when the fake has seen enough of it, never after so many seconds: so each round makes progress, and
//! the last one is sure to come.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::time::Duration;

use super::{Nights, mirrored, quiet, truth};
use crate::support::fake::{BoostFault, Rule, When, World};
use crate::support::{Convexport, long_tests, wait_until};

/// Starts the command and kills it after some requests, again and again until it ends by itself. How often it was
/// killed. Each run lives fifty requests longer than the one before, so that one of them ends. After each kill the
/// archive is looked at.
fn kill_until_done(
    nights: &Nights,
    random: &mut fastrand::Rng,
    command: impl Fn() -> Convexport,
    look: impl Fn(),
) -> usize {
    for kills in 0.. {
        let enough = 50 * kills + random.usize(0..100);
        let mut run = command().start();
        wait_until("a request or the end", || {
            nights.fake.asked() >= enough || run.has_ended()
        });
        if run.has_ended() {
            let run = run.end();
            assert_eq!(
                (run.code, run.stderr.as_str()),
                (0, ""),
                "after {kills} kills"
            );
            return kills;
        }
        run.kill();
        look();
    }
    unreachable!("each run lives longer")
}

/// An archive that is there is whole, and so is every conversation in it.
pub fn check(nights: &Nights) {
    let path = nights.path("a.db");
    if path.metadata().map_or(0, |file| file.len()) == 0 {
        return;
    }
    assert_eq!(nights.sql("PRAGMA integrity_check"), ["ok"]);
    let wrong = "SELECT conversation_id FROM conversations c
        WHERE messages != (SELECT count(*) FROM messages m WHERE m.conversation = c.id)";
    assert_eq!(nights.sql(wrong), Vec::<String>::new());
}

#[test]
fn kill_nine_at_any_moment_loses_and_doubles_nothing() {
    let (rounds, conversations) = if long_tests() { (5, 500) } else { (1, 120) };
    let mut kills = 0;
    for round in 0..rounds {
        let mut random = fastrand::Rng::with_seed(round);
        let world = World::with_conversations(conversations, |i| 1 + i * 7 % 45)
            .limit(400, Duration::from_secs(1))
            .rule(Rule::every_nth_in_quick_ways(25));
        let nights = Nights::new(world);
        let all = truth(&nights.fake.world());
        let look = || {
            check(&nights);
            if nights.path("a.db").exists() && !nights.sql("PRAGMA application_id").is_empty() {
                // Only whole conversations are there.
                let counts =
                    nights.sql("SELECT conversation_id || ' ' || messages FROM conversations");
                for row in counts {
                    let (id, count) = row.split_once(' ').unwrap();
                    assert_eq!(all[id].len().to_string(), count);
                }
            }
        };
        let command = || nights.bot("--concurrency 16 -d mirror -f json");
        kills += kill_until_done(&nights, &mut random, command, look);
        assert_eq!(nights.archived(), all, "round {round}");
        assert_eq!(mirrored(&nights.path("mirror")), all, "round {round}");
        println!("{} rounds, {kills} kills, nothing lost or twice", round + 1);
    }
    assert!(kills > 0);
}

#[test]
fn kill_nine_of_a_stream_loses_and_doubles_nothing() {
    let conversations = 300;
    let kills = if long_tests() { 100 } else { 6 };
    let nights = Nights::new(World::new().with_boost(conversations, |i| 2 + i % 12));
    let mut random = fastrand::Rng::with_seed(7);
    let runs = || {
        let exists = nights
            .path("a.db")
            .metadata()
            .is_ok_and(|file| file.len() > 0);
        let count = "SELECT count(*) FROM runs";
        if exists {
            nights.sql(count)[0].parse().unwrap()
        } else {
            0_usize
        }
    };
    for kill in 0..kills {
        let count = random.usize(1..conversations);
        {
            let site = &mut nights.fake.world().boost;
            site.faults.clear();
            site.fault(When::Always, BoostFault::StallAfter(count));
        }
        let before = runs();
        let killed = nights.site("").start();
        wait_until("a stall", || nights.fake.silent() > 0);
        if kill % 2 == 0 {
            wait_until("a commit", || runs() > before);
        }
        killed.kill();
        check(&nights);
    }
    nights.fake.world().boost.faults.clear();
    quiet(nights.site(""));
    let mut expected: Vec<_> = {
        let world = nights.fake.world();
        let all = world.boost.conversations.iter();
        all.map(|known| known.id.clone()).collect()
    };
    expected.sort();
    let found: Vec<_> = nights.archived().into_keys().collect();
    assert_eq!(found, expected, "after {kills} kills");
}
