//! Conversations that failed: the next run tries them again, and they hold nothing else up.

use serde_json::json;

use super::{mirror, sorted, state};
use crate::support::fake::{Action, BoostFault, Conversation, Fake, Recorded, Rule, When, World};
use crate::support::{boost, botpress, clock, ids, records, truth};

#[test]
fn failed_conversations_are_tried_first_until_they_are_had() {
    let fake = Fake::start(World::with_conversations(30, |_| 2));
    let lost = truth(&fake.world())[11].0.clone();
    let rule = Rule::on(&format!("/messages?conversationId={lost}")).answer(Action::Status(400));
    fake.world().faults.push(rule);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .run()
    };
    run().ends(3, &[&lost, "1 of 30"]);
    fake.forget();
    run().ends(3, &[&lost, "1 of 1"]);
    // The list is read at the same time.
    let requests = fake.requests();
    let single = |request: &&Recorded| request.target.contains("/conversations/");
    let first = requests.iter().find(single).unwrap();
    assert!(first.target.contains(&lost));
    fake.world().faults.clear();
    assert_eq!(run().code, 0);
    assert_eq!(
        mirror(&folder.path().join("mirror")),
        sorted(truth(&fake.world()))
    );
    fake.forget();
    assert_eq!(run().code, 0);
    assert!(
        fake.requests()
            .iter()
            .all(|request| !request.target.contains(&lost))
    );
}

#[test]
fn failed_conversations_of_a_site_are_asked_for_by_id() {
    use crate::support::fake::{BoostFault, When};
    let fake = Fake::start(World::new().with_boost(20, |_| 4));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Malformed(3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        boost(&fake, "--since 2026-01-01 --state s -f jsonl")
            .within(folder.path())
            .run()
    };
    let first = run();
    first.ends(3, &["could not read conversation 1000004", "1 of 20"]);
    let second = run();
    assert_eq!((second.code, second.stderr.as_str()), (0, ""));
    assert_eq!(ids(&records(&second.stdout))[0].0, "1000004");
    let bodies: Vec<_> = fake
        .requests()
        .iter()
        .map(|request| request.json()["conversation_ids"].clone())
        .collect();
    assert_eq!(bodies[1], serde_json::json!([1_000_004]));
    assert!(bodies[2].is_null());
    fake.forget();
    assert_eq!(run().code, 0);
    assert_eq!(fake.requests().len(), 1);
}

#[test]
fn a_record_without_an_id_holds_nothing_else_up() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let list = |fake: &Fake| {
        let known: Vec<_> = truth(&fake.world()).into_iter().map(|(id, _)| id).collect();
        let mut items: Vec<_> = known
            .iter()
            .map(|id| json!({"id": id, "createdAt": "2026-11-19T00:00:00Z"}))
            .collect();
        items.push(json!({"createdAt": "2026-11-19T00:00:00Z"}));
        json!({"conversations": items, "meta": {}}).to_string()
    };
    let body = list(&fake);
    fake.world()
        .faults
        .push(Rule::path("/v1/chat/conversations").answer(Action::Body(body)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json --summary sum")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["without an id", "1 of 4"]);
    let id = truth(&fake.world())[0].0.clone();
    fake.world().say(&id, clock(), true, "grown meanwhile");
    run().ends(3, &["without an id", "1 of 2"]);
    let mut expected = truth(&fake.world());
    expected.sort();
    assert_eq!(mirror(&folder.path().join("mirror")), expected);
    assert!(
        !folder.path().join("s.journal").exists() && state(folder.path())["watermark"].is_null()
    );
    fake.world().faults.clear();
    assert_eq!(run().code, 0);
}

#[test]
fn ids_that_are_no_integers_are_tried_again_too() {
    let fake = Fake::start(World::new().with_boost(3, |_| 4));
    let odd = r#"{"type":"conversation","id":"abc","time":{"created":"2026-11-01T10:00:00Z"},"messages":[{"id":1,"time":"2026-11-01T10:00:00Z","type":"question"}],"#;
    fake.world().boost.add(&format!(r#"{odd}"x":1}}"#));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Malformed(3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        boost(&fake, "--since 2026-01-01 --state s -f jsonl")
            .within(folder.path())
            .run()
    };
    let first = run();
    assert_eq!(first.code, 3, "{}", first.stderr);
    let failed = state(folder.path())["failed"].as_object().unwrap().clone();
    let id = failed.keys().next().unwrap().clone();
    let second = run();
    let asked = fake.requests()[1].json()["conversation_ids"].clone();
    let expected = id
        .parse::<u64>()
        .map_or_else(|_| json!([id]), |id| json!([id]));
    assert_eq!(asked, expected);
    // The API takes integers alone: it is said each night, and never that all is done.
    second.ends(
        3,
        &["could not read conversation abc again", "list of integers"],
    );
    assert!(state(folder.path())["failed"]["abc"].is_string());
}

#[test]
fn conversations_that_fail_for_good_do_not_hold_up_the_others() {
    let fake = Fake::start(World::with_conversations(120, |_| 1));
    let bad: Vec<_> = truth(&fake.world())
        .into_iter()
        .step_by(4)
        .map(|(id, _)| id)
        .collect();
    let rule = Rule::test(move |request| {
        request
            .param("conversationId")
            .is_some_and(|id| bad.iter().any(|bad| bad == id))
    });
    fake.world().faults.push(rule.answer(Action::Status(500)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl --retries 0")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["30 of 120"]);
    fake.world()
        .conversations
        .push(Conversation::new("new", clock()));
    let second = run();
    second.ends(3, &["30 of 31"]);
    assert_eq!(records(&second.stdout)[0]["id"], "new");
}

#[test]
fn a_site_that_will_not_give_a_failed_one_gives_the_others() {
    let fake = Fake::start(World::new().with_boost(20, |_| 4));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::Malformed(3));
    fake.world()
        .boost
        .fault(When::Nth(2), BoostFault::ErrorAfter(0));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        boost(&fake, "--since 2026-01-01 --state s -f jsonl")
            .within(folder.path())
            .run()
    };
    run().ends(3, &["could not read conversation 1000004"]);
    let second = run();
    second.ends(
        3,
        &["could not read conversation 1000004 again: boost.ai reports an error"],
    );
    assert!(
        fake.requests().last().unwrap().json()["conversation_ids"].is_null(),
        "the range was asked for"
    );
    assert_eq!(run().code, 0);
}
