//! What a record of Botpress becomes: the documented shape, its own bytes in `raw`, people and states.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress, ids, records, summary, truth};

#[test]
fn the_shape_is_the_documented_one() {
    let message = r#"{"id":"m1","createdAt":"2026-11-01T10:00:00.812Z","conversationId":"talk","userId":"u",
        "type":"choice","direction":"outgoing","payload":{"text":"Pick one","options":[{"label":"A","value":"a"}]},"tags":{}}"#;
    let fake = Fake::start(bot_with(&[message]));
    let out = botpress(&fake, "-f json --no-raw").stdout();
    let bot = fake.world().bot_id.clone();
    let expected = json!([{
        "source": "botpress", "account": bot, "id": "talk",
        "created_at": "2026-11-19T12:00:00.000000Z", "updated_at": "2026-11-19T12:00:00.000000Z",
        "channel": "webchat", "title": null, "tags": {}, "handover": null,
        "messages": [{
            "id": "m1", "created_at": "2026-11-01T10:00:00.812000Z", "role": "bot", "user_id": "u", "author": null,
            "type": "choice", "text": "Pick one", "options": [{"label": "A", "value": "a"}], "attachments": [],
        }],
    }]);
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap(), expected);
    let keys = [
        "source",
        "account",
        "id",
        "created_at",
        "updated_at",
        "channel",
        "title",
        "tags",
        "handover",
        "messages",
    ];
    let places: Vec<_> = keys
        .map(|key| out.find(&format!("\"{key}\":")).unwrap())
        .into();
    assert!(places.is_sorted(), "{out}");
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
    let bot = fake.world().bot_id.clone();
    let ours = r#"{"source":"botpress","account":"BOT","id":"talk","created_at":"2026-11-19T12:00:00.000000Z","updated_at":"2026-11-19T12:00:00.000000Z","channel":"webchat","title":null,"tags":{},"handover":null,"messages":[{"id":"m","created_at":"2026-11-01T10:00:00.000000Z","role":"user","user_id":"u","author":null,"type":"novel","text":"","options":[],"attachments":[],"raw":"#.replace("BOT", &bot);
    let theirs = r#"{"id":"talk","createdAt":"2026-11-19T12:00:00.000Z","updatedAt":"2026-11-19T12:00:00.000Z","channel":"channel","integration":"webchat","tags":{},"novelty":{"k":[1.50]}}"#;
    assert_eq!(out, format!("{ours}{raw}}}],\"raw\":{theirs}}}\n"));
    let bare = botpress(&fake, "-f jsonl --no-raw").stdout();
    assert!(!bare.contains("raw"), "{bare}");
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
    let run = botpress(&fake, "-f jsonl --with-users").run();
    let said =
        format!("the name of user {gone} is missing: the vendor does not have this user any more");
    run.ends(0, &[&said]);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    let out = records(&run.stdout);
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
fn a_blank_name_is_none() {
    let fake = Fake::start(World::with_conversations(1, |_| 4));
    for user in &mut fake.world().users {
        user.name = Some(" ".to_owned());
    }
    let out = records(&botpress(&fake, "-f jsonl --with-users").stdout());
    let messages = out[0]["messages"].as_array().unwrap();
    assert!(messages.iter().all(|message| message["author"].is_null()));
}

/// A user that cannot be fetched costs the name, and no conversation.
#[test]
fn a_user_that_cannot_be_fetched_costs_the_name_alone() {
    let fake = Fake::start(World::with_conversations(12, |_| 4));
    let lost = fake.world().conversations[3].participants[1].clone();
    let rule = Rule::path(&format!("/v1/chat/users/{lost}")).answer(Action::Status(500));
    fake.world().faults.push(rule);
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(
        &fake,
        "-f jsonl --with-users --retries 0 --summary summary.json",
    )
    .within(folder.path())
    .run();
    run.ends(0, &[&format!("the name of user {lost} is missing: ")]);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
    let mut with: Vec<_> = fake
        .world()
        .conversations
        .iter()
        .filter(|known| known.participants.contains(&lost))
        .map(|known| known.id.clone())
        .collect();
    with.sort();
    let mut named: Vec<_> = summary(folder.path())["names_missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| id.as_str().unwrap().to_owned())
        .collect();
    named.sort();
    assert_eq!(named, with);
    // A token that is refused is still the end.
    fake.world().faults = vec![Rule::on("/users/").answer(Action::Status(401))];
    botpress(&fake, "--with-users").run().ends(4, &["401"]);
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
fn messages_are_sorted_by_their_time() {
    let message = |id: &str, time: &str| {
        format!(
            "{{\"id\":\"{id}\",\"createdAt\":\"2026-11-01T10:00:{time}Z\",\"type\":\"text\",\"payload\":{{}}}}"
        )
    };
    let items = [
        message("c", "02"),
        message("a", "00"),
        message("e", "03"),
        message("d", "03"),
        message("b", "01.5"),
    ];
    let page = format!("{{\"messages\":[{}],\"meta\":{{}}}}", items.join(","));
    let fake = Fake::start(bot_with(&[]).rule(Rule::on("/messages").answer(Action::Body(page))));
    let found = ids(&records(&botpress(&fake, "-f jsonl").stdout()));
    assert_eq!(found[0].1, ["a", "b", "c", "d", "e"]);
}
