//! Paths that are not UTF-8 are paths like any others.

#![cfg(target_os = "linux")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;

use crate::support::fake::{Fake, World};
use crate::support::{botpress, convexport, records};

fn odd(name: &[u8]) -> OsString {
    OsStr::from_bytes(name).to_owned()
}

#[test]
fn paths_that_are_not_utf_8_are_used_as_they_are() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let outer = tempfile::tempdir().unwrap();
    // A relative path in such a folder as well.
    let folder = outer.path().join(odd(b"f\xff"));
    fs::create_dir(&folder).unwrap();
    let done = |command: crate::support::Convexport| {
        let run = command.args("--summary s.json").within(&folder).run();
        run.ends(0, &[]);
        run.stdout
    };
    done(botpress(&fake, "-o").arg(odd(b"all\xfe.jsonl")));
    let text = fs::read_to_string(folder.join(odd(b"all\xfe.jsonl"))).unwrap();
    assert_eq!(records(&text).len(), 3);
    done(botpress(&fake, "-f json -d").arg(odd(b"d\xfe")));
    assert_eq!(fs::read_dir(folder.join(odd(b"d\xfe"))).unwrap().count(), 3);
    fs::write(folder.join(odd(b"t\xfe")), "{{ conversation.id }}\n").unwrap();
    let ids = done(botpress(&fake, "--template").arg(odd(b"t\xfe")));
    assert_eq!(ids.lines().count(), 3);
    let rendered = done(convexport("render -f jsonl").arg(odd(b"all\xfe.jsonl")));
    assert_eq!(rendered, text);
    let answer = include_bytes!("../fixtures/boost-export.json");
    fs::write(folder.join(odd(b"in\xfe")), answer).unwrap();
    let lines = done(convexport("boost -f jsonl --input").arg(odd(b"in\xfe")));
    assert_eq!(records(&lines).len(), 1);
}
