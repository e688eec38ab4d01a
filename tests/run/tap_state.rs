//! The STATE of a tap: what a second run brings, and which STATE is refused.

use std::fs;

use serde_json::{Value, json};

use super::tap::{done, keep_state, of_type, stream, tap, tap_with, texts, write};
use crate::support::clock;
use crate::support::fake::{Action, Conversation, Fake, Rule, World};

#[test]
fn a_second_run_brings_whole_what_is_new_or_changed() {
    let fake = Fake::start(World::with_conversations(40, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let first = tap(&fake, "botpress", folder.path(), "").stdout();
    assert_eq!(stream(&first, "conversations").len(), 40);
    keep_state(folder.path(), &first);

    let again = || tap(&fake, "botpress", folder.path(), "--state state.json").run();
    fake.forget();
    let quiet = done(again());
    assert_eq!(
        (
            of_type(&quiet, "SCHEMA").len(),
            of_type(&quiet, "RECORD").len()
        ),
        (2, 0)
    );
    assert!(fake.requests().len() <= 2);

    let grown = fake.world().conversations[7].id.clone();
    {
        let mut world = fake.world();
        world.say(&grown, clock() - 60_000, true, "one more");
        world
            .conversations
            .push(Conversation::new("new", clock() - 30_000));
    }
    let next = done(again());
    let mut found = texts(&stream(&next, "conversations"), "id");
    found.sort();
    let mut expected = [grown, "new".to_owned()];
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(stream(&next, "messages").len(), 4);
    let marks = |lines: &str| {
        let state = &of_type(lines, "STATE")[0]["value"]["bookmarks"];
        assert_eq!(state["conversations"], state["messages"]);
        state["messages"]["watermark"].as_str().unwrap().to_owned()
    };
    // The vendor's clock shows whole seconds.
    assert!(marks(&first) <= marks(&quiet) && marks(&quiet) <= marks(&next));
}

#[test]
fn a_site_is_asked_from_the_last_run_on() {
    let fake = Fake::start(World::new().with_boost(10, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let first = tap(&fake, "boost", folder.path(), "").stdout();
    assert_eq!(stream(&first, "conversations").len(), 10);
    let state = keep_state(folder.path(), &first);
    fake.forget();
    let second = done(tap(&fake, "boost", folder.path(), "--state state.json").run());
    assert_eq!(stream(&second, "conversations").len(), 0);
    let asked = fake.requests()[0].json();
    let watermark = state["bookmarks"]["messages"]["watermark"]
        .as_str()
        .unwrap();
    let from = asked["from"].as_str().unwrap();
    assert!(from > "2026-02" && from < watermark, "{from} {watermark}");
}

#[test]
fn a_state_names_what_failed_and_the_next_run_brings_it() {
    let fake = Fake::start(World::with_conversations(12, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let lost = fake.world().conversations[5].id.clone();
    let rule = Rule::on(&format!("/messages?conversationId={lost}")).answer(Action::Status(500));
    fake.world().faults.push(rule);
    let run = tap(&fake, "botpress", folder.path(), "").run();
    run.ends(3, &[&lost, "1 of 12"]);
    assert_eq!(stream(&run.stdout, "conversations").len(), 11);
    let state = keep_state(folder.path(), &run.stdout);
    for name in ["conversations", "messages"] {
        let failed = state["bookmarks"][name]["failed"].as_object().unwrap();
        assert_eq!(failed.keys().collect::<Vec<_>>(), [&lost]);
    }
    // As long as it fails, it is missing.
    let again = || tap(&fake, "botpress", folder.path(), "--state state.json").run();
    again().ends(3, &[&lost]);
    fake.world().faults.clear();
    let lines = done(again());
    assert_eq!(texts(&stream(&lines, "conversations"), "id"), [lost]);
    let state = keep_state(folder.path(), &lines);
    assert_eq!(state["bookmarks"]["messages"]["failed"], json!({}));
}

#[test]
fn a_run_that_ends_midway_says_nothing_of_where_to_go_on() {
    let fake = Fake::start(World::with_conversations(50, |_| 2).with_boost(20, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    // The list is cut at its second page, and what it had is brought.
    let rule = Rule::on("nextToken").answer(Action::Status(503));
    fake.world().faults.push(rule);
    let run = tap(&fake, "botpress", folder.path(), "").run();
    run.ends(5, &["503"]);
    assert_eq!(of_type(&run.stdout, "SCHEMA").len(), 2);
    assert!(!stream(&run.stdout, "messages").is_empty());
    assert_eq!(of_type(&run.stdout, "STATE"), [] as [Value; 0]);
    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    let run = tap(&fake, "botpress", folder.path(), "").run();
    run.ends(4, &[]);
    assert_eq!(of_type(&run.stdout, "STATE"), [] as [Value; 0]);
    fake.world().faults = vec![Rule::on("/api/export").answer(Action::CutBody)];
    let run = tap_with(&fake, "boost", folder.path(), &json!({"retries": 0}), "").run();
    assert_ne!(run.code, 0);
    assert!(!run.stdout.contains("STATE"));
}

#[test]
fn a_state_of_another_export_is_refused_and_a_stream_it_lacks_comes_whole() {
    let fake = Fake::start(World::with_conversations(6, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let first = tap(&fake, "botpress", folder.path(), "").stdout();
    let mut state = keep_state(folder.path(), &first);
    let again_with = |more: Value| {
        tap_with(
            &fake,
            "botpress",
            folder.path(),
            &more,
            "--state state.json",
        )
        .run()
    };
    let again = || again_with(json!({}));
    assert_eq!(stream(&done(again()), "messages").len(), 0);
    again_with(json!({"channel": "dm"})).ends(2, &["state.json", "channel"]);
    again_with(json!({"start_date": "2026-01-01"})).ends(2, &["state.json", "since"]);

    state["bookmarks"]
        .as_object_mut()
        .unwrap()
        .remove("messages");
    write(folder.path(), "state.json", &state);
    assert_eq!(stream(&done(again()), "messages").len(), 12);
    for empty in ["", "{}", r#"{"bookmarks":{}}"#] {
        fs::write(folder.path().join("state.json"), empty).unwrap();
        assert_eq!(stream(&done(again()), "messages").len(), 12);
    }
    for odd in ["nonsense", "[]", "null", r#"{"bookmark":{}}"#] {
        fs::write(folder.path().join("state.json"), odd).unwrap();
        again().ends(2, &["state.json", "no Singer STATE"]);
    }
    // The message, as well as what is in it.
    let message = first.lines().next_back().unwrap();
    fs::write(folder.path().join("state.json"), message).unwrap();
    assert_eq!(stream(&done(again()), "messages").len(), 0);
    write(
        folder.path(),
        "state.json",
        &json!({"bookmarks": {"messages": {"x": 1}, "conversations": {}}}),
    );
    again().ends(1, &["state.json", "none of convexport"]);
}
