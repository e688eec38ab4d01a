//! A disk that is full, and one that cannot be written to.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{by_id, mirrored, truth};
use crate::support::fake::{Fake, World};
use crate::support::{botpress, convexport};

/// A small file system. None where this user may not mount one; then it is said and passed over.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if mount.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("skipped: no small file system can be mounted here");
        None
    }

    fn grow(&self, size: &str) {
        let grown = Command::new("mount")
            .args(["-o", &format!("remount,size={size}")])
            .arg(self.0.path())
            .status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0.path()).status().ok();
    }
}

/// What is in the archive: whole conversations.
fn archived(folder: &Path) -> super::Archived {
    by_id(&convexport("render a.db -f jsonl").within(folder).stdout())
}

#[test]
fn a_full_disk_leaves_the_archive_whole() {
    let Some(disk) = SmallDisk::new("1200k") else {
        return;
    };
    let folder = disk.0.path();
    let fake = Fake::start(World::with_conversations(60, |_| 40).filler(400));
    let all = truth(&fake.world());
    let run = || botpress(&fake, "--archive a.db").within(folder).run();
    run().ends(1, &["could not"]);
    disk.grow("60m");
    let begun = folder.join("a.db").metadata();
    if begun.is_ok_and(|file| file.len() > 0) {
        for (id, messages) in archived(folder) {
            assert_eq!(all[&id], messages, "no half conversation");
        }
    }
    assert_eq!(run().code, 0);
    assert_eq!(archived(folder), all);
}

#[test]
fn a_full_disk_leaves_whole_files_in_a_mirror() {
    let Some(disk) = SmallDisk::new("1m") else {
        return;
    };
    let fake = Fake::start(World::with_conversations(60, |_| 40).filler(400));
    let all = truth(&fake.world());
    let folder = tempfile::tempdir().unwrap();
    let mirror = disk.0.path().join("mirror");
    let run = || {
        let run = botpress(&fake, "--archive a.db -f json -d");
        run.arg(&mirror).within(folder.path()).run()
    };
    run().ends(
        1,
        &["No space left", "the next run with this folder writes them"],
    );
    assert_eq!(archived(folder.path()), all);
    for (id, messages) in mirrored(&mirror) {
        assert_eq!(all[&id], messages, "each file is whole");
    }
    disk.grow("60m");
    assert_eq!(run().code, 0);
    assert_eq!(mirrored(&mirror), all);
}

#[test]
fn a_disk_that_fills_up_in_a_later_night_harms_no_earlier_one() {
    let Some(disk) = SmallDisk::new("9m") else {
        return;
    };
    let folder = disk.0.path();
    let fake = Fake::start(World::with_conversations(30, |_| 10));
    let run = || botpress(&fake, "--archive a.db").within(folder).run();
    assert_eq!(run().code, 0);
    let before = archived(folder);
    let mut rest = fs::File::create(folder.join("rest")).unwrap();
    while rest.write_all(&[1; 4096]).is_ok() {}
    drop(rest);
    let ids: Vec<_> = before.keys().cloned().collect();
    for id in ids {
        let text = "x".repeat(20_000);
        fake.world().say(&id, crate::support::clock(), true, &text);
    }
    run().ends(1, &["could not"]);
    fs::remove_file(folder.join("rest")).unwrap();
    assert_eq!(archived(folder), before);
    assert_eq!(run().code, 0);
    assert_eq!(archived(folder), truth(&fake.world()));
}

#[test]
fn an_archive_that_cannot_be_written_is_told_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = botpress(&fake, "--archive nowhere/a.db")
        .within(folder.path())
        .run();
    run.ends(2, &["there is no folder nowhere for the archive"]);
    std::fs::create_dir(folder.path().join("a.db-lock")).unwrap();
    let run = botpress(&fake, "--archive a.db")
        .within(folder.path())
        .run();
    run.ends(1, &["could not use the archive a.db", "directory"]);
    assert_eq!(fake.asked(), 0);
}
