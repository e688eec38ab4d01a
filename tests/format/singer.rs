//! `singer`: what a target reads.

use serde_json::{Value, json};

use crate::run::tap::{done, of_type, stream, tap, tap_with};
use crate::support::fake::{Fake, World};
use crate::support::{boost, bot_with, botpress, records};

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
    let folder = tempfile::tempdir().unwrap();
    let more = json!({"with_users": true, "with_state": ["cart"]});
    let taps = [
        done(tap_with(&fake, "botpress", folder.path(), &more, "").run()),
        done(tap(&fake, "boost", folder.path(), "").run()),
    ];
    let whole = [
        botpress(&fake, "--with-users --with-state cart -f jsonl"),
        boost(&fake, "--since 2026-01-01 -f jsonl"),
    ];
    for (lines, whole) in taps.iter().zip(whole.map(|command| done(command.run()))) {
        let all = records(lines);
        let kinds: Vec<_> = all.iter().map(|message| message["type"].clone()).collect();
        assert_eq!(kinds[..3], ["SCHEMA", "SCHEMA", "RECORD"]);
        assert_eq!(kinds.last().unwrap(), "STATE");
        assert_eq!(all[0]["key_properties"], json!(["source", "account", "id"]));
        let keys = json!(["source", "account", "conversation_id", "message_id"]);
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
    let fake = Fake::start(bot_with(&[message]));
    let folder = tempfile::tempdir().unwrap();
    let lines = tap(&fake, "botpress", folder.path(), "").stdout();
    let row = stream(&lines, "messages").swap_remove(0);
    assert_eq!(row["text"], "a\u{fffd}b");
    assert!(row["raw"].as_str().unwrap().contains(r#""a\u0000b""#));
}

#[test]
fn the_records_of_the_vendor_are_left_out_when_a_config_says_so() {
    let fake = Fake::start(World::with_conversations(6, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let more = json!({"no_raw": true});
    let lines = tap_with(&fake, "botpress", folder.path(), &more, "").stdout();
    assert_eq!(stream(&lines, "messages").len(), 12);
    for schema in of_type(&lines, "SCHEMA") {
        assert!(schema["schema"]["properties"].get("raw").is_none());
    }
}

#[test]
fn only_a_tap_writes_singer() {
    let fake = Fake::start(World::new());
    let refused = |args: &str, part: &str| botpress(&fake, args).run().ends(2, &[part]);
    refused("-f singer", "invalid value 'singer'");
    refused("-f json --catalog x", "--catalog");
    refused("-f json --singer-state x", "--singer-state");
}
