//! How many conversations are fetched at once, and how far they run ahead of a slow one.

use std::time::Duration;

use crate::support::fake::{Action, Fake, Gate, Rule, World};
use crate::support::{botpress, ids, records, truth, wait_until};

#[test]
fn several_conversations_are_fetched_at_once_and_written_in_order() {
    let gate = Gate::default();
    let held = Rule::on("/messages").first(4);
    let slow = Rule::on("/messages").every(3);
    let world = World::with_conversations(40, |_| 2)
        .rule(held.answer(Action::Hold(gate.clone())))
        .rule(slow.answer(Action::Delay(Duration::from_millis(20))));
    let fake = Fake::start(world);
    let running = botpress(&fake, "-f jsonl --concurrency 4").start();
    wait_until("four at once", || gate.waiting() == 4);
    gate.open();
    let run = running.end();
    run.ends(0, &[]);
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
    let most = fake.most_at_once();
    assert!(
        (4..=5).contains(&most),
        "{most} at once: four conversations and the list"
    );
}

#[test]
fn one_at_a_time_is_possible() {
    let fake = Fake::start(World::with_conversations(10, |_| 30));
    botpress(&fake, "-f jsonl --concurrency 1").stdout();
    assert!(fake.most_at_once() <= 2, "the list beside one conversation");
}

/// How many conversations of a bot are asked for while the first of the list lets wait for itself; at least so many.
fn ran_ahead(args: &str, size: usize, least: usize) -> usize {
    let world = World::with_conversations(400, |_| 1).filler(size);
    let first = truth(&world)[0].0.clone();
    let gate = Gate::default();
    let held = Rule::on(&format!("/messages?conversationId={first}"));
    let fake = Fake::start(world.rule(held.answer(Action::Hold(gate.clone()))));
    let folder = tempfile::tempdir().unwrap();
    let running = botpress(&fake, &format!("{args} --timeout 600"))
        .within(folder.path())
        .start();
    let others = || fake.asked_for("/v1/chat/messages").saturating_sub(1);
    wait_until("that they run ahead", || {
        gate.waiting() == 1 && others() >= least
    });
    // When no more came for a while, no more will come.
    let mut ahead = 0;
    while ahead < others() {
        ahead = others();
        std::thread::sleep(Duration::from_millis(300));
    }
    gate.open();
    running.end().ends(0, &[]);
    ahead
}

#[test]
fn many_run_ahead_of_a_slow_conversation() {
    assert_eq!(ran_ahead("-f jsonl", 10, 399), 399);
}

/// 4 MiB wait for it at most.
#[test]
fn their_bytes_are_bounded() {
    let ahead = ran_ahead("-f jsonl", 50_000, 80);
    assert!((80..=122).contains(&ahead), "{ahead} ran ahead");
}

#[test]
fn files_of_their_own_need_no_order() {
    assert_eq!(ran_ahead("-d all -f json", 50_000, 399), 399);
}
