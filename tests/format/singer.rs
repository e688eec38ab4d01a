//! `singer`: what a target reads.

use serde_json::{Value, json};

use crate::run::tap::{done, of_type, stream};
use crate::support::fake::{Fake, World};
use crate::support::{boost, bot_with, botpress, convexport, records};

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
    let fake = Fake::start(bot_with(&[message]));
    let lines = botpress(&fake, "-f singer").stdout();
    let row = stream(&lines, "messages").swap_remove(0);
    assert_eq!(row["text"], "a\u{fffd}b");
    assert!(row["raw"].as_str().unwrap().contains(r#""a\u0000b""#));
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
