//! Files that are replaced whole or not at all, links, and locks.

use std::fs;

use crate::sink::names;
use crate::support::fake::{Action, Fake, Gate, Rule, World};
use crate::support::{botpress, ids, records, truth, wait_until};

#[test]
fn a_second_run_leaves_the_first_one_alone() {
    let fake = Fake::start(World::with_conversations(20, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    // The lock holds also where an earlier run left something.
    fs::write(folder.path().join("left.jsonl.partial"), "left").unwrap();
    for destination in ["-o all.jsonl", "-o left.jsonl", "-d all"] {
        fake.forget();
        let gate = Gate::default();
        let held = Rule::on("/messages")
            .nth(2)
            .answer(Action::Hold(gate.clone()));
        fake.world().faults = vec![held];
        let first = botpress(&fake, &format!("--concurrency 1 {destination}"))
            .within(folder.path())
            .start();
        wait_until("the first run", || gate.waiting() > 0);
        let second = botpress(&fake, destination)
            .env("BP_BOT_ID", "another")
            .within(folder.path())
            .run();
        second.ends(1, &["another run of convexport is writing there"]);
        gate.open();
        first.end().ends(0, &[]);
        assert!(
            fake.requests()
                .iter()
                .all(|request| request.header("x-bot-id") != Some("another"))
        );
    }
    let all = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(ids(&records(&all)), truth(&fake.world()));
    assert_eq!(names(&folder.path().join("all")).len(), 20);
    assert_eq!(names(folder.path()), ["all", "all.jsonl", "left.jsonl"]);
}

#[test]
fn each_file_of_a_folder_is_replaced_whole_or_not_at_all() {
    let fake = Fake::start(World::with_conversations(1, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || botpress(&fake, "-d all -f json").within(folder.path());
    run().stdout();
    let path = folder
        .path()
        .join("all")
        .join(&names(&folder.path().join("all"))[0]);
    let before = fs::metadata(&path).unwrap();
    fs::write(&path, "old").unwrap();
    run().stdout();
    let after = fs::metadata(&path).unwrap();
    assert_eq!(after.len(), before.len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        assert_ne!(before.ino(), after.ino(), "another file took its name");
    }
}

#[cfg(unix)]
#[test]
fn what_lies_in_the_way_is_not_written_through() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let link =
        |from: &str, to: &str| std::os::unix::fs::symlink(from, folder.path().join(to)).unwrap();
    fs::write(folder.path().join("victim"), "mine").unwrap();
    link("victim", "all.json.partial");
    link("nowhere", "lost.json");
    let run = |file: &str| botpress(&fake, "-o").arg(file).within(folder.path()).run();
    run("all.json").ends(1, &["all.json.partial is in the way"]);
    run("lost.json").ends(1, &["it is a link to nowhere"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("victim")).unwrap(),
        "mine"
    );
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay_rights() {
    use std::os::unix::fs::PermissionsExt;
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real.jsonl");
    fs::write(&real, "old").unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink("real.jsonl", folder.path().join("link.jsonl")).unwrap();
    botpress(&fake, "-o link.jsonl")
        .within(folder.path())
        .stdout();
    assert_eq!(records(&fs::read_to_string(&real).unwrap()).len(), 2);
    assert_eq!(
        fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(names(folder.path()), ["link.jsonl", "real.jsonl"]);
}
