//! `messages`: one row per message, whole for programs.

use std::fs;

use serde_json::{Value, json};

use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{boost, bot_with, botpress, records};

pub const COLUMNS: [&str; 19] = [
    "source",
    "account",
    "conversation_id",
    "conversation_created_at",
    "channel",
    "title",
    "tags",
    "user_name",
    "seq",
    "message_id",
    "created_at",
    "role",
    "user_id",
    "author",
    "type",
    "text",
    "options",
    "attachments",
    "raw",
];

/// The rows that an export of whole conversations holds.
fn flat(conversations: &[Value]) -> Vec<Value> {
    let mut rows = Vec::new();
    for known in conversations {
        for (seq, message) in (1..).zip(known["messages"].as_array().unwrap()) {
            rows.push(json!({
                "source": known["source"], "account": known["account"], "conversation_id": known["id"],
                "conversation_created_at": known["created_at"], "channel": known["channel"], "title": known["title"],
                "tags": known["tags"], "user_name": person(known), "seq": seq,
                "message_id": message["id"], "created_at": message["created_at"], "role": message["role"],
                "user_id": message["user_id"], "author": message["author"], "type": message["type"],
                "text": message["text"], "options": message["options"], "attachments": message["attachments"],
                "raw": message["raw"],
            }));
        }
    }
    rows
}

/// The name of the first user that has an id.
fn person(known: &Value) -> Value {
    let mut messages = known["messages"].as_array().unwrap().iter();
    let asked = messages.find(|one| one["role"] == "user" && one["user_id"].is_string());
    asked.map_or(Value::Null, |message| message["author"].clone())
}

/// A row with its JSON text read.
fn unfolded(mut row: Value) -> Value {
    for name in ["tags", "options", "attachments", "raw"] {
        row[name] = serde_json::from_str(row[name].as_str().expect("JSON in a string")).unwrap();
    }
    row
}

#[test]
fn messages_are_the_same_as_in_whole_conversations() {
    let fake = Fake::start(World::with_conversations(40, |i| i % 30).with_boost(40, |i| 2 + i % 9));
    let both = |format: &str| {
        [
            botpress(&fake, "--with-users -f").arg(format).stdout(),
            boost(&fake, "--since 2026-01-01 -f").arg(format).stdout(),
        ]
    };
    for (whole, rows) in both("jsonl").iter().zip(both("messages")) {
        let found: Vec<_> = records(&rows).into_iter().map(unfolded).collect();
        assert!(found.len() > 200);
        assert_eq!(found, flat(&records(whole)));
        for line in rows.lines() {
            let places = COLUMNS.map(|name| line.find(&format!("\"{name}\":")).expect(name));
            assert!(places.is_sorted(), "the columns have one order: {line}");
        }
    }
}

#[test]
fn records_are_verbatim_in_their_string_or_left_out() {
    let raw = r#"{"id":"m", "createdAt":"2026-11-01T10:00:00Z","type":"odd","payload":{"n":1.0e2,"s":"\ud83d"}}"#;
    let fake = Fake::start(bot_with(&[raw]));
    let rows = records(&botpress(&fake, "-f messages").stdout());
    assert_eq!(rows[0]["raw"], raw);
    let rows = records(&botpress(&fake, "-f messages --no-raw").stdout());
    assert_eq!(rows[0].get("raw"), None);
    assert_eq!(rows[0].as_object().unwrap().len(), COLUMNS.len() - 1);
}

#[test]
fn a_conversation_without_messages_is_counted() {
    let empty = Conversation::new("empty", REFERENCE - DAY);
    let fake = Fake::start(World::with_conversations(2, |_| 3).conversation(empty));
    let folder = tempfile::tempdir().unwrap();
    for format in ["messages", "csv"] {
        let args = format!("-f {format} -d {format} --summary s -v");
        let run = botpress(&fake, &args).within(folder.path()).run();
        run.ends(
            0,
            &[
                "conversation empty is left out: it has no messages, and so no row: -f conversations and --rows conversations",
                "Wrote 2 conversations (6 messages, ",
                "; 1 left out",
            ],
        );
        let summary: Value =
            serde_json::from_slice(&fs::read(folder.path().join("s")).unwrap()).unwrap();
        assert_eq!(
            (
                &summary["counts"]["conversations"],
                &summary["counts"]["left_out"],
                &summary["complete"]
            ),
            (&2.into(), &1.into(), &true.into())
        );
        let names = fs::read_dir(folder.path().join(format)).unwrap();
        let names: Vec<_> = names.map(|name| name.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        assert_eq!(
            botpress(&fake, "-f").arg(format).run().stderr,
            "",
            "cron need not know"
        );
    }
    let none = Fake::start(World::new().conversation(Conversation::new("empty", REFERENCE)));
    assert_eq!(botpress(&none, "-f messages").stdout(), "");
    assert_eq!(
        botpress(&none, "-f csv").stdout(),
        format!("{}\r\n", COLUMNS[..18].join(","))
    );
}
