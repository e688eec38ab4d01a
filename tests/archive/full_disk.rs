//! A disk that is full, and one that cannot be written to.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what is skipped is said")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::crash::assert_appended;
use super::mirror;
use crate::support::fake::{Fake, World};
use crate::support::{botpress, truth};

/// A file system of 300 KB. None where this user may not mount one; then it is said and passed over.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=300k", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if mount.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        println!("skipped: no small file system can be mounted here");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount").arg(self.0.path()).status().ok();
    }
}

#[test]
fn a_full_disk_harms_no_good_file() {
    let Some(disk) = SmallDisk::new() else { return };
    let folder = disk.0.path();
    let fake = Fake::start(World::with_conversations(60, |_| 40));
    fs::write(folder.join("all.json"), "[\"good\"]").unwrap();
    let file = botpress(&fake, "-o all.json").within(folder).run();
    file.ends(1, &["all.json.partial", "No space left"]);
    assert_eq!(
        fs::read_to_string(folder.join("all.json")).unwrap(),
        "[\"good\"]"
    );
    fs::remove_file(folder.join("all.json.partial")).unwrap();

    for destination in ["-d mirror -f json", "-o all.jsonl --append"] {
        let args = format!("--state s {destination}");
        let run = botpress(&fake, &args).within(folder).run();
        run.ends(1, &["could not write", "No space left"]);
        for (_, messages) in mirror_if_any(&folder.join("mirror")) {
            assert_eq!(messages.len(), 40, "each file is whole");
        }
        // With room again the same command goes on, and nothing is missing or twice.
        let grown = Command::new("mount")
            .args(["-o", "remount,size=20m"])
            .arg(folder)
            .status()
            .unwrap();
        assert!(grown.success());
        assert_eq!(botpress(&fake, &args).within(folder).run().code, 0);
        let mut expected = truth(&fake.world());
        expected.sort();
        if destination.starts_with("-d") {
            assert_eq!(mirror(&folder.join("mirror")), expected);
            fs::remove_dir_all(folder.join("mirror")).unwrap();
        } else {
            assert_appended(&folder.join("all.jsonl"), &expected);
        }
        for name in ["s", "s.lock", "s.journal"] {
            fs::remove_file(folder.join(name)).ok();
        }
        Command::new("mount")
            .args(["-o", "remount,size=300k"])
            .arg(folder)
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }
}

fn mirror_if_any(folder: &Path) -> Vec<(String, Vec<String>)> {
    if folder.exists() {
        mirror(folder)
    } else {
        Vec::new()
    }
}

#[test]
fn a_state_that_cannot_be_written_is_told_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |state: &str| {
        botpress(&fake, "-f jsonl --state")
            .arg(state)
            .within(folder.path())
            .run()
    };
    run("nowhere/s").ends(1, &["could not use the state nowhere/s", "No such file"]);
    fs::create_dir(folder.path().join("s.journal")).unwrap();
    run("s").ends(1, &["s.journal", "directory"]);
    assert_eq!(fake.requests().len(), 0);
}
