//! `convexport tap`: the config, the catalog, and the state between two runs.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::fake::{Fake, World};
use crate::support::{Convexport, Run, boost, botpress, convexport, records};

/// `convexport tap ARGS` in a folder with a config for the fake's bot or site.
pub fn tap(fake: &Fake, source: &str, folder: &Path, args: &str) -> Convexport {
    tap_with(fake, source, folder, &json!({}), args)
}

/// The same with more keys in the config.
pub fn tap_with(fake: &Fake, source: &str, folder: &Path, more: &Value, args: &str) -> Convexport {
    let world = fake.world();
    let mut config = match source {
        "botpress" => {
            json!({"source": source, "bot_id": world.bot_id, "token": world.token, "base_url": fake.url(), "retries": 0})
        }
        _ => {
            json!({"source": source, "site": fake.url(), "token": world.boost.token, "start_date": "2026-01-01T00:00:00Z"})
        }
    };
    let more = more.as_object().unwrap().clone();
    config.as_object_mut().unwrap().extend(more);
    write(folder, "config.json", &config);
    convexport("tap --config config.json")
        .args(args)
        .within(folder)
}

pub(super) fn write(folder: &Path, name: &str, value: &Value) {
    fs::write(folder.join(name), value.to_string()).unwrap();
}

/// The messages of one type.
pub fn of_type(lines: &str, kind: &str) -> Vec<Value> {
    let all = records(lines).into_iter();
    all.filter(|message| message["type"] == kind).collect()
}

/// The records of a stream.
pub fn stream(lines: &str, name: &str) -> Vec<Value> {
    let all = of_type(lines, "RECORD").into_iter();
    all.filter(|message| message["stream"] == name)
        .map(|message| message["record"].clone())
        .collect()
}

pub(super) fn texts(records: &[Value], key: &str) -> Vec<String> {
    let text = |record: &Value| record[key].as_str().unwrap().to_owned();
    records.iter().map(text).collect()
}

/// The value of the last STATE, as a target keeps it.
pub(super) fn keep_state(folder: &Path, lines: &str) -> Value {
    let state = of_type(lines, "STATE").pop().expect("there is a STATE")["value"].clone();
    write(folder, "state.json", &state);
    state
}

pub fn done(run: Run) -> String {
    run.ends(0, &[]);
    assert_eq!(run.stderr, "");
    run.stdout
}

#[test]
fn a_tap_is_an_export_whose_flags_a_config_has() {
    let fake = Fake::start(World::with_conversations(9, |_| 2).with_boost(9, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let taken = tap(&fake, "botpress", folder.path(), "").stdout();
    assert!(!taken.contains("not_a_real_token"));
    let given = records(&botpress(&fake, "-f jsonl").stdout());
    let ids = texts(&given, "id");
    assert_eq!(texts(&stream(&taken, "conversations"), "id"), ids);
    let taken = tap(&fake, "boost", folder.path(), "").stdout();
    assert!(!taken.contains("not_a_real_token"));
    let given = records(&boost(&fake, "-f jsonl --since 2026-01-01").stdout());
    let ids = texts(&given, "id");
    assert_eq!(texts(&stream(&taken, "conversations"), "id"), ids);

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
    for key in [
        "output",
        "limit",
        "until",
        "format",
        "state",
        "output_dir",
        "allow_empty",
        "chat_media",
        "split",
    ] {
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
    assert_eq!(
        names,
        ["account", "conversation_id", "message_id", "source", "text"]
    );

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
