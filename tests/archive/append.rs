//! `--append`: a file that each run adds to.

use std::fs;

use serde_json::Value;

use super::{silent_midway, sorted, stop_midway};
use crate::format::csv::cells;
use crate::source::saved::render;
use crate::support::fake::{Fake, World};
use crate::support::{botpress, clock, convexport, ids, records, truth};

#[test]
fn an_appended_file_that_is_not_the_known_one_is_left_alone() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.jsonl");
    let run = || {
        botpress(&fake, "--state s -o all.jsonl --append")
            .within(folder.path())
            .run()
    };
    fs::write(&file, "mine\n").unwrap();
    for _ in 0..2 {
        run().ends(2, &["all.jsonl", "5 bytes that the state knows nothing of"]);
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine\n");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(run().code, 0);
    let whole = fs::read_to_string(&file).unwrap();
    assert_eq!(sorted(ids(&records(&whole))), sorted(truth(&fake.world())));
    fs::write(&file, &whole[..10]).unwrap();
    run().ends(2, &["it has 10 bytes", "replaced or cut"]);
    fs::write(&file, format!("{whole}more\n")).unwrap();
    run().ends(2, &["something else wrote to it"]);
    fs::write(&file, &whole).unwrap();
    assert_eq!(run().code, 0);
    assert_eq!(fs::read_to_string(&file).unwrap(), whole);
}

#[test]
fn nobodys_bytes_are_thrown_away() {
    let fake = silent_midway(100);
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        botpress(&fake, "--state s -o o.jsonl --append --concurrency 1")
            .args(more)
            .within(folder.path())
            .run()
    };
    stop_midway(&fake, folder.path(), run);
    let file = folder.path().join("o.jsonl");
    let mut text = fs::read_to_string(&file).unwrap();
    text.push_str("{\"mine\":1}\n");
    fs::write(&file, text).unwrap();
    assert_eq!(run("").code, 0);
    assert_eq!(
        fs::read_to_string(folder.path().join("o.jsonl.cut")).unwrap(),
        "{\"mine\":1}\n"
    );
    assert_eq!(
        ids(&records(&fs::read_to_string(&file).unwrap())).len(),
        100
    );
}

#[test]
fn rows_are_added_to_what_earlier_runs_wrote() {
    for (format, file, lines) in [
        ("messages", "all.jsonl", 0),
        ("csv", "all.csv", 1),
        ("csv --excel", "all.csv", 1),
    ] {
        let fake = Fake::start(World::with_conversations(5, |_| 3));
        let folder = tempfile::tempdir().unwrap();
        let run = |more: &str| {
            let args = format!("-f {format} -o {file} --append --state s {more}");
            botpress(&fake, &args).within(folder.path()).stdout();
            fs::read_to_string(folder.path().join(file)).unwrap()
        };
        let rows = |text: &str| match format {
            "messages" => text.lines().count(),
            _ => cells(text, b',').len(),
        };
        let first = run("");
        assert_eq!(rows(&first), 15 + lines, "{format}");
        assert_eq!(run(""), first, "nothing is new");
        let grow = |before: &str, more: &str| {
            let id = fake.world().conversations[2].id.clone();
            fake.world().say(&id, clock(), true, "one\nmore");
            let after = run(more);
            let added = after.strip_prefix(before).expect("what was there stays");
            (rows(added), after)
        };
        // The conversation comes again, whole, and no header.
        let (added, grown) = grow(&first, "");
        assert_eq!(added, 4, "{grown}");
        let (added, grown) = grow(&grown, "--summary summary.json");
        assert_eq!(added, 5, "{grown}");
        let summary: Value =
            serde_json::from_slice(&fs::read(folder.path().join("summary.json")).unwrap()).unwrap();
        assert_eq!(
            (
                &summary["counts"]["conversations"],
                &summary["files"][0]["conversations"]
            ),
            (&1.into(), &7.into()),
            "{format}"
        );
        let verify = format!("verify {file} --summary summary.json");
        assert_eq!(convexport(&verify).within(folder.path()).run().code, 0);
    }
    let fake = Fake::start(World::new());
    for format in ["text", "markdown", "json", "chat"] {
        let args = format!("-f {format} -o x --append --state s");
        botpress(&fake, &args).run().ends(
            2,
            &[
                "--append",
                format,
                "cannot be appended to",
                "messages or csv",
            ],
        );
    }
}

#[test]
fn of_an_archive_that_grew_the_latest_can_be_had() {
    let fake = Fake::start(World::with_conversations(4, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let archive = || {
        botpress(&fake, "--state s -o a.jsonl --append")
            .within(folder.path())
            .stdout()
    };
    archive();
    let grown = {
        let mut world = fake.world();
        let id = world.conversations[1].id.clone();
        world.say(&id, clock() - 1000, true, "late");
        id
    };
    archive();
    let all = render("a.jsonl -f jsonl", folder.path()).stdout();
    assert_eq!(
        all,
        fs::read_to_string(folder.path().join("a.jsonl")).unwrap()
    );
    assert_eq!(records(&all).len(), 5);
    let latest = render("a.jsonl -f jsonl --latest", folder.path()).stdout();
    let latest = records(&latest);
    assert_eq!(latest.len(), 4);
    let found = latest
        .iter()
        .find(|talk| talk["id"] == grown.as_str())
        .unwrap();
    assert_eq!(found["messages"].as_array().unwrap().len(), 3);
    // In a folder the last one stays in any case.
    render("a.jsonl -d d -f json", folder.path()).stdout();
    let file = fs::read_dir(folder.path().join("d"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_str().unwrap().contains(&grown))
        .unwrap();
    assert!(fs::read_to_string(file).unwrap().contains("late"));
    convexport("render - --latest")
        .stdin("")
        .run()
        .ends(2, &["--latest", "needs a file"]);
}
