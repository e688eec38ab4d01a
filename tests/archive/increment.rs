//! What a second run brings: what is new or changed since the first one began.

use std::collections::BTreeMap;
use std::fs;

use super::{latest, mirror};
use crate::support::fake::{Action, Conversation, DAY, Fake, Rule, World, utc};
use crate::support::{boost, botpress, clock, ids, records, summary, truth};

#[test]
fn ten_nights_of_a_bot_that_lives() {
    let now = clock();
    let mut world = World::with_conversations(200, |i| 1 + i % 30);
    world.users.clear();
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let night = || {
        fake.forget();
        let args = "--state s -d mirror -f json --summary summary.json --overlap 1h";
        let run = botpress(&fake, args).within(folder.path()).run();
        (run.code, fake.requests().len())
    };
    let mut expected: BTreeMap<String, Vec<String>> = truth(&fake.world()).into_iter().collect();
    let (code, first) = night();
    assert_eq!(code, 0);
    let (code, quiet) = night();
    assert_eq!(
        (
            code,
            summary(folder.path())["counts"]["conversations"].as_u64()
        ),
        (0, Some(0))
    );
    assert!(
        quiet <= 2,
        "{quiet} requests though nothing happened, {first} at first"
    );

    for number in 0..10_usize {
        let changed = {
            let mut world = fake.world();
            let id = |at: usize| {
                world.conversations[at % world.conversations.len()]
                    .id
                    .clone()
            };
            let (grown, silent, vanished) =
                (id(number * 7), id(number * 11 + 3), id(number * 13 + 5));
            world.say(&grown, now - 60_000, true, "one more");
            // An edit within the overlap, and a conversation that nobody has written in.
            let late = world.say(&silent, now - 120_000, true, "hello?");
            let text = world
                .get_mut(&silent)
                .messages
                .last()
                .unwrap()
                .raw
                .replace("hello?", "edited");
            world.edit_message(&late, &text);
            world
                .conversations
                .push(Conversation::new(&format!("new-{number}"), now - 30_000));
            world.delete_conversation(&vanished);
            for (id, messages) in truth(&world) {
                expected.insert(id, messages);
            }
            [grown, silent, vanished]
        };
        let (code, requests) = night();
        assert_eq!(code, 0, "night {number}");
        let whole: Vec<_> = expected.clone().into_iter().collect();
        assert_eq!(
            mirror(&folder.path().join("mirror")),
            whole,
            "night {number}, {changed:?}"
        );
        // Two lists of a page or two, and three requests or fewer for what the overlap has, not two hundred.
        assert!(
            requests <= 8 + 4 * 3 * (number + 1),
            "night {number}: {requests} requests"
        );
        let (code, again) = night();
        let counts = summary(folder.path())["counts"].clone();
        assert_eq!(
            (code, counts["conversations"].as_u64()),
            (0, Some(0)),
            "night {number}: {counts}"
        );
        assert!(again <= requests + 4);
    }
}

#[test]
fn an_edited_message_replaces_its_file() {
    let now = clock();
    let mut world = World::new().conversation(Conversation::new("talk", now - DAY));
    let id = world.say("talk", now - 1000, true, "first words");
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .stdout()
    };
    run();
    let raw = fake.world().get_mut("talk").messages[0]
        .raw
        .replace("first words", "other words");
    fake.world().edit_message(&id, &raw);
    run();
    let file = fs::read_dir(folder.path().join("mirror"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = file
        .into_iter()
        .find(|path| path.extension().is_some_and(|e| e == "json"))
        .unwrap();
    assert!(fs::read_to_string(file).unwrap().contains("other words"));
}

#[test]
fn filters_hold_for_what_has_changed() {
    let now = clock();
    let mut world = World::with_conversations(40, |_| 1);
    for (index, known) in world.conversations.iter_mut().enumerate() {
        known.integration = if index % 2 == 0 { "webchat" } else { "slack" }.to_owned();
    }
    let fake = Fake::start(world);
    let person = fake.world().conversations[0].participants[1].clone();
    for filter in [
        "--integration webchat".to_owned(),
        format!("--participant {person}"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            let out = botpress(&fake, "--state s -f jsonl")
                .args(&filter)
                .within(folder.path())
                .stdout();
            ids(&records(&out))
                .into_iter()
                .map(|(id, _)| id)
                .collect::<Vec<_>>()
        };
        let first = run();
        assert!(!first.is_empty() && first.len() < 40);
        let all: Vec<_> = fake
            .world()
            .conversations
            .iter()
            .map(|known| known.id.clone())
            .collect();
        for id in &all {
            fake.world().say(id, now - 1000, true, "all of them");
        }
        let mut second = run();
        second.sort();
        let mut first = first;
        first.sort();
        assert_eq!(second, first, "{filter}");
    }
}

#[test]
fn without_the_bot_wide_list_counts_are_compared() {
    let now = clock();
    for counted in [true, false] {
        let mut world = World::with_conversations(60, |_| 2);
        for known in &mut world.conversations {
            known.message_count = counted.then_some(2);
        }
        let refuse = Rule::test(|request| {
            request.path.ends_with("/messages") && request.param("conversationId").is_none()
        });
        let fake = Fake::start(world.rule(refuse.answer(Action::Status(400))));
        let folder = tempfile::tempdir().unwrap();
        let run = || {
            fake.forget();
            let out = botpress(&fake, "--state s -f jsonl")
                .within(folder.path())
                .stdout();
            (records(&out).len(), fake.requests().len())
        };
        assert_eq!(run().0, 60);
        let (written, requests) = run();
        assert_eq!(written, 0);
        // Where the list does not tell, everything is looked at again, and nothing is written twice.
        assert_eq!(requests <= 5, counted, "{requests} requests");
        let id = fake.world().conversations[7].id.clone();
        fake.world().say(&id, now - 50 * DAY, true, "counted");
        assert_eq!(run().0, 1);
    }
}

#[test]
fn a_night_of_deletions_is_no_error() {
    let fake = Fake::start(World::with_conversations(30, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let all = truth(&fake.world());
    for (id, _) in all.into_iter().take(6) {
        fake.world().say(&id, clock(), true, "bye");
    }
    fake.world()
        .faults
        .push(Rule::on("/conversations/").answer(Action::Vanish));
    run().ends(0, &["is gone"]);
    assert_eq!(run().code, 0);
}

#[test]
fn idle_conversations_are_not_appended_again_where_lists_are_compared() {
    let mut world = World::new();
    for number in 0..3 {
        let mut known = Conversation::new(&format!("idle-{number}"), clock() - 200 * DAY);
        known.message_count = Some(0);
        world = world.conversation(known);
    }
    let refuse = Rule::test(|request| {
        request.path.ends_with("/messages") && request.param("conversationId").is_none()
    });
    let fake = Fake::start(world.rule(refuse.answer(Action::Status(400))));
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        botpress(&fake, "--state s -o o.jsonl --append")
            .within(folder.path())
            .stdout();
    }
    assert_eq!(
        records(&fs::read_to_string(folder.path().join("o.jsonl")).unwrap()).len(),
        3
    );
}

#[test]
fn a_site_is_asked_for_what_is_new() {
    let fake = Fake::start(World::new().with_boost(40, |i| 2 + i % 9));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let run = boost(&fake, "--since 2026-01-01 --state s -o all.jsonl --append")
            .within(folder.path())
            .run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        fake.requests().last().unwrap().json()["from"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(run(), "2026-01-01T00:00:00+00:00");
    let file = || fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(records(&file()).len(), 40);
    let from = run();
    let year = &from[..4];
    assert!(
        year >= "2026" && from != "2026-01-01T00:00:00+00:00",
        "{from}"
    );
    assert_eq!(records(&file()).len(), 40, "nothing came again");

    let time = time_now();
    let grown = format!(
        r#"{{"type":"conversation","id":1000001,"time":{{"created":"{time}","last_message_created":"{time}"}},"messages":[
        {{"id":1,"time":"{time}","type":"question","question":{{"input":"more"}}}}]}}"#
    );
    fake.world()
        .boost
        .conversations
        .retain(|known| known.id != "1000001");
    fake.world().boost.add(&grown);
    run();
    run();
    assert_eq!(records(&file()).len(), 41, "once, though it came twice");
    assert_eq!(latest(&file())["1000001"], ["1"]);
}

fn time_now() -> String {
    utc(clock() - 5000)
}
