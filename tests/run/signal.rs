//! Signals, and time that is up: a run that is told to stop.

#![cfg(unix)]

use std::time::{Duration, Instant};

use crate::archive::crash::{end, pause, signal, start, wait_for_requests};

use crate::support::botpress;
use crate::support::fake::{Action, Fake, Rule, World};

#[test]
fn a_signal_is_heard_while_a_rate_limit_is_waited_for() {
    let fake = Fake::start(
        World::with_conversations(3, |_| 1)
            .rule(Rule::on("/messages").answer(Action::retry_after(600))),
    );
    let child = start(botpress(&fake, "-f jsonl"));
    wait_for_requests(&fake, 2);
    pause(200);
    let asked = Instant::now();
    signal(&child, "-INT");
    let run = end(child);
    assert!(asked.elapsed() < Duration::from_secs(2));
    run.ends(130, &["without --state this begins anew: "]);
}

#[test]
fn a_signal_is_heard_though_nobody_reads_the_output() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut child = start(botpress(&fake, "-f jsonl"));
    wait_for_requests(&fake, 100);
    pause(300);
    let asked = Instant::now();
    signal(&child, "-TERM");
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(asked.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut child = start(botpress(&fake, "-f jsonl"));
    wait_for_requests(&fake, 100);
    pause(300);
    signal(&child, "-INT");
    pause(100);
    let asked = Instant::now();
    signal(&child, "-INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(asked.elapsed() < Duration::from_secs(1));
}

#[cfg(target_os = "linux")]
#[test]
fn time_is_up_though_nobody_reads_the_output() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut child = botpress(&fake, "-f jsonl --max-duration 1s").command();
    let mut child = child.stdout(std::process::Stdio::piped()).spawn().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(3));
}
