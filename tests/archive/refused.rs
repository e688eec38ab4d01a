//! Files that are no archive, or none for this program: they are named and left alone.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::{Nights, quiet};
use crate::support::convexport;
use crate::support::fake::World;

/// Everything in a folder, to the byte.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap_or_default())
        })
        .collect();
    all.sort();
    all
}

/// Bytes that an archive is damaged with, from a place on.
fn with(archive: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut damaged = archive.to_vec();
    damaged[at..at + bytes.len()].copy_from_slice(bytes);
    damaged
}

/// An archive of three conversations as its bytes.
fn archive() -> Vec<u8> {
    let nights = Nights::new(World::with_conversations(3, |_| 2));
    quiet(nights.bot(""));
    fs::read(nights.path("a.db")).unwrap()
}

fn foreign_database() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let database = Connection::open(&path).unwrap();
    database
        .execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES ('mine')")
        .unwrap();
    drop(database);
    fs::read(path).unwrap()
}

#[test]
fn a_file_that_is_no_archive_of_this_program_is_left_alone() {
    let good = archive();
    // The places are those of sqlite.org/fileformat.html, section 1.3.
    let cases = [
        (
            "a foreign database",
            foreign_database(),
            "no archive of convexport",
        ),
        ("a text", b"my notes\n".to_vec(), "no archive of convexport"),
        ("a short text", b"x".to_vec(), "no archive of convexport"),
        (
            "a damaged magic",
            with(&good, 0, b"SQLite format 2"),
            "no archive of convexport",
        ),
        (
            "a cut header",
            good[..60].to_vec(),
            "no archive of convexport",
        ),
        ("no version", with(&good, 60, &[0; 4]), "damaged"),
        (
            "a newer version",
            with(&good, 60, &99_u32.to_be_bytes()),
            "use a newer convexport",
        ),
        ("a wrong page size", with(&good, 16, &[3, 7]), "damaged"),
        (
            "a damaged first page",
            with(&good, 100, &[0xff; 400]),
            "damaged",
        ),
    ];
    let nights = Nights::new(World::with_conversations(3, |_| 2));
    for (what, bytes, why) in cases {
        fs::write(nights.path("a.db"), bytes).unwrap();
        let before = contents(nights.folder.path());
        for args in ["", "--sweep", "-d mirror -f json"] {
            nights
                .bot(args)
                .run()
                .ends(1, &["could not use the archive a.db", why]);
            assert_eq!(nights.fake.asked(), 0, "{what}");
        }
        assert_eq!(contents(nights.folder.path()), before, "{what}");
    }
}

#[test]
fn what_cannot_be_read_is_named() {
    let good = archive();
    let folder = tempfile::tempdir().unwrap();
    for (bytes, why) in [
        (
            with(&good, 60, &99_u32.to_be_bytes()),
            "use a newer convexport",
        ),
        (with(&good, 100, &[0xff; 400]), "damaged"),
    ] {
        fs::write(folder.path().join("a.db"), &bytes).unwrap();
        let run = convexport("render a.db -f jsonl")
            .within(folder.path())
            .run();
        assert!(
            run.code != 0 && run.stderr.contains(why),
            "{}: {}",
            run.code,
            run.stderr
        );
        assert_eq!(fs::read(folder.path().join("a.db")).unwrap(), bytes);
    }
}

#[test]
fn a_folder_is_no_archive() {
    let nights = Nights::new(World::with_conversations(3, |_| 2));
    fs::create_dir(nights.path("a.db")).unwrap();
    nights
        .bot("")
        .run()
        .ends(1, &["could not use the archive a.db", "folder"]);
    assert_eq!(nights.fake.asked(), 0);
    assert!(contents(&nights.path("a.db")).is_empty());
}

/// An empty file is one that was made for an archive.
#[test]
fn an_empty_file_becomes_an_archive() {
    let nights = Nights::new(World::with_conversations(3, |_| 2));
    fs::write(nights.path("a.db"), "").unwrap();
    quiet(nights.bot(""));
    assert_eq!(nights.archived().len(), 3);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    use std::os::unix::fs::PermissionsExt;
    use std::process::Command;

    let nights = Nights::new(World::with_conversations(3, |_| 2));
    quiet(nights.bot(""));
    let path = nights.path("a.db");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    // Permissions do not stop root, but an attribute of the file does.
    let change = |flag: &str| Command::new("chattr").arg(flag).arg(&path).status();
    let is_root = fs::OpenOptions::new().write(true).open(&path).is_ok();
    if is_root && !change("+i").is_ok_and(|status| status.success()) {
        return;
    }
    let before = fs::read(&path).unwrap();
    let run = nights.bot("").run();
    let after = fs::read(&path).unwrap();
    let rendered = nights.archived().len();
    if is_root {
        change("-i").unwrap();
    }
    run.ends(1, &["could not use the archive a.db"]);
    assert_eq!(
        (after == before, rendered, nights.fake.asked()),
        (true, 3, 0)
    );
}

#[cfg(unix)]
#[test]
fn an_archive_is_for_its_owner_alone_and_has_no_token() {
    use std::os::unix::fs::PermissionsExt;

    use crate::support::fake::{Action, Gate, Rule};
    use crate::support::wait_until;

    let gate = Gate::default();
    let held = Rule::on("conversationId=")
        .from(11)
        .answer(Action::Hold(gate.clone()));
    let world = World::with_conversations(20, |_| 2)
        .with_boost(5, |_| 3)
        .rule(held);
    let nights = Nights::new(world);
    let check = |least: usize| {
        let mut found = 0;
        for (name, bytes) in contents(nights.folder.path()) {
            let mode = nights.path(&name).metadata().unwrap().permissions().mode() & 0o777;
            if name != "a.db-lock" {
                assert_eq!(mode, 0o600, "{name}");
            }
            for token in ["bp_pat_this_is_not", "boost_this_is_not"] {
                let has = bytes
                    .windows(token.len())
                    .any(|part| part == token.as_bytes());
                assert!(!has, "{name} has a token");
            }
            found += 1;
        }
        assert!(found >= least, "{found} files");
    };
    let running = nights.bot("--concurrency 1").start();
    wait_until("a log", || {
        nights.path("a.db-wal").exists() && gate.waiting() > 0
    });
    // The archive, its log, the memory of the log, and the lock.
    check(4);
    gate.open();
    running.end().ends(0, &[]);
    quiet(nights.site(""));
    check(1);
    // After a run the one file has everything.
    let log = nights
        .path("a.db-wal")
        .metadata()
        .map_or(0, |log| log.len());
    assert_eq!(log, 0);
}
