//! `singer` and `tap`: what a target reads, what a catalog selects, and that a STATE says what is true.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::archive::increment::clock;
use crate::support::fake::{Action, Conversation, Fake, Rule, World};
use crate::support::{Convexport, Run, boost, botpress, convexport, records};

/// `convexport tap ARGS` in a folder with a config for the fake's bot or site.
fn tap(fake: &Fake, source: &str, folder: &Path, args: &str) -> Convexport {
    let world = fake.world();
    let config = match source {
        "botpress" => {
            json!({"source": source, "bot_id": world.bot_id, "token": world.token, "base_url": fake.url(), "retries": 0})
        }
        _ => {
            json!({"source": source, "site": fake.url(), "token": world.boost.token, "start_date": "2026-01-01T00:00:00Z"})
        }
    };
    write(folder, "config.json", &config);
    convexport("tap --config config.json")
        .args(args)
        .within(folder)
}

fn write(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(name), value.to_string()).unwrap();
}

/// The messages of one type.
fn of_type(lines: &str, kind: &str) -> Vec<Value> {
    let all = records(lines).into_iter();
    all.filter(|message| message["type"] == kind).collect()
}

/// The records of a stream.
fn stream(lines: &str, name: &str) -> Vec<Value> {
    let all = of_type(lines, "RECORD").into_iter();
    all.filter(|message| message["stream"] == name)
        .map(|message| message["record"].clone())
        .collect()
}

fn texts(records: &[Value], key: &str) -> Vec<String> {
    let text = |record: &Value| record[key].as_str().unwrap().to_owned();
    records.iter().map(text).collect()
}

/// The value of the last STATE, as a target keeps it.
fn keep_state(folder: &Path, lines: &str) -> Value {
    let state = of_type(lines, "STATE").pop().expect("there is a STATE")["value"].clone();
    write(folder, "state.json", &state);
    state
}

fn done(run: Run) -> String {
    run.ends(0, &[]);
    assert_eq!(run.stderr, "");
    run.stdout
}

/// What is nested is JSON text; the rest is as in a whole conversation.
fn unfolded(record: &Value, nested: &[&str]) -> Value {
    let mut record = record.clone();
    for name in nested {
        if let Some(text) = record[*name].as_str() {
            record[*name] = serde_json::from_str(text).unwrap();
        }
    }
    record
}

#[test]
fn streams_hold_what_whole_conversations_hold_as_their_schema_says() {
    let mut world = World::with_conversations(30, |i| i % 20).with_boost(30, |i| 1 + i % 20);
    let first = world.conversations[0].id.clone();
    world = world.state(&first, "cart", "{\"items\":[1]}");
    let fake = Fake::start(world);
    let both = |form: &str| {
        [
            botpress(&fake, "--with-users --with-state cart -f").arg(form),
            boost(&fake, "--since 2026-01-01 -f").arg(form),
        ]
        .map(|command| done(command.run()))
    };
    for (lines, whole) in both("singer").iter().zip(both("jsonl")) {
        let all = records(lines);
        let kinds: Vec<_> = all.iter().map(|message| message["type"].clone()).collect();
        assert_eq!(kinds[..3], ["SCHEMA", "SCHEMA", "RECORD"]);
        assert_eq!(kinds.last().unwrap(), "STATE");
        assert_eq!(all[0]["key_properties"], json!(["source", "id"]));
        let keys = json!(["source", "conversation_id", "message_id"]);
        assert_eq!(all[1]["key_properties"], keys);
        for schema in &all[..2] {
            let validator = jsonschema::options().should_validate_formats(true);
            let validator = validator.build(&schema["schema"]).unwrap();
            let records = stream(lines, schema["stream"].as_str().unwrap());
            assert!(!records.is_empty());
            for record in records {
                assert!(validator.is_valid(&record), "{record}");
                let names = |value: &Value| {
                    value
                        .as_object()
                        .unwrap()
                        .keys()
                        .cloned()
                        .collect::<Vec<_>>()
                };
                assert_eq!(names(&record), names(&schema["schema"]["properties"]));
            }
        }

        let found = stream(lines, "conversations");
        let mut messages = stream(lines, "messages").into_iter();
        let whole = records(&whole);
        assert_eq!(found.len(), whole.len());
        for (found, mut whole) in found.iter().zip(whole) {
            let theirs = whole.as_object_mut().unwrap().remove("messages").unwrap();
            for message in theirs.as_array().unwrap() {
                let row = unfolded(
                    &messages.next().unwrap(),
                    &["options", "attachments", "raw"],
                );
                assert_eq!(
                    (&row["conversation_id"], &row["message_id"]),
                    (&whole["id"], &message["id"])
                );
                for (key, value) in message
                    .as_object()
                    .unwrap()
                    .iter()
                    .filter(|(key, _)| *key != "id")
                {
                    assert_eq!(&row[key], value, "{key}");
                }
            }
            let found = unfolded(found, &["tags", "users", "states", "raw"]);
            for (key, value) in whole.as_object().unwrap() {
                assert_eq!(&found[key], value, "{key}");
            }
        }
        assert_eq!(messages.next(), None);
    }
}

#[test]
fn no_database_stumbles_over_a_nul() {
    let message = r#"{"id":"m","createdAt":"2026-11-01T10:00:00.000Z","conversationId":"talk","userId":"u","direction":"incoming","type":"text","payload":{"text":"a\u0000b"},"tags":{}}"#;
    let fake = Fake::start(crate::support::bot_with(&[message]));
    let lines = botpress(&fake, "-f singer").stdout();
    let row = stream(&lines, "messages").swap_remove(0);
    assert_eq!(row["text"], "a\u{fffd}b");
    assert!(row["raw"].as_str().unwrap().contains(r#""a\u0000b""#));
}

#[test]
fn a_tap_is_an_export_whose_flags_a_config_has() {
    let fake = Fake::start(World::with_conversations(9, |_| 2).with_boost(9, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let without_state = |lines: String| {
        let lines: Vec<_> = lines.lines().map(str::to_owned).collect();
        lines[..lines.len() - 1].to_vec()
    };
    let taken = tap(&fake, "botpress", folder.path(), "").stdout();
    assert!(!taken.contains("not_a_real_token"));
    let given = botpress(&fake, "-f singer").stdout();
    assert_eq!(without_state(taken), without_state(given));
    let taken = tap(&fake, "boost", folder.path(), "").stdout();
    assert!(!taken.contains("not_a_real_token"));
    let given = boost(&fake, "-f singer --since 2026-01-01").stdout();
    assert_eq!(without_state(taken), without_state(given));

    let config = json!({"source": "botpress", "base_url": fake.url(), "participant": ["u", "v"], "tag": {"topic": "returns"},
        "with_users": false, "channel": null, "page_size": 7, "batch_config": {"secret": "hush"}});
    write(folder.path(), "other.json", &config);
    fake.forget();
    let run = convexport("tap -c other.json").within(folder.path());
    let run = run
        .env("BP_BOT_ID", "bot")
        .env("BP_TOKEN", "from-outside")
        .run();
    run.ends(4, &["a key that means nothing: batch_config"]);
    assert!(!run.stderr.contains("hush"));
    let asked = fake.requests()[0].line();
    for part in ["participantIds=u&participantIds=v", "tags.topic=returns"] {
        assert!(asked.contains(part), "{asked}");
    }
}

#[test]
fn a_config_that_cannot_be_honoured_is_refused_without_its_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |config: &str, part: &str| {
        fs::write(folder.path().join("c.json"), config).unwrap();
        let run = convexport("tap --config c.json")
            .within(folder.path())
            .run();
        run.ends(2, &["could not use the config c.json", part]);
        assert_eq!(run.stdout, "");
        assert!(!run.stderr.contains("hush"), "{}", run.stderr);
    };
    refused(r#"{"token": "hush""#, "no JSON");
    refused("[]", "no JSON object");
    refused(r#"{"bot_id": "b"}"#, "`source`");
    refused(
        r#"{"source": "botpress", "token": "hush hush"}"#,
        "`token` holds no access token",
    );
    refused(
        r#"{"source": "botpress", "token": ["hush"]}"#,
        "`token` holds no access token",
    );
    refused(
        r#"{"source": "botpress", "start_date": "soonish"}"#,
        "--since",
    );
    refused(
        r#"{"source": "botpress", "with_users": "yes"}"#,
        "`with_users` has a value of another type",
    );
    for key in ["output", "limit", "until", "format", "state", "output_dir"] {
        let config = format!(r#"{{"source": "botpress", "{key}": "1"}}"#);
        refused(&config, &format!("`{key}` is no key of a tap"));
    }
    convexport("tap").run().ends(2, &["--config"]);
    convexport("tap --config nowhere.json")
        .run()
        .ends(1, &["nowhere.json"]);
}

#[test]
fn a_catalog_selects_streams_and_properties() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    // Meltano discovers with a config and a state that may not be there yet.
    let catalog = convexport("tap --config none.json --state none.json --discover").stdout();
    let catalog: Value = serde_json::from_str(&catalog).unwrap();
    let selected = |catalog: &Value| {
        write(folder.path(), "catalog.json", catalog);
        tap(&fake, "botpress", folder.path(), "--catalog catalog.json").run()
    };
    let everything = tap(&fake, "botpress", folder.path(), "").stdout();
    let count = everything.lines().count();
    assert_eq!(
        done(selected(&catalog))
            .lines()
            .take(count - 1)
            .collect::<Vec<_>>(),
        everything.lines().take(count - 1).collect::<Vec<_>>()
    );

    let mut some = catalog.clone();
    some["streams"][0]["metadata"][0]["metadata"]["selected"] = json!(false);
    for entry in some["streams"][1]["metadata"].as_array_mut().unwrap() {
        // Keys come in any case.
        let wanted = entry["breadcrumb"] == json!([]) || entry["breadcrumb"][1] == "text";
        entry["metadata"]["selected"] = json!(wanted);
    }
    let lines = done(selected(&some));
    assert_eq!(of_type(&lines, "SCHEMA").len(), 1);
    assert_eq!(
        of_type(&lines, "STATE")[0]["value"]["bookmarks"]
            .as_object()
            .unwrap()
            .len(),
        1
    );
    let rows = stream(&lines, "messages");
    assert_eq!((rows.len(), of_type(&lines, "RECORD").len()), (6, 6));
    let names: Vec<_> = rows[0].as_object().unwrap().keys().collect();
    assert_eq!(names, ["conversation_id", "message_id", "source", "text"]);

    let older = json!({"streams": [{"stream": "conversations", "schema": {"selected": true, "properties": {
        "raw": {"selected": false}}}}, {"stream": "messages", "selected": false}]});
    write(folder.path(), "catalog.json", &older);
    let lines = done(
        tap(
            &fake,
            "botpress",
            folder.path(),
            "--properties catalog.json",
        )
        .run(),
    );
    let conversations = stream(&lines, "conversations");
    assert_eq!(
        (conversations.len(), of_type(&lines, "RECORD").len()),
        (3, 3)
    );
    assert!(conversations[0].get("raw").is_none() && conversations[0].get("tags").is_some());

    let none = json!({"streams": [{"stream": "conversations"}]});
    selected(&none).ends(2, &["catalog.json", "selects no stream"]);
    let other = json!({"streams": [{"stream": "users", "selected": true}]});
    selected(&other).ends(2, &["there is no stream users"]);
    selected(&json!([])).ends(2, &["no Singer catalog"]);
}

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
    assert!(marks(&first) < marks(&quiet) && marks(&quiet) < marks(&next));
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
    let saved = include_str!("../fixtures/boost-export.json");
    let cut = &saved[..saved.len() * 2 / 3];
    let run = convexport("boost --input - -f singer").stdin(cut).run();
    run.ends(3, &[]);
    assert!(!run.stdout.contains("STATE"));
}

#[test]
fn a_state_of_another_export_is_refused_and_a_stream_it_lacks_comes_whole() {
    let fake = Fake::start(World::with_conversations(6, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let first = tap(&fake, "botpress", folder.path(), "").stdout();
    let mut state = keep_state(folder.path(), &first);
    let again = |args: &str| {
        botpress(&fake, "-f singer --timezone utc --singer-state state.json")
            .args(args)
            .within(folder.path())
            .run()
    };
    assert_eq!(stream(&done(again("")), "messages").len(), 0);
    again("--channel dm").ends(2, &["state.json", "channel"]);
    again("--since 2026-01-01").ends(2, &["state.json", "since"]);
    again("--limit 2").ends(2, &["--limit"]);

    state["bookmarks"]
        .as_object_mut()
        .unwrap()
        .remove("messages");
    write(folder.path(), "state.json", &state);
    assert_eq!(stream(&done(again("")), "messages").len(), 12);
    for empty in ["", "{}", r#"{"bookmarks":{}}"#] {
        fs::write(folder.path().join("state.json"), empty).unwrap();
        assert_eq!(stream(&done(again("")), "messages").len(), 12);
    }
    for odd in ["nonsense", "[]", "null", r#"{"bookmark":{}}"#] {
        fs::write(folder.path().join("state.json"), odd).unwrap();
        again("").ends(2, &["state.json", "no Singer STATE"]);
    }
    // The message, as well as what is in it.
    let message = first.lines().next_back().unwrap();
    fs::write(folder.path().join("state.json"), message).unwrap();
    assert_eq!(stream(&done(again("")), "messages").len(), 0);
    write(
        folder.path(),
        "state.json",
        &json!({"bookmarks": {"messages": {"x": 1}, "conversations": {}}}),
    );
    again("").ends(1, &["state.json", "none of convexport"]);
}

#[test]
fn what_is_no_sync_has_no_state_and_flags_that_do_not_fit_are_refused() {
    let fake = Fake::start(World::with_conversations(6, |_| 2));
    for args in ["--limit 2", "--until 2026-11-01"] {
        let lines = botpress(&fake, "-f singer").args(args).stdout();
        assert_eq!(of_type(&lines, "STATE").len(), 0);
        assert!(!stream(&lines, "messages").is_empty());
    }
    let whole = botpress(&fake, "-f jsonl").stdout();
    let lines = convexport("render - -f singer --no-raw")
        .stdin(&whole)
        .stdout();
    assert_eq!(
        (
            stream(&lines, "messages").len(),
            of_type(&lines, "STATE").len()
        ),
        (12, 0)
    );
    assert!(
        of_type(&lines, "SCHEMA")[0]["schema"]["properties"]
            .get("raw")
            .is_none()
    );
    let refused = |args: &str, part: &str| botpress(&fake, args).run().ends(2, &[part]);
    refused("-f singer -d folder", "singer is one stream");
    refused("-f json --catalog x", "--catalog is for singer");
    refused("-f json --singer-state x", "--singer-state is for");
    refused("-f singer --time-format %Y", "--time-format");
}
