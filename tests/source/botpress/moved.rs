//! A list that moves while it is read: what was missed is found, nothing is written twice, and a list that never stands
//! still is no complete one.

use std::fs;

use serde_json::{Value, json};

use crate::support::fake::{Action, Conversation, Fake, REFERENCE, Rule, World, utc};
use crate::support::{botpress, convexport, ids, records, summary, truth};

/// Conversations `c0`, `c1` and so on, the newest first, with two on a page.
fn world(count: i64) -> World {
    let at = |number: i64| REFERENCE - number * 1000;
    (0..count)
        .map(|number| Conversation::new(&format!("c{number}"), at(number)))
        .fold(World::new().page_size(2), World::conversation)
}

/// A last page of these conversations.
fn page(world: &World, names: &[&str]) -> Action {
    let record = |name: &&str| {
        let at = utc(world.find(name).unwrap().created_at);
        json!({"id": name, "createdAt": at, "updatedAt": at, "channel": "channel", "integration": "webchat", "tags": {}})
    };
    let records: Vec<Value> = names.iter().map(record).collect();
    Action::Body(json!({"conversations": records, "meta": {}}).to_string())
}

/// The requests for a first page.
fn walks(fake: &Fake) -> usize {
    let lists = fake.requests().into_iter();
    let lists = lists.filter(|request| request.path == "/v1/chat/conversations");
    lists
        .filter(|request| request.param("nextToken").is_none())
        .count()
}

#[test]
fn a_conversation_that_moved_between_pages_is_not_lost() {
    // What the second page of the first walk shows, after c0 and c1.
    for shown in [&["c1"][..], &["c3", "c2"], &["c0", "c3"], &["c2", "c1"]] {
        let world = world(4);
        let moved = Rule::on("nextToken").nth(1).answer(page(&world, shown));
        let fake = Fake::start(world.rule(moved));
        for args in ["-f jsonl", "--list"] {
            fake.forget();
            let out = records(&botpress(&fake, args).stdout());
            let mut names: Vec<_> = out
                .iter()
                .map(|talk| talk["id"].as_str().unwrap())
                .collect();
            names.sort_unstable();
            assert_eq!(names, ["c0", "c1", "c2", "c3"], "{shown:?} {args}");
        }
    }
}

#[test]
fn a_list_that_moved_is_read_again() {
    let world = world(4);
    let moved = Rule::on("nextToken").nth(1).answer(page(&world, &["c1"]));
    let fake = Fake::start(world.rule(moved));
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    assert_eq!(walks(&fake), 2);
    // Each conversation was fetched once.
    assert_eq!(fake.asked_for("/v1/chat/messages"), 4);
    fake.forget();
    botpress(&fake, "-f jsonl").stdout();
    assert_eq!(walks(&fake), 1, "a list that stands still is read once");
}

/// Conversations that begin meanwhile push the others to later pages. Nothing is missing then.
#[test]
fn a_list_that_grows_is_read_once() {
    let repeat = Rule::on("nextToken").answer(Action::DuplicateAcrossPages(3));
    let fake = Fake::start(World::with_conversations(50, |_| 1).rule(repeat));
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    assert_eq!(walks(&fake), 1);
}

#[test]
fn a_list_that_never_stands_still_is_not_complete() {
    let world = world(6);
    let moved = Rule::on("nextToken").answer(page(&world, &["c1"]));
    let fake = Fake::start(world.rule(moved));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.jsonl"), "earlier\n").unwrap();
    let run = botpress(&fake, "-o all.jsonl --summary summary.json").within(folder.path());
    let run = run.run();
    let incomplete = "incomplete: the list moved each time it was read, so some may be missing; the export so far stays as";
    run.ends(3, &[incomplete, "all.jsonl.partial"]);
    assert_eq!(walks(&fake), 3);
    let summary = summary(folder.path());
    assert_eq!(summary["complete"], false);
    assert_eq!(summary["counts"]["failed"], 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(read("all.jsonl"), "earlier\n");
    assert_eq!(records(&read("all.jsonl.partial")).len(), 2, "each once");
    // Enough is enough: a limit that is reached on the first page needs no more of the list.
    botpress(&fake, "--limit 2").stdout();
}

/// A server that sorts otherwise moves nothing: two walks that show the same are proof enough.
#[test]
fn a_list_in_another_order_is_read_twice() {
    let mut world = world(6);
    for number in 0..6 {
        let known = world.get_mut(&format!("c{number}"));
        known.created_at = REFERENCE - (number * 5 % 6) * 1000;
    }
    let fake = Fake::start(World::new());
    let listed = page(&world, &["c0", "c1", "c2", "c3", "c4", "c5"]);
    fake.world().conversations = world.conversations;
    fake.world().faults = vec![Rule::path("/v1/chat/conversations").answer(listed)];
    let out = records(&botpress(&fake, "-f jsonl").stdout());
    let names: Vec<_> = out.iter().map(|talk| &talk["id"]).collect();
    assert_eq!(names, ["c0", "c1", "c2", "c3", "c4", "c5"]);
    assert_eq!(walks(&fake), 2);
}

#[test]
fn what_cannot_be_read_is_named_once() {
    let world = world(3);
    let at = utc(REFERENCE);
    let odd = json!({"conversations": [{"id": "c0", "createdAt": at}, {"id": "odd", "createdAt": 7}, {"createdAt": at},
        {"id": "c0", "createdAt": at}], "meta": {}});
    let listed = Rule::path("/v1/chat/conversations").answer(Action::Body(odd.to_string()));
    let fake = Fake::start(world.rule(listed));
    let run = botpress(&fake, "-f jsonl").run();
    run.ends(3, &["2 of 3 conversations could not", "moved each time"]);
    for named in [
        "could not read conversation odd",
        "could not read conversation without an id",
    ] {
        assert_eq!(run.stderr.matches(named).count(), 1, "{}", run.stderr);
    }
}

#[test]
fn a_tap_keeps_no_state_of_a_list_that_never_stands_still() {
    let world = world(4);
    let moved = Rule::on("nextToken").answer(page(&world, &["c1"]));
    let (token, bot) = (world.token.clone(), world.bot_id.clone());
    let fake = Fake::start(world.rule(moved));
    let folder = tempfile::tempdir().unwrap();
    let config =
        json!({"source": "botpress", "bot_id": bot, "base_url": fake.url(), "token": token});
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let run = convexport("tap --config config.json")
        .within(folder.path())
        .run();
    run.ends(3, &["moved each time"]);
    let lines = |kind: &str| run.stdout.matches(&format!(r#""type":"{kind}""#)).count();
    assert_eq!((lines("RECORD"), lines("STATE")), (2, 0));
}

#[test]
fn a_comparison_with_such_a_list_proves_nothing() {
    let world = world(4);
    let page = page(&world, &["c1"]);
    let fake = Fake::start(world);
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    fake.world().faults.push(Rule::on("nextToken").answer(page));
    let (token, bot) = {
        let world = fake.world();
        (world.token.clone(), world.bot_id.clone())
    };
    let check = convexport("check botpress --archive a.db").within(folder.path());
    let check = check
        .env("BP_API_URL", &fake.url())
        .env("BP_TOKEN", &token)
        .env("BP_BOT_ID", &bot);
    check.run().ends(
        3,
        &["the list moved each time it was read, so it may have more"],
    );
}
