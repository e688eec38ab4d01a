//! Locks, and file systems that have none.

#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::fake::{Fake, World};
use crate::support::{botpress, records};

/// A library that makes every lock fail as on a file system without locks. `None` where there is no C compiler.
fn without_locks(folder: &Path) -> Option<PathBuf> {
    let (source, library) = (folder.join("flock.c"), folder.join("flock.so"));
    let text = "#include <errno.h>\nint flock(int fd, int how) { errno = ENOLCK; return -1; }\n";
    fs::write(&source, text).unwrap();
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .status();
    compiled
        .is_ok_and(|status| status.success())
        .then_some(library)
}

#[test]
fn a_file_system_without_locks_is_used_with_a_warning() {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = without_locks(folder.path()) else {
        println!("skipped: there is no C compiler");
        return;
    };
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    for (args, warned) in [
        ("-o all.jsonl", true),
        ("-d all -f json", true),
        ("-f jsonl", false),
        ("--archive a.db", true),
    ] {
        let run = botpress(&fake, args)
            .env("LD_PRELOAD", library.to_str().unwrap())
            .within(folder.path())
            .run();
        run.ends(0, if warned { &["has no locks"] } else { &[] });
        assert_eq!(run.stderr.is_empty(), !warned, "{}", run.stderr);
    }
    let text = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(records(&text).len(), 3);
}
