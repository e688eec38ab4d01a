//! How many conversations are fetched at once, and how far they run ahead of a slow one.

use crate::support::fake::{Action, Fake, Recorded, Rule, World};
use crate::support::{botpress, ids, records, truth};

#[test]
fn several_conversations_are_fetched_at_once_and_written_in_order() {
    let slow = Rule::on("/messages")
        .every(3)
        .answer(Action::Delay(std::time::Duration::from_millis(60)));
    let fake = Fake::start(World::with_conversations(40, |_| 2).rule(slow));
    let out = botpress(&fake, "-f jsonl --concurrency 4").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    let most = fake.most_at_once();
    assert!(
        (3..=5).contains(&most),
        "{most} at once: four conversations and the list"
    );
}

#[test]
fn one_at_a_time_is_possible() {
    let fake = Fake::start(World::with_conversations(10, |_| 30));
    botpress(&fake, "-f jsonl --concurrency 1").stdout();
    assert!(fake.most_at_once() <= 2, "the list beside one conversation");
}

/// How many conversations of a bot were asked for while the first of the list let wait for itself.
fn ran_ahead(args: &str, size: usize) -> usize {
    let world = || {
        let mut world = World::with_conversations(400, |_| 1);
        for conversation in &mut world.conversations {
            let raw = &mut conversation.messages[0].raw;
            let filler = format!(r#","filler":"{}"}}"#, "x".repeat(size));
            raw.replace_range(raw.len() - 1.., &filler);
        }
        world
    };
    let first = truth(&world())[0].0.clone();
    let hang = Rule::on(&format!("/messages?conversationId={first}"));
    let fake = Fake::start(world().rule(hang.first(1).answer(Action::Hang)));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, &format!("{args} --timeout 3"))
        .within(folder.path())
        .run()
        .ends(0, &[]);
    let requests = fake.requests();
    let again = |request: &&Recorded| request.target.contains(&first);
    let again = requests.iter().filter(again).nth(1).unwrap().at;
    let messages = requests
        .iter()
        .filter(|request| request.path.ends_with("/messages"));
    messages.filter(|request| request.at < again).count() - 1
}

#[test]
fn many_run_ahead_of_a_slow_conversation() {
    assert_eq!(ran_ahead("-f jsonl", 10), 399);
}

/// 8 MiB wait for it at most.
#[test]
fn their_bytes_are_bounded() {
    let ahead = ran_ahead("-f jsonl", 50_000);
    assert!((160..=205).contains(&ahead), "{ahead} ran ahead");
}

#[test]
fn files_of_their_own_need_no_order() {
    assert_eq!(ran_ahead("-d all -f json", 50_000), 399);
}
