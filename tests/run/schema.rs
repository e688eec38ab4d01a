//! `convexport schema`: what is written is what the schemas say, by the word of another program's validator.

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Convexport, boost, botpress, convexport, records};

pub fn schema(name: &str) -> Validator {
    let schema = convexport("schema").args(name).stdout();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let options = jsonschema::options().should_validate_formats(true);
    options.build(&schema).unwrap()
}

pub fn is_valid(schema: &Validator, value: &Value) {
    let errors: Vec<_> = schema
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:?} in {value}");
}

fn read(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Two exports that have everything: names, states, and all types of messages.
fn exports(fake: &Fake) -> [String; 2] {
    let run = botpress(fake, "--with-users --with-state cart -f jsonl").run();
    assert_eq!(run.code, 0, "{}", run.stderr);
    [
        run.stdout,
        boost(fake, "--since 2000-01-01 -f jsonl").stdout(),
    ]
}

#[test]
fn exports_of_both_vendors_are_as_their_schema_says() {
    let mut world = World::with_conversations(30, |i| i % 20).with_boost(30, |i| i % 20);
    let first = world.conversations[0].id.clone();
    world = world.state(&first, "cart", "{\"items\":[1]}");
    let fake = Fake::start(world);
    let (line, array) = (schema("jsonl"), schema("json"));
    let saved = include_str!("../fixtures/boost-export.json");
    let sample = convexport("boost --input - -f jsonl").stdin(saved).stdout();
    let [bots, boosts] = exports(&fake);
    for jsonl in [bots, boosts, sample] {
        let all = records(&jsonl);
        assert!(!all.is_empty());
        for record in &all {
            is_valid(&line, record);
        }
        is_valid(&array, &Value::Array(all));
        let bare = convexport("render - -f json --no-raw")
            .stdin(&jsonl)
            .stdout();
        is_valid(&array, &serde_json::from_str(&bare).unwrap());
    }
    assert_eq!(
        convexport("schema").stdout(),
        convexport("schema jsonl").stdout()
    );
}

#[test]
fn rows_are_as_their_schema_says() {
    let fake = Fake::start(World::with_conversations(20, |i| i % 20).with_boost(20, |i| i % 20));
    let row = schema("messages");
    let conversation = schema("conversations");
    for jsonl in exports(&fake) {
        let rows = convexport("render - -f conversations").stdin(&jsonl);
        let rows = records(&rows.stdout());
        assert_eq!(rows.len(), jsonl.lines().count());
        for line in &rows {
            is_valid(&conversation, line);
        }
        let mut other = rows[0].clone();
        other.as_object_mut().unwrap().remove("user_name");
        assert!(
            !conversation.is_valid(&other),
            "every column is always there"
        );
        for flags in ["", "--no-raw"] {
            let render = format!("render - -f messages {flags}");
            let rows = records(&convexport(&render).stdin(&jsonl).stdout());
            assert!(rows.len() > 20);
            for line in &rows {
                is_valid(&row, line);
            }
            let mut other = rows[0].clone();
            other["forgotten"] = json!(1);
            assert!(!row.is_valid(&other));
            other = rows[0].clone();
            other.as_object_mut().unwrap().remove("author");
            assert!(!row.is_valid(&other), "every column is always there");
        }
    }
}

#[test]
fn a_schema_is_closed_where_the_keys_are_ours() {
    let fake = Fake::start(World::with_conversations(3, |_| 3));
    let line = schema("jsonl");
    let record = records(&exports(&fake)[0]).swap_remove(0);
    is_valid(&line, &record);
    let mut changes: Vec<(&str, Value)> = Vec::new();
    for place in ["", "/messages/0", "/users/0"] {
        let mut more = record.clone();
        more.pointer_mut(place).unwrap()["forgotten"] = json!(1);
        changes.push((place, more));
        let mut less = record.clone();
        less.pointer_mut(place)
            .unwrap()
            .as_object_mut()
            .unwrap()
            .remove("id");
        changes.push((place, less));
    }
    for (place, value) in [
        ("/created_at", json!("2026-11-01T10:00:00Z")),
        ("/created_at", json!("2026-13-41T10:00:00.000000Z")),
        ("/messages/0/role", json!("robot")),
        ("/source", json!("other")),
        ("/id", json!(7)),
    ] {
        let mut other = record.clone();
        *other.pointer_mut(place).unwrap() = value;
        changes.push((place, other));
    }
    for (place, other) in changes {
        assert!(!line.is_valid(&other), "{place} in {other}");
    }
    // What is the vendor's own may be anything.
    let mut free = record;
    free["raw"]["forgotten"] = json!(1);
    free["tags"]["forgotten"] = json!([1]);
    is_valid(&line, &free);
}

#[test]
fn summaries_are_as_their_schema_says() {
    let fake = Fake::start(World::with_conversations(12, |_| 2).with_boost(5, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let summary = schema("summary");
    let run = |command: Convexport, code: i32| {
        let run = command.args("--summary s.json").within(folder.path()).run();
        assert_eq!(run.code, code, "{}", run.stderr);
        let found = read(folder.path(), "s.json");
        assert_eq!(found["exit_code"], code);
        is_valid(&summary, &found);
        found
    };
    for _ in 0..2 {
        run(botpress(&fake, "--archive a.db -d all -f json"), 0);
    }
    run(boost(&fake, "--since 2000-01-01 -o all.jsonl"), 0);
    run(convexport("render all.jsonl -o all.txt"), 0);
    run(
        convexport("render all.jsonl -o x.txt --conversation nobody"),
        3,
    );

    fake.world()
        .faults
        .push(Rule::on("/messages").nth(2).answer(Action::Status(500)));
    let failed = run(botpress(&fake, "--archive b.db --retries 0"), 3);
    assert_eq!(failed["failed"].as_array().unwrap().len(), 1);
    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run(botpress(&fake, "-d none --retries 0"), 4);
    run(
        botpress(&fake, "-f json -o out.json --base-url nonsense"),
        2,
    );
}

/// The tables of an archive are printed as SQL, and are those that a run makes.
#[test]
fn the_schema_of_an_archive_makes_the_tables_of_one() {
    let fake = Fake::start(World::new());
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    let made = rusqlite::Connection::open_in_memory().unwrap();
    made.execute_batch(&convexport("schema archive").stdout())
        .unwrap();
    let real = rusqlite::Connection::open(folder.path().join("a.db")).unwrap();
    let tables = |database: &rusqlite::Connection| -> Vec<String> {
        let mut select = database
            .prepare("SELECT name || coalesce(sql, '') FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = select.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert!(tables(&made).len() > 20);
    assert_eq!(tables(&made), tables(&real));
}
