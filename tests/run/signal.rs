//! Signals, and time that is up: a run that is told to stop.

#![cfg(unix)]

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Running, botpress, wait_until};

#[test]
fn a_signal_is_heard_while_a_rate_limit_is_waited_for() {
    let fake = Fake::start(
        World::with_conversations(3, |_| 1)
            .rule(Rule::on("/messages").answer(Action::retry_after(600))),
    );
    let running = botpress(&fake, "-f jsonl -v").start();
    running.wait_until_said("rate limited, waiting 600");
    running.signal("-INT");
    let run = running.end();
    // What somebody did on purpose is one line.
    run.ends(
        130,
        &["convexport: error: interrupted; without --archive this begins anew: "],
    );
    assert_eq!(
        run.stderr.matches("convexport: error:").count(),
        1,
        "{}",
        run.stderr
    );
}

/// A run whose output nobody reads: it has fetched everything, and waits for its pipe to take more.
fn stuck() -> (Fake, Running) {
    let fake = Fake::start(World::with_conversations(40, |_| 20));
    let running = botpress(&fake, "-f jsonl").start();
    // Two pages of conversations, and a page of messages for each.
    wait_until("all requests", || fake.asked() >= 2 + 40);
    (fake, running)
}

#[test]
fn a_signal_is_heard_though_nobody_reads_the_output() {
    let (_fake, mut running) = stuck();
    running.signal("-TERM");
    assert_eq!(running.code(), Some(143));
}

/// The run ends with the code of the second signal, or with that of the first when its two seconds of grace are over.
/// On a machine that is busy enough they may be, so there is more than one try.
#[test]
fn a_second_signal_ends_it_at_once() {
    let second_counts = || {
        let (_fake, mut running) = stuck();
        running.signal("-INT");
        // One that comes before the first was dealt with is not heard.
        wait_until("the end", || {
            running.signal("-TERM");
            running.has_ended()
        });
        running.code() == Some(143)
    };
    assert!((0..5).any(|_| second_counts()));
}

#[cfg(target_os = "linux")]
#[test]
fn time_is_up_though_nobody_reads_the_output() {
    let fake = Fake::start(World::with_conversations(100, |_| 20));
    let mut running = botpress(&fake, "-f jsonl --max-duration 1s").start();
    assert_eq!(running.code(), Some(3));
}
