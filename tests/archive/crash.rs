//! Runs that are killed, stopped, or out of time: nothing is lost, nothing is twice.
//!
//! A run is killed when the fake has seen enough of it, never after so many seconds: so each round makes progress, and
//! the last one is sure to come.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use super::{mirror, slow};
use crate::support::fake::{Action, BoostFault, Fake, Rule, When, World};
use crate::support::{
    Convexport, boost, botpress, ids, long_tests, records, summary, truth, wait_until,
};

/// Starts the command and kills it after some requests, again and again until it ends by itself. How often it was
/// killed. Each run lives fifty requests longer than the one before, so that one of them ends.
fn kill_until_done(
    fake: &Fake,
    random: &mut fastrand::Rng,
    command: impl Fn() -> Convexport,
) -> usize {
    for kills in 0.. {
        fake.forget();
        let enough = 50 * kills + random.usize(0..100);
        let mut run = command().start();
        wait_until("a request or the end", || {
            fake.asked() >= enough || run.has_ended()
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
    }
    unreachable!("each run lives longer")
}

/// Each id once, each line valid, everything there.
pub fn assert_appended(file: &Path, expected: &[(String, Vec<String>)]) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.ends_with('\n'));
    let mut found = ids(&records(&text));
    let distinct: HashSet<_> = found.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(distinct.len(), found.len(), "nothing twice");
    found.sort();
    assert_eq!(found, expected);
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
        let fake = Fake::start(world);
        let mut expected = truth(&fake.world());
        expected.sort();
        let folder = tempfile::tempdir().unwrap();
        for destination in ["-d mirror -f json", "-o all.jsonl --append"] {
            let state = destination.len();
            let args = format!("--concurrency 16 --state s{state} {destination}");
            kills += kill_until_done(&fake, &mut random, || {
                botpress(&fake, &args).within(folder.path())
            });
        }
        assert_eq!(
            mirror(&folder.path().join("mirror")),
            expected,
            "round {round}"
        );
        assert_appended(&folder.path().join("all.jsonl"), &expected);
        println!("{} rounds, {kills} kills, nothing lost or twice", round + 1);
    }
    assert!(kills > 0);
}

#[test]
fn kill_nine_of_a_stream_loses_and_doubles_nothing() {
    let conversations = 300;
    let kills = if long_tests() { 100 } else { 9 };
    let fake = Fake::start(World::new().with_boost(conversations, |i| 2 + i % 12));
    let mut expected: Vec<_> = fake
        .world()
        .boost
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect();
    expected.sort();
    let folder = tempfile::tempdir().unwrap();
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    let written = || read("all.jsonl").lines().count();
    let saved = || read("s.journal").matches("\"done\"").count();
    let args = "--since 2026-01-01 --state s -o all.jsonl --append";
    let run = || boost(&fake, args).within(folder.path());
    let mut random = fastrand::Rng::with_seed(7);
    for kill in 0..kills {
        let count = random.usize(1..conversations);
        {
            let site = &mut fake.world().boost;
            site.faults.clear();
            site.fault(When::Always, BoostFault::StallAfter(count));
        }
        fake.forget();
        let killed = run().start();
        match kill % 3 {
            0 => wait_until("a stall, with all of it to be read", || fake.silent() > 0),
            1 => wait_until("all of it in the file", || written() >= count),
            _ => wait_until("all of it in the journal", || saved() >= count),
        }
        killed.kill();
    }
    assert!(written() > 0, "the killed runs have written");
    fake.world().boost.faults.clear();
    run().stdout();
    let mut found: Vec<_> = ids(&records(&read("all.jsonl")))
        .into_iter()
        .map(|(id, _)| id)
        .collect();
    found.sort();
    assert_eq!(found, expected, "after {kills} kills");
}

#[test]
fn finished_conversations_are_not_fetched_again() {
    let silence = Rule::on("/messages").from(200).answer(Action::Hang);
    let fake = Fake::start(World::with_conversations(240, |_| 2).rule(silence));
    let folder = tempfile::tempdir().unwrap();
    let run =
        || botpress(&fake, "--concurrency 2 --state s -d mirror -f json").within(folder.path());
    let killed = run().start();
    wait_until("150 files", || files(folder.path()) >= 150);
    killed.kill();
    fake.world().faults.clear();
    fake.forget();
    run().stdout();
    let fetched = fake.asked_for("/v1/chat/messages");
    assert!(
        fetched <= 140,
        "{fetched} fetched again, though progress is saved every hundred"
    );
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_eq!(mirror(&folder.path().join("mirror")), expected);
}

/// How many files a mirror has.
fn files(folder: &Path) -> usize {
    fs::read_dir(folder.join("mirror")).map_or(0, Iterator::count)
}

#[test]
fn signals_save_and_say_how_to_go_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let silence = Rule::on("/messages").from(150).answer(Action::Hang);
        let fake = Fake::start(World::with_conversations(300, |_| 2).rule(silence));
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            botpress(&fake, "--state s -d mirror -f json --summary summary.json")
                .within(folder.path())
        };
        let running = run().start();
        wait_until("50 files", || files(folder.path()) >= 50);
        running.signal(name);
        let stopped = running.end();
        stopped.ends(
            code,
            &[
                "this continues where it stopped: ",
                " --state s -d mirror -f json",
                "interrupted",
            ],
        );
        let summary = summary(folder.path());
        assert_eq!(
            (&summary["exit_code"], &summary["complete"]),
            (&code.into(), &false.into())
        );
        let written = mirror(&folder.path().join("mirror")).len();
        assert!(written > 20 && written < 300, "{written}");
        let names = fs::read_dir(folder.path().join("mirror")).unwrap();
        assert!(
            names.into_iter().all(|name| !name
                .unwrap()
                .path()
                .to_string_lossy()
                .ends_with(".partial"))
        );
        fake.world().faults.clear();
        fake.forget();
        run().stdout();
        assert_eq!(
            fake.asked_for("/v1/chat/messages"),
            300 - written,
            "what was saved is not fetched again"
        );
    }
}

/// Each run may take a second longer than the one before, so that one of them ends.
#[test]
fn time_that_is_up_ends_a_run_that_can_be_continued() {
    let fake = slow(75);
    let folder = tempfile::tempdir().unwrap();
    let run = |seconds: usize| {
        botpress(
            &fake,
            "--concurrency 1 --state s -o all.jsonl --append --max-duration",
        )
        .arg(format!("{seconds}s"))
        .within(folder.path())
        .run()
    };
    let mut rounds = 0;
    while run(rounds + 1).code == 3 {
        rounds += 1;
    }
    assert!(rounds > 0, "it was not done in the first second");
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_appended(&folder.path().join("all.jsonl"), &expected);
    let cut = botpress(&fake, "-f jsonl --max-duration 0s").run();
    cut.ends(3, &["stopped by --max-duration"]);
}
