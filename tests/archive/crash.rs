//! Runs that are killed, stopped, or out of time: nothing is lost, nothing is twice.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{mirror, slow};
use crate::support::fake::{Fake, Rule, World};
use crate::support::{Convexport, Run, boost, botpress, ids, records, truth};

/// Starts the command and kills it after a random while, again and again until it ends by itself. How often it was
/// killed.
fn kill_until_done(
    random: &mut fastrand::Rng,
    most: u64,
    command: impl Fn() -> Convexport,
) -> usize {
    for kills in 0..200 {
        let mut child = start(command());
        let deadline = Instant::now() + Duration::from_millis(random.u64(50..most));
        while Instant::now() < deadline && child.try_wait().unwrap().is_none() {
            pause(1);
        }
        if child.try_wait().unwrap().is_some() {
            let run = end(child);
            assert_eq!(
                (run.code, run.stderr.as_str()),
                (0, ""),
                "after {kills} kills"
            );
            return kills;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    panic!("it never ended");
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

/// `KILL_ROUNDS` makes it as long as one likes; each round kills several times.
#[test]
fn kill_nine_at_any_moment_loses_and_doubles_nothing() {
    let rounds = std::env::var("KILL_ROUNDS")
        .ok()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(1);
    let mut kills = 0;
    for round in 0..rounds {
        let mut random = fastrand::Rng::with_seed(round);
        let world = World::with_conversations(500, |i| 1 + i * 7 % 45)
            .limit(400, Duration::from_secs(1))
            .rule(Rule::every_nth_in_quick_ways(25));
        let fake = Fake::start(world);
        let mut expected = truth(&fake.world());
        expected.sort();
        let folder = tempfile::tempdir().unwrap();
        for destination in ["-d mirror -f json", "-o all.jsonl --append"] {
            let state = destination.len();
            let args = format!("--concurrency 16 --state s{state} {destination}");
            kills += kill_until_done(&mut random, 2500, || {
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
    let fake = Fake::start(World::new().with_boost(500, |i| 2 + i % 12));
    fake.world().boost.drip = Duration::from_millis(1);
    let mut expected: Vec<_> = fake
        .world()
        .boost
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect();
    expected.sort();
    let folder = tempfile::tempdir().unwrap();
    let mut random = fastrand::Rng::with_seed(7);
    let args = "--since 2026-01-01 --state s -o all.jsonl --append";
    let kills = kill_until_done(&mut random, 400, || {
        boost(&fake, args).within(folder.path())
    });
    let text = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    let mut found: Vec<_> = ids(&records(&text)).into_iter().map(|(id, _)| id).collect();
    found.sort();
    assert_eq!(found, expected, "after {kills} kills");
}

#[test]
fn finished_conversations_are_not_fetched_again() {
    let fake = slow(400);
    let folder = tempfile::tempdir().unwrap();
    let run =
        || botpress(&fake, "--concurrency 2 --state s -d mirror -f json").within(folder.path());
    let mut child = start(run());
    wait_for_requests(&fake, 320);
    child.kill().unwrap();
    child.wait().unwrap();
    fake.forget();
    run().stdout();
    let fetched = fake
        .requests()
        .iter()
        .filter(|request| request.path.ends_with("/messages"))
        .count();
    assert!(
        fetched < 310,
        "{fetched} fetched again, though progress is saved every hundred"
    );
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_eq!(mirror(&folder.path().join("mirror")), expected);
}

#[test]
fn signals_save_and_say_how_to_go_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let fake = slow(1000);
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            botpress(&fake, "--state s -d mirror -f json --summary summary.json")
                .within(folder.path())
        };
        let child = start(run());
        let files = || fs::read_dir(folder.path().join("mirror")).map_or(0, Iterator::count);
        while files() < 50 {
            pause(5);
        }
        let asked = Instant::now();
        signal(&child, name);
        let stopped = end(child);
        assert!(asked.elapsed() < Duration::from_secs(2));
        stopped.ends(
            code,
            &[
                "this continues where it stopped: ",
                " --state s -d mirror -f json",
                "interrupted",
            ],
        );
        let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
        let summary: serde_json::Value = serde_json::from_str(&summary).unwrap();
        assert_eq!(
            (&summary["exit_code"], &summary["complete"]),
            (&code.into(), &false.into())
        );
        let written = mirror(&folder.path().join("mirror")).len();
        assert!(written > 20 && written < 1000, "{written}");
        let names = fs::read_dir(folder.path().join("mirror")).unwrap();
        assert!(
            names.into_iter().all(|name| !name
                .unwrap()
                .path()
                .to_string_lossy()
                .ends_with(".partial"))
        );
        fake.forget();
        run().stdout();
        let fetched = fake
            .requests()
            .iter()
            .filter(|request| request.path.ends_with("/messages"))
            .count();
        assert_eq!(
            fetched,
            1000 - written,
            "what was saved is not fetched again"
        );
    }
}

#[test]
fn time_that_is_up_ends_a_run_that_can_be_continued() {
    let fake = slow(150);
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        botpress(&fake, "--concurrency 1 --state s -o all.jsonl --append")
            .args(more)
            .within(folder.path())
            .run()
    };
    let mut rounds = 0;
    while run("--max-duration 1s").code == 3 {
        rounds += 1;
        assert!(rounds < 30);
    }
    assert!(rounds > 0, "it was not done in the first second");
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_appended(&folder.path().join("all.jsonl"), &expected);
    let cut = botpress(&fake, "-f jsonl --max-duration 0s").run();
    cut.ends(3, &["stopped by --max-duration"]);
}

pub fn pause(millis: u64) {
    std::thread::sleep(Duration::from_millis(millis));
}

pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

pub fn start(command: Convexport) -> Child {
    command
        .command()
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

pub fn end(child: Child) -> Run {
    Run::from(child.wait_with_output().unwrap())
}

pub fn wait_for_requests(fake: &Fake, count: usize) {
    while fake.requests().len() < count {
        pause(5);
    }
}
