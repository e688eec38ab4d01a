//! Filters and ranges: they are remembered, they may change, and merging never harms.

use super::{Archived, Nights, quiet, said, truth};
use crate::support::clock;
use crate::support::fake::{Conversation, DAY, Message, Recorded, World};

/// One conversation for each of these ages in days, named by it, with a message each. They are alternately of
/// `whatsapp` and of `webchat`.
fn ages(days: &[i64]) -> World {
    let mut world = World::new();
    for (place, age) in days.iter().enumerate() {
        let (id, at) = (format!("d{age}"), clock() - age * DAY - 1000);
        let mut known =
            Conversation::new(&id, at).message(&said(&format!("m{age}"), &id, at, "words"));
        let integration = ["whatsapp", "webchat"][place % 2];
        integration.clone_into(&mut known.integration);
        world = world.conversation(known);
    }
    world
}

fn names(archived: &Archived) -> Vec<&str> {
    archived.keys().map(String::as_str).collect()
}

#[test]
fn another_filter_is_said_in_one_line_and_merged() {
    let nights = Nights::new(ages(&[1, 2, 3, 4]));
    quiet(nights.bot("--integration whatsapp"));
    assert_eq!(names(&nights.archived()), ["d1", "d3"]);
    quiet(nights.bot("--integration whatsapp"));
    let other = nights.bot("--integration webchat").run();
    other.ends(
        0,
        &[
            "begun with --integration whatsapp",
            "adds --integration webchat",
        ],
    );
    assert_eq!(other.stderr.lines().count(), 1, "{}", other.stderr);
    assert_eq!(names(&nights.archived()), ["d1", "d2", "d3", "d4"]);
    // By now both are known.
    quiet(nights.bot("--integration webchat"));
    quiet(nights.bot("--integration whatsapp"));
    let whole = nights.bot("").run();
    whole.ends(0, &["begun with --integration whatsapp"]);
    assert_eq!(whole.stderr.lines().count(), 1, "{}", whole.stderr);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}

/// A filter holds for what has changed as well, and for the mirror.
#[test]
fn filters_hold_for_what_has_changed() {
    let nights = Nights::new(ages(&[1, 2, 3, 4]));
    quiet(nights.bot("--integration whatsapp -d mirror -f json"));
    nights.bot("--integration webchat").run().ends(0, &[]);
    for age in 1..=4 {
        let id = format!("d{age}");
        let raw = said(&format!("n{age}"), &id, clock(), "words");
        nights
            .fake
            .world()
            .get_mut(&id)
            .add(Message::from_raw(&raw));
    }
    quiet(nights.bot("--integration whatsapp -d mirror -f json"));
    let counts: Vec<_> = nights
        .archived()
        .into_values()
        .map(|all| all.len())
        .collect();
    assert_eq!(counts, [2, 1, 2, 1]);
    assert_eq!(
        names(&super::mirrored(&nights.path("mirror"))),
        ["d1", "d3"]
    );
}

#[test]
fn a_new_participant_or_tag_lets_a_conversation_pass() {
    let nights = Nights::new(ages(&[1, 2]));
    let person = nights.fake.world().conversations[0].participants[1].clone();
    nights.fake.world().get_mut("d2").participants.clear();
    quiet(nights.bot(&format!("--participant {person}")));
    assert_eq!(names(&nights.archived()), ["d1"]);
    let raw = said("n2", "d2", clock(), "words");
    nights
        .fake
        .world()
        .get_mut("d2")
        .add(Message::from_raw(&raw));
    quiet(nights.bot(&format!("--participant {person}")));
    assert_eq!(names(&nights.archived()), ["d1"]);
    nights
        .fake
        .world()
        .get_mut("d2")
        .participants
        .push(person.clone());
    quiet(nights.bot(&format!("--participant {person} --sweep")));
    assert_eq!(names(&nights.archived()), ["d1", "d2"]);
}

#[test]
fn an_earlier_beginning_fetches_the_older_part_alone() {
    let nights = Nights::new(ages(&[2, 9, 20, 39, 60]));
    quiet(nights.bot("--since 10d"));
    assert_eq!(names(&nights.archived()), ["d2", "d9"]);
    quiet(nights.bot("--since 40d"));
    assert_eq!(names(&nights.archived()), ["d2", "d20", "d39", "d9"]);
    assert_eq!(
        nights.asked_for_messages("d2") + nights.asked_for_messages("d9"),
        0
    );
    let older = nights
        .fake
        .requests()
        .into_iter()
        .filter(|request| request.param("beforeDate").is_some());
    assert_eq!(older.count(), 1);
    // A later beginning changes nothing: what is older still comes when it changes.
    let raw = said("n39", "d39", clock(), "words");
    nights
        .fake
        .world()
        .get_mut("d39")
        .add(Message::from_raw(&raw));
    quiet(nights.bot("--since 5d"));
    assert_eq!(nights.archived()["d39"].len(), 2);
    quiet(nights.bot(""));
    assert!(nights.fake.asked() <= 3, "{} requests", nights.fake.asked());
    assert_eq!(names(&nights.archived()), ["d2", "d20", "d39", "d9"]);
}

#[test]
fn an_earlier_beginning_of_a_site_asks_for_the_older_part() {
    let nights = Nights::new(World::new());
    for (id, age) in [(1, 2), (2, 20), (3, 60)] {
        super::put(
            &nights.fake,
            id,
            &[(id, clock() - age * DAY - 1000, "question")],
        );
    }
    let run = |since: &str| {
        nights.fake.forget();
        let run = crate::support::boost(&nights.fake, "--archive a.db --since");
        quiet(run.arg(since).within(nights.folder.path()));
    };
    run("10d");
    assert_eq!(names(&nights.archived()), ["1"]);
    let begun = nights.sql("SELECT begins_at FROM selections");
    run("40d");
    assert_eq!(names(&nights.archived()), ["1", "2"]);
    let bodies: Vec<_> = nights.fake.requests().iter().map(Recorded::json).collect();
    assert_eq!(bodies.len(), 2);
    // The older part ends where the archive began, to the next second.
    let to = bodies[1]["to"].as_str().unwrap();
    assert!(
        to >= &begun[0][..19] && bodies[0]["from"].as_str().unwrap() > to,
        "{bodies:?}"
    );
    run("5d");
    assert_eq!(nights.fake.asked(), 1);
    assert_eq!(names(&nights.archived()), ["1", "2"]);
}

/// The archive began seven days before its first run, and not seven days before tonight.
#[test]
fn a_relative_beginning_is_bound_once() {
    let nights = Nights::new(ages(&[6]));
    quiet(nights.bot("--since 7d"));
    // Two days pass.
    let two_days_ago = |column: &str| {
        format!("{column} = strftime('%Y-%m-%dT%H:%M:%S.000000Z', {column}, '-2 days')")
    };
    let columns = ["begins_at", "complete_until", "swept_at"].map(two_days_ago);
    nights.set(&format!("UPDATE selections SET {}", columns.join(", ")));
    {
        let mut world = nights.fake.world();
        world.get_mut("d6").created_at -= 2 * DAY;
        let raw = said("n6", "d6", clock(), "words");
        world.get_mut("d6").add(Message::from_raw(&raw));
    }
    quiet(nights.bot("--since 7d"));
    assert_eq!(nights.archived()["d6"].len(), 2);
}

#[test]
fn runs_for_a_part_move_no_watermark() {
    let nights = Nights::new(ages(&[2, 4, 6, 8]));
    let selections = || nights.sql("SELECT * FROM selections");
    // A part may come first.
    quiet(nights.bot("--limit 1"));
    quiet(nights.bot("--conversation d6"));
    assert_eq!(names(&nights.archived()), ["d2", "d6"]);
    assert!(selections().is_empty());
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    // That was an hour ago.
    nights.set("UPDATE selections SET complete_until = strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-1 hours')");
    let before = selections();
    for age in [2, 4, 6, 8] {
        let id = format!("d{age}");
        let raw = said(&format!("n{age}"), &id, clock(), "words");
        nights
            .fake
            .world()
            .get_mut(&id)
            .add(Message::from_raw(&raw));
    }
    for part in ["--limit 1", "--conversation d4", "--until 7d"] {
        quiet(nights.bot(part));
        assert_eq!(selections(), before, "{part}");
    }
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    assert_ne!(selections(), before);
    let kinds = nights.sql("SELECT DISTINCT kind FROM runs WHERE selection IS NULL");
    assert_eq!(kinds, ["part"]);
}

#[test]
fn an_overdue_run_says_what_may_be_gone() {
    let nights = Nights::new(ages(&[2]));
    quiet(nights.bot(""));
    nights.set("UPDATE selections SET complete_until = '2026-01-01T00:00:00.000000Z'");
    nights
        .bot("")
        .run()
        .ends(0, &["days old", "after 90 days", "may be gone"]);
    quiet(nights.bot(""));
}

#[test]
fn flags_of_earlier_versions_name_the_new_one() {
    let nights = Nights::new(World::new());
    let run = crate::support::botpress(&nights.fake, "--state s -f jsonl");
    run.within(nights.folder.path())
        .run()
        .ends(2, &["--state", "--archive"]);
    assert_eq!(nights.fake.asked(), 0);
}
