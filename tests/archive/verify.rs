//! `convexport verify ARCHIVE`: whether everything is still what was written.

use std::fs;

use rusqlite::Connection;

use super::{Nights, quiet};
use crate::support::fake::World;
use crate::support::{Run, convexport, long_tests};

/// An archive of both vendors, with a filtered selection, a mirror and a failure.
fn archive() -> Nights {
    let world = World::with_conversations(40, |i| 9 + i % 40).with_boost(20, |i| 2 + i % 9);
    let nights = Nights::new(world);
    quiet(nights.bot("--with-users"));
    quiet(nights.site(""));
    quiet(nights.bot("--integration webchat -d mirror -f json -q"));
    nights
}

fn verify(nights: &Nights, file: &str) -> Run {
    let command = convexport("verify").arg(file);
    command.within(nights.folder.path()).run()
}

#[test]
fn an_archive_that_was_left_alone_is_what_was_written() {
    let nights = archive();
    let run = verify(&nights, "a.db");
    let count = |table: &str| nights.sql(&format!("SELECT count(*) FROM {table}"))[0].clone();
    let (conversations, messages) = (count("conversations"), count("messages"));
    let line =
        format!("{conversations} conversations with {messages} messages are what was written\n");
    assert_eq!((run.code, run.stdout, run.stderr.as_str()), (0, line, ""));
}

#[test]
fn every_change_of_a_table_is_reported() {
    let nights = archive();
    let whole = fs::read(nights.path("a.db")).unwrap();
    for (statement, part) in [
        (
            "UPDATE messages SET text = text || '.' WHERE id = 3",
            "its contents are not",
        ),
        (
            "UPDATE messages SET raw = replace(raw, '\"', '\" ') WHERE id = 3",
            "its contents are not",
        ),
        (
            "UPDATE messages SET last_run = 1 WHERE id = 3",
            "what is noted of it",
        ),
        (
            "UPDATE messages SET created_at = lower(created_at) WHERE id = 3",
            "not a time of this program",
        ),
        ("DELETE FROM messages WHERE id = 3", "it has"),
        (
            "UPDATE conversations SET channel = 'other' WHERE id = 2",
            "its contents are not",
        ),
        (
            "UPDATE conversations SET gone_run = 2 WHERE id = 2",
            "what is noted of it",
        ),
        (
            "UPDATE conversations SET tags = tags || ' ' WHERE id = 2",
            "not JSON of this program",
        ),
        (
            "DELETE FROM messages WHERE conversation = 2",
            "it has 0 messages",
        ),
        ("UPDATE runs SET complete = 0 WHERE id = 1", "small tables"),
        (
            "UPDATE selections SET complete_until = NULL",
            "small tables",
        ),
        ("UPDATE accounts SET account = 'other'", "small tables"),
        ("DELETE FROM runs WHERE id = 2", "small tables"),
        ("UPDATE mirror_files SET bytes = 1", "a file of a mirror"),
        (
            "UPDATE selected SET selection = 1",
            "a selection's conversation",
        ),
        ("DELETE FROM message_words_data WHERE id > 10", "index"),
        (
            "INSERT INTO message_words (message_words, rowid, text) VALUES ('delete', 1, 'x')",
            "index",
        ),
        ("DROP INDEX conversations_by_time", "the tables"),
    ] {
        fs::write(nights.path("b.db"), &whole).unwrap();
        let database = Connection::open(nights.path("b.db")).unwrap();
        database.execute_batch(statement).unwrap();
        drop(database);
        let run = verify(&nights, "b.db");
        run.ends(1, &[part, "b.db"]);
        assert!(
            run.stdout.contains("changed since it was written"),
            "{statement}: {}",
            run.stdout
        );
    }
    // A conversation that is gone with all its messages leaves its mark in the counts.
    fs::write(nights.path("b.db"), &whole).unwrap();
    let database = Connection::open(nights.path("b.db")).unwrap();
    database
        .execute_batch(
            "DELETE FROM media_uses WHERE conversation = 2; DELETE FROM messages WHERE conversation = 2;
            DELETE FROM conversations WHERE id = 2",
        )
        .unwrap();
    drop(database);
    verify(&nights, "b.db").ends(1, &["the last run left 60 conversations"]);
}

/// Everything that the tables of a database hold, those of the index included.
fn dump(path: &std::path::Path) -> Option<Vec<String>> {
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name";
    let mut all = Vec::new();
    let database = Connection::open(path).ok()?;
    let mut select = database.prepare(tables).ok()?;
    let names = select.query_map([], |row| row.get::<_, String>(0)).ok()?;
    for name in names {
        let name = name.ok()?;
        let mut rows = database.prepare(&format!("SELECT * FROM {name}")).ok()?;
        let columns = rows.column_count();
        let mut found = rows.query([]).ok()?;
        while let Some(row) = found.next().ok()? {
            let cells = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
            all.push(format!(
                "{name}{:?}",
                cells.collect::<Result<Vec<_>, _>>().ok()?
            ));
        }
    }
    Some(all)
}

/// Each flipped bit is reported, or lies where the database has no contents.
#[test]
fn flipped_bits_are_reported() {
    let flips = if long_tests() { 200 } else { 40 };
    let nights = archive();
    let whole = fs::read(nights.path("a.db")).unwrap();
    fs::write(nights.path("b.db"), &whole).unwrap();
    let expected = dump(&nights.path("b.db"));
    let mut random = fastrand::Rng::with_seed(1);
    let (mut reported, mut unused) = (0, 0);
    for _ in 0..flips {
        let (place, bit) = (random.usize(..whole.len()), random.u8(..8));
        let mut flipped = whole.clone();
        flipped[place] ^= 1 << bit;
        fs::write(nights.path("b.db"), &flipped).unwrap();
        if verify(&nights, "b.db").code == 0 {
            fs::write(nights.path("b.db"), &flipped).unwrap();
            assert_eq!(
                dump(&nights.path("b.db")),
                expected,
                "bit {bit} of byte {place}"
            );
            unused += 1;
        } else {
            reported += 1;
        }
    }
    assert!(
        reported > flips / 3,
        "{reported} reported, {unused} in unused space"
    );
}

#[test]
fn what_is_no_archive_needs_a_summary() {
    let nights = archive();
    fs::write(nights.path("a.jsonl"), "").unwrap();
    verify(&nights, "a.jsonl").ends(2, &["a.jsonl is no archive", "--summary"]);
    verify(&nights, "mirror").ends(2, &["mirror is no archive"]);
}
