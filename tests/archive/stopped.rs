//! Runs that are stopped, and what others may do with the archive meanwhile.

#![cfg(unix)]

use super::{Nights, quiet, truth};
use crate::support::fake::{Action, Gate, Rule, World};
use crate::support::{convexport, records, summary, wait_until};

/// A bot that says nothing more after sixty calls for messages, until its faults are cleared.
fn silent_midway() -> Nights {
    let silence = Rule::on("conversationId=").from(61).answer(Action::Hang);
    Nights::new(World::with_conversations(100, |_| 2).rule(silence))
}

/// Runs the command without faults, and checks that it asks only for what is missing.
fn goes_on(nights: &Nights) {
    let saved = nights.archived();
    let all = truth(&nights.fake.world());
    for (id, messages) in &saved {
        assert_eq!(&all[id], messages, "no half conversation");
    }
    nights.fake.world().faults.clear();
    quiet(nights.bot(""));
    let single = nights.fake.requests();
    let single = single
        .iter()
        .filter(|request| request.param("conversationId").is_some());
    assert_eq!(single.count(), 100 - saved.len());
    assert_eq!(nights.archived(), all);
}

#[test]
fn signals_save_and_say_how_to_go_on() {
    for (name, code) in [("-INT", 130), ("-TERM", 143)] {
        let nights = silent_midway();
        let running = nights.bot("--concurrency 1 --summary summary.json").start();
        wait_until("the silence", || nights.fake.silent() > 0);
        // One of them is stopped at once, and the other when something is in the archive by itself.
        let saved = || !nights.sql("SELECT 1 FROM conversations LIMIT 1").is_empty();
        if name == "-TERM" {
            wait_until("a commit", saved);
        }
        running.signal(name);
        let stopped = running.end();
        let again = "interrupted; what came is saved; this continues: ";
        stopped.ends(code, &[again, " --archive a.db"]);
        assert_eq!(stopped.stderr.lines().count(), 1, "{}", stopped.stderr);
        let summary = summary(nights.folder.path());
        assert_eq!(
            (&summary["exit_code"], &summary["complete"]),
            (&code.into(), &false.into())
        );
        assert!(!nights.archived().is_empty());
        goes_on(&nights);
    }
}

/// In ever more time until something of it is saved.
#[test]
fn time_that_is_up_ends_a_run_that_can_be_continued() {
    let nights = silent_midway();
    for seconds in 1.. {
        let run = nights.bot(&format!("--max-duration {seconds}s")).run();
        run.ends(
            3,
            &[
                "stopped by --max-duration",
                "what came is saved; this continues: ",
            ],
        );
        if !nights.sql("SELECT 1 FROM conversations LIMIT 1").is_empty() {
            break;
        }
    }
    goes_on(&nights);
}

#[test]
fn one_run_writes_while_others_read() {
    let gate = Gate::default();
    let held = Rule::on("conversationId=")
        .from(41)
        .answer(Action::Hold(gate.clone()));
    let nights = Nights::new(World::with_conversations(60, |_| 20).rule(held));
    let first = nights.bot("--concurrency 2").start();
    wait_until("the first run", || gate.waiting() > 0);
    std::os::unix::fs::symlink("a.db", nights.path("link.db")).unwrap();
    for (archive, other) in [
        ("a.db", ""),
        ("a.db", "--only-failed"),
        ("a.db", "-d mirror -f json"),
        ("link.db", ""),
    ] {
        let second = crate::support::botpress(&nights.fake, "--archive").args(archive);
        let second = second.args(other).within(nights.folder.path()).run();
        let name = format!("the archive {archive}");
        let why = "another run of convexport is writing there";
        second.ends(1, &[&name, why]);
    }
    assert!(
        gate.waiting() > 0,
        "the refused runs have ended, and the first is still at work"
    );
    let count = || {
        nights.sql("SELECT count(*) FROM conversations")[0]
            .parse::<usize>()
            .unwrap()
    };
    wait_until("the first commit", || count() > 0);
    let all = truth(&nights.fake.world());
    for (id, messages) in nights.archived() {
        assert_eq!(all[&id], messages, "no half conversation");
    }
    gate.open();
    quiet_end(&first.end());
    assert_eq!(nights.archived(), all);
}

fn quiet_end(run: &crate::support::Run) {
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
}

/// The program is asked for the archive again and again while it grows: each answer is of one moment.
#[test]
fn no_reader_ever_sees_half_a_conversation() {
    let gate = Gate::default();
    // The run waits here until it was looked at midway.
    let hold = Rule::on("conversationId=")
        .nth(100)
        .answer(Action::Hold(gate.clone()));
    let mut world = World::with_conversations(150, |_| 30).rule(hold);
    world.latency = std::time::Duration::from_millis(10);
    let nights = Nights::new(world);
    let all = truth(&nights.fake.world());
    let mut running = nights.bot("--concurrency 4").start();
    wait_until("an archive", || {
        nights
            .path("a.db")
            .metadata()
            .is_ok_and(|file| file.len() > 0)
    });
    let mut partly = 0;
    while !running.has_ended() {
        let jsonl = convexport("render a.db -f jsonl")
            .within(nights.folder.path())
            .run();
        // The very first look may come before there are tables.
        let seen = super::by_id(&jsonl.stdout);
        if !seen.is_empty() && seen.len() < 150 {
            partly += 1;
            gate.open();
        }
        for (id, messages) in seen {
            assert_eq!(all[&id], messages);
        }
    }
    quiet_end(&running.end());
    assert!(partly > 0, "it was looked at midway");
    assert_eq!(nights.archived(), all);
}

#[test]
fn a_reader_of_stdout_that_dies_makes_the_run_fail() {
    let nights = Nights::new(World::with_conversations(60, |_| 10).filler(500));
    let mut running = nights.bot("-f jsonl").start();
    running.read_and_leave(100);
    let left = running.end();
    left.ends(
        1,
        &["`convexport render a.db --changed-since 1`", "ended early"],
    );
    let again = records(&nights.render("--changed-since 1"));
    assert_eq!(again.len(), 60);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    // The archive is complete, and the next run says only what is new to it.
    quiet(nights.bot("-f jsonl"));
}
