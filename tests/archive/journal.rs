//! Where SQLite cannot share memory between processes, as on a network file system, an archive keeps a rollback journal.

#![cfg(unix)]

use std::fs;

use super::{Nights, mirrored, truth};
use crate::support::clock;
use crate::support::fake::World;

/// A folder in the place of the shared memory: SQLite cannot make it.
fn without_shared_memory() -> Nights {
    let nights = Nights::new(World::with_conversations(30, |i| 1 + i % 5));
    fs::create_dir(nights.path("a.db-shm")).unwrap();
    nights
}

#[test]
fn a_rollback_journal_serves_where_no_log_can_be_kept() {
    let nights = without_shared_memory();
    let warning = "the archive keeps a rollback journal, so readers wait while a run writes: ";
    nights.bot("").run().ends(0, &[warning]);
    assert_eq!(nights.sql("PRAGMA journal_mode"), ["delete"]);
    let id = truth(&nights.fake.world()).into_keys().next().unwrap();
    nights.fake.world().say(&id, clock(), true, "one more");
    nights.bot("-d mirror -f json").run().ends(0, &[warning]);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    assert_eq!(
        mirrored(&nights.path("mirror")),
        truth(&nights.fake.world())
    );
    assert!(!nights.path("a.db-journal").exists() && !nights.path("a.db-wal").exists());
}

#[test]
fn an_archive_that_had_a_log_goes_on_without() {
    let nights = Nights::new(World::with_conversations(10, |_| 2));
    assert_eq!(nights.bot("").stdout(), "");
    assert_eq!(nights.sql("PRAGMA journal_mode"), ["wal"]);
    fs::create_dir(nights.path("a.db-shm")).unwrap();
    let id = truth(&nights.fake.world()).into_keys().next().unwrap();
    nights.fake.world().say(&id, clock(), true, "one more");
    nights.bot("").run().ends(0, &["rollback journal"]);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    fs::remove_dir(nights.path("a.db-shm")).unwrap();
    assert_eq!(nights.bot("").stdout(), "", "and with one when it can");
    assert_eq!(nights.sql("PRAGMA journal_mode"), ["wal"]);
}
