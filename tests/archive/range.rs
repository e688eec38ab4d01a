//! Where the range of a second run begins, and what a clock that was wrong does to it.

use std::fs;

use serde_json::{Value, json};

use super::state;
use crate::support::fake::{Conversation, DAY, Fake, World, utc};
use crate::support::{boost, botpress, clock, records, truth};

#[test]
fn a_relative_beginning_is_bound_once() {
    let now = clock();
    let world = World::new().conversation(Conversation::new("edge", now - 7 * DAY + DAY / 2));
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl --since 7d")
            .within(folder.path())
            .stdout()
    };
    assert_eq!(records(&run()).len(), 1);
    // A day passes: all that has happened is a day older.
    fake.world().get_mut("edge").created_at -= DAY;
    let mut older = state(folder.path());
    older["since"] = utc(now - 8 * DAY).into();
    older["watermark"] = utc(now - DAY).into();
    fs::write(folder.path().join("s"), older.to_string()).unwrap();
    fake.world().say("edge", clock(), true, "still here");
    assert_eq!(
        records(&run()).len(),
        1,
        "it began within seven days before the archive's first run"
    );
    let site = Fake::start(World::new().with_boost(3, |_| 4));
    let run = || {
        boost(&site, "--state b -f jsonl --since 90d")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let first = site.requests()[0].json()["from"].clone();
    let mut kept = json!(null);
    for _ in 0..2 {
        let path = folder.path().join("b");
        let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        state["watermark"] = "2026-01-05T00:00:00.000000Z".into();
        fs::write(&path, state.to_string()).unwrap();
        assert_eq!(run().code, 0);
        kept = site.requests().last().unwrap().json()["from"].clone();
    }
    assert_eq!(
        kept, "2026-01-04T23:00:00+00:00",
        "the watermark counts, not 90 days before tonight ({first})"
    );
    boost(&site, "--state c --since 9d --until 2d")
        .run()
        .ends(2, &["--until", "cannot be used with"]);
}

#[test]
fn a_clock_that_was_wrong_costs_a_full_look_and_nothing_else() {
    let fake = Fake::start(World::with_conversations(25, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        records(
            &botpress(&fake, "--state s -f jsonl")
                .within(folder.path())
                .stdout(),
        )
        .len()
    };
    assert_eq!(run(), 25);
    let mut wrong = state(folder.path());
    wrong["watermark"] = "2099-01-01T00:00:00.000000Z".into();
    fs::write(folder.path().join("s"), wrong.to_string()).unwrap();
    let id = truth(&fake.world())[9].0.clone();
    fake.world().say(&id, clock() - 30 * DAY, true, "before");
    assert_eq!(run(), 1);
    assert!(state(folder.path())["watermark"].as_str().unwrap() < "2099");
}

#[test]
fn an_overdue_run_says_what_may_be_gone() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let path = folder.path().join("s");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["watermark"] = "2026-01-01T00:00:00.000000Z".into();
    fs::write(&path, state.to_string()).unwrap();
    run().ends(0, &["days old", "after 90 days", "may be gone"]);
    assert_eq!(run().stderr, "");
}

#[test]
fn the_state_forgets_what_cannot_come_again() {
    let world = World::new().conversation(Conversation::new("old", clock() - 95 * DAY));
    let fake = Fake::start(world.conversation(Conversation::new("young", clock() - DAY)));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .stdout()
    };
    run();
    let path = folder.path().join("s");
    let mut state: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    state["known"]["old"]["last_seen"] = "2026-01-01T00:00:00.000000Z".into();
    fs::write(&path, state.to_string()).unwrap();
    run();
    let text = fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("\"young\"") && !text.contains("\"old\""),
        "{text}"
    );
    assert!(!folder.path().join("s.journal").exists());
}
