//! What is asked of Botpress, and that all of it comes out.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::fake::{Action, Conversation, DAY, Fake, REFERENCE, Rule, World};
use crate::support::{bot_with, botpress, ids, records, truth};

#[test]
fn every_message_of_every_conversation_in_order() {
    let fake = Fake::start(World::with_conversations(45, |i| i * 3 % 61));
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    let first = &fake.requests()[0];
    let bot = fake.world().bot_id.clone();
    assert_eq!(first.header("x-bot-id"), Some(bot.as_str()));
    assert_eq!(
        first.header("authorization"),
        Some("Bearer bp_pat_this_is_not_a_real_token")
    );
    assert_eq!(
        first.header("user-agent"),
        Some(concat!("convexport/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(first.line(), "GET /v1/chat/conversations");
    assert!(fake.requests().iter().all(|request| request.status == 200));
}

#[test]
fn an_empty_bot_is_done() {
    let fake = Fake::start(World::new());
    assert_eq!(botpress(&fake, "").stdout(), "");
    assert_eq!(botpress(&fake, "-f json").stdout(), "[]\n");
}

#[test]
fn filters_are_the_apis_own() {
    let fake = Fake::start(World::with_conversations(5, |_| 1));
    let args = "--since 2026-09-01 --until 2026-11-20T08:00:00+02:00 --channel dm --integration slack \
                --tag topic=billing --tag a.b=c&d --participant u1 --participant u2 --page-size 7";
    botpress(&fake, args).stdout();
    let expected = [
        ("afterDate", "2026-09-01T00:00:00Z"),
        ("beforeDate", "2026-11-20T06:00:00Z"),
        ("channel", "dm"),
        ("integrationName", "slack"),
        ("tags.topic", "billing"),
        ("tags.a.b", "c&d"),
        ("participantIds", "u1"),
        ("participantIds", "u2"),
        ("pageSize", "7"),
    ];
    let expected: Vec<_> = expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(fake.requests()[0].query, expected);
}

#[test]
fn the_range_is_half_open() {
    let midnight = |day: i64| REFERENCE - (20 - day) * DAY - DAY / 2;
    let at = |day| Conversation::new(&format!("day-{day}"), midnight(day));
    let world = (1..=5).fold(World::new(), |world, day| world.conversation(at(day)));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --from 2026-11-02 --to 2026-11-04").stdout();
    let names: Vec<_> = ids(&records(&out)).into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, ["day-3", "day-2"]);
}

#[test]
fn a_limit_asks_for_no_page_more() {
    let fake = Fake::start(World::with_conversations(100, |_| 2));
    let out = botpress(&fake, "-f jsonl --limit 40").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world())[..40]);
    let pages = fake
        .requests()
        .iter()
        .filter(|request| request.path.ends_with("/conversations"))
        .count();
    assert_eq!(pages, 2);
}

#[test]
fn ids_skip_the_listing() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let all = truth(&fake.world());
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("ids");
    std::fs::write(&list, format!("{}\n\n  {}\r\n", all[2].0, all[3].0)).unwrap();
    let out = botpress(&fake, "-f jsonl --conversation")
        .arg(&all[7].0)
        .arg("--conversation")
        .arg(format!("@{}", list.display()))
        .args("--conversation -")
        .stdin(&format!("{}\n{}\n", all[9].0, all[7].0))
        .stdout();
    let expected = [&all[7], &all[2], &all[3], &all[9]].map(Clone::clone);
    assert_eq!(ids(&records(&out)), expected);
    let mut paths: Vec<_> = fake
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    paths.retain(|path| path == "/v1/chat/conversations");
    assert!(paths.is_empty(), "the list was asked for");
}

#[test]
fn an_id_of_any_letters_stays_one_path_segment() {
    let world = World::new().conversation(Conversation::new("a/b?c#d e%2F+é", REFERENCE));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --conversation")
        .arg("a/b?c#d e%2F+é")
        .stdout();
    assert_eq!(records(&out)[0]["id"], "a/b?c#d e%2F+é");
    botpress(&fake, "--conversation ..")
        .run()
        .ends(2, &["`..` is no conversation id"]);
}

#[test]
fn an_id_on_two_pages_is_written_once() {
    let world = World::with_conversations(50, |i| 1 + i % 50)
        .rule(Rule::on("nextToken").answer(Action::DuplicateAcrossPages(3)));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
}

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

#[test]
fn raw_is_verbatim() {
    let raw = r#"{"zeta":1.0,"id":"m","createdAt":"2026-11-01T10:00:00Z","big":12345678901234567890123,"e":1e400,
        "type":"novel","payload":{"b":{"y":[1,2],"x":null},"a":"\u00e9 \ud83d"},"direction":"incoming","userId":"u"}"#;
    let raw = raw.replace("\n        ", "");
    let mut world = bot_with(&[&raw]);
    world.conversations[0].extra = vec![("novelty".to_owned(), "{\"k\":[1.50]}".to_owned())];
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl").stdout();
    assert!(out.contains(&format!("\"raw\":{raw}")), "{out}");
    assert!(out.contains(r#""novelty":{"k":[1.50]}"#), "{out}");
    let bare = botpress(&fake, "-f jsonl --no-raw").stdout();
    assert!(!bare.contains("raw"), "{bare}");
}

#[test]
fn the_shape_is_the_documented_one() {
    let message = r#"{"id":"m1","createdAt":"2026-11-01T10:00:00.812Z","conversationId":"talk","userId":"u",
        "type":"choice","direction":"outgoing","payload":{"text":"Pick one","options":[{"label":"A","value":"a"}]},"tags":{}}"#;
    let fake = Fake::start(bot_with(&[message]));
    let out = botpress(&fake, "-f json --no-raw").stdout();
    let expected = json!([{
        "source": "botpress", "id": "talk",
        "created_at": "2026-11-19T12:00:00.000000Z", "updated_at": "2026-11-19T12:00:00.000000Z",
        "channel": "webchat", "tags": {},
        "messages": [{
            "id": "m1", "created_at": "2026-11-01T10:00:00.812000Z", "role": "bot", "user_id": "u", "author": null,
            "type": "choice", "text": "Pick one", "options": [{"label": "A", "value": "a"}], "attachments": [],
        }],
    }]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
    let keys = [
        "source",
        "id",
        "created_at",
        "updated_at",
        "channel",
        "tags",
        "messages",
    ];
    let places: Vec<_> = keys
        .map(|key| out.find(&format!("\"{key}\":")).unwrap())
        .into();
    assert!(places.is_sorted(), "{out}");
}

#[test]
fn users_are_asked_for_once_each() {
    let world = World::with_conversations(30, |_| 6);
    let fake = Fake::start(world);
    let gone = {
        let mut world = fake.world();
        let gone = world.users.pop().unwrap().id;
        assert!(
            world
                .conversations
                .iter()
                .any(|c| c.participants.contains(&gone))
        );
        gone
    };
    let out = records(&botpress(&fake, "-f jsonl --with-users").stdout());
    let asked: Vec<_> = fake
        .requests()
        .into_iter()
        .filter(|r| r.path.contains("/users/"))
        .collect();
    let distinct: HashSet<_> = asked.iter().map(|request| request.path.clone()).collect();
    assert_eq!(asked.len(), distinct.len());
    let wrote: HashSet<&str> = out
        .iter()
        .flat_map(|record| record["messages"].as_array().unwrap())
        .map(|message| message["user_id"].as_str().unwrap())
        .collect();
    assert_eq!(asked.len(), wrote.len());
    let bot = json!({"id": out[0]["users"][0]["id"], "name": "Help bot", "tags": out[0]["users"][0]["tags"], "role": "bot"});
    assert_eq!(out[0]["users"][0], bot);
    assert_eq!(out[0]["messages"][0]["author"], "Help bot");
    let users = out
        .iter()
        .flat_map(|record| record["users"].as_array().unwrap());
    let missing = users
        .into_iter()
        .find(|user| user["id"] == gone.as_str())
        .unwrap();
    assert_eq!(
        *missing,
        json!({"id": gone, "name": null, "tags": {}, "role": "user"})
    );
}

#[test]
fn states_come_when_asked_for() {
    let world = bot_with(&[]).state("talk", "cart", r#"{"z":1.0,"a":[]}"#);
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --with-state cart --with-state a/b").stdout();
    assert!(
        out.contains(r#""states":{"a/b":null,"cart":{"z":1.0,"a":[]}}"#),
        "{out}"
    );
    let plain = botpress(&fake, "-f jsonl").stdout();
    assert!(
        !plain.contains("\"states\"") && !plain.contains("\"users\""),
        "{plain}"
    );
}

#[test]
fn the_token_can_come_from_a_file_or_stdin() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let token = fake.world().token.clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let from_file = botpress(&fake, "--token-file")
        .arg(&file)
        .without_env("BP_TOKEN")
        .stdout();
    let from_stdin = botpress(&fake, "--token-file -")
        .env("BP_TOKEN", "wrong")
        .stdin(&token)
        .stdout();
    assert_eq!(from_file, from_stdin);
}

#[test]
fn a_conversation_is_dated_by_its_creation() {
    let world = World::new().conversation(Conversation::new("old", REFERENCE - 400 * DAY));
    let fake = Fake::start(world);
    assert_eq!(botpress(&fake, "--since 2026-01-01").stdout(), "");
}
