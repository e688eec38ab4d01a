//! `-o FILE`: the format by its name, and that nothing half done gets a final name.

use std::fs;

use super::names;
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress, records, summary};

#[test]
fn a_file_has_the_form_of_its_extension() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    for (name, format) in [
        ("a.txt", "text"),
        ("a.json", "json"),
        ("a.jsonl", "jsonl"),
        ("b.ndjson", "jsonl"),
        ("b.md", "markdown"),
        ("b.markdown", "markdown"),
        ("b.CSV", "csv"),
        ("c", "text"),
    ] {
        let stdout = botpress(&fake, "-f").arg(format).stdout();
        assert_eq!(
            botpress(&fake, "-o")
                .arg(name)
                .within(folder.path())
                .stdout(),
            ""
        );
        assert_eq!(
            fs::read_to_string(folder.path().join(name)).unwrap(),
            stdout
        );
    }
    assert_eq!(
        names(folder.path()),
        [
            "a.json",
            "a.jsonl",
            "a.txt",
            "b.CSV",
            "b.markdown",
            "b.md",
            "b.ndjson",
            "c"
        ]
    );
    let given = botpress(&fake, "-o d.txt -f json").within(folder.path());
    assert_eq!(given.stdout(), "");
    assert!(
        fs::read_to_string(folder.path().join("d.txt"))
            .unwrap()
            .starts_with('[')
    );
    let dash = botpress(&fake, "-o - -f jsonl")
        .within(folder.path())
        .stdout();
    assert_eq!(records(&dash).len(), 3);
}

#[test]
fn an_incomplete_export_never_takes_the_place_of_a_complete_one() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "-o all.json --retries 0")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let complete = fs::read(folder.path().join("all.json")).unwrap();

    fake.world()
        .faults
        .push(Rule::on("/messages").nth(7).answer(Action::Status(500)));
    run().ends(3, &["1 of 30 conversations", "all.json.partial"]);
    assert_eq!(fs::read(folder.path().join("all.json")).unwrap(), complete);
    let partial = fs::read(folder.path().join("all.json.partial")).unwrap();
    let partial: Vec<serde_json::Value> = serde_json::from_slice(&partial).unwrap();
    assert_eq!(
        partial.len(),
        29,
        "all that could be had is there, and well formed"
    );

    fake.world().faults = vec![Rule::on("nextToken").answer(Action::Status(500))];
    let larger = "all.json.partial.2 (an earlier run had written more, which stays as ";
    run().ends(5, &["could not list the conversations", larger]);
    let best = fs::read(folder.path().join("all.json.partial")).unwrap();
    let best: Vec<serde_json::Value> = serde_json::from_slice(&best).unwrap();
    assert_eq!(best.len(), 29, "the better one stays");
    let cut = fs::read_to_string(folder.path().join("all.json.partial.2")).unwrap();
    assert!(
        cut.starts_with('[') && !cut.trim_end().ends_with(']'),
        "a cut export must not look whole"
    );

    fake.world().faults = vec![Rule::on("/").answer(Action::Status(401))];
    run().ends(4, &["401"]);
    let kept = fs::read_to_string(folder.path().join("all.json.partial.2")).unwrap();
    assert_eq!(
        kept, cut,
        "a run that got nothing leaves the earlier one's part"
    );

    fake.world().faults.clear();
    assert_eq!(run().code, 0);
    assert_eq!(fs::read(folder.path().join("all.json")).unwrap(), complete);
    assert_eq!(names(folder.path()), ["all.json"]);
}

#[test]
fn a_better_part_takes_the_place_of_a_worse_one() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let folder = tempfile::tempdir().unwrap();
    let run = |fails: usize| {
        let fault = Rule::on("/messages").first(fails);
        fake.world().faults = vec![fault.answer(Action::Status(400))];
        botpress(&fake, "-o all.jsonl").within(folder.path()).run()
    };
    let count = |name: &str| records(&fs::read_to_string(folder.path().join(name)).unwrap()).len();
    run(20).ends(3, &["20 of 30", "stays as all.jsonl.partial"]);
    assert_eq!(count("all.jsonl.partial"), 10);
    run(9).ends(3, &["9 of 30", "stays as all.jsonl.partial"]);
    assert_eq!(count("all.jsonl.partial"), 21);
    assert_eq!(names(folder.path()), ["all.jsonl.partial"]);
    // What a killed run left counts, too.
    fs::rename(
        folder.path().join("all.jsonl.partial"),
        folder.path().join("all.jsonl.partial.2"),
    )
    .unwrap();
    fs::write(folder.path().join("all.jsonl.partial"), "less").unwrap();
    run(15).ends(3, &["stays as all.jsonl.partial.2 (an earlier run"]);
    assert_eq!(count("all.jsonl.partial"), 21);
    assert_eq!(count("all.jsonl.partial.2"), 15);
    run(0).ends(0, &[]);
    assert_eq!(names(folder.path()), ["all.jsonl"]);
}

#[test]
fn the_folders_of_a_file_are_made() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o new/er/all.jsonl --summary sums/s.json")
        .within(folder.path())
        .stdout();
    let text = fs::read_to_string(folder.path().join("new/er/all.jsonl")).unwrap();
    assert_eq!(records(&text).len(), 3);
    assert_eq!(names(&folder.path().join("sums")), ["s.json"]);
}

#[test]
fn what_is_in_the_way_is_named_in_one_sentence() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("afile"), "mine").unwrap();
    fs::create_dir(folder.path().join("adir")).unwrap();
    for (args, said) in [
        ("-d afile", "afile is a file: -d needs a folder"),
        ("-d afile/x", "afile is a file, so there can be no afile/x"),
        (
            "-o afile/x.json",
            "afile is a file, so there can be no afile/x.json",
        ),
        (
            "--archive afile/x.db",
            "afile is a file, so there can be no afile/x.db",
        ),
        (
            "--summary afile/s.json",
            "afile is a file, so there can be no afile/s.json",
        ),
        (
            "-o adir",
            "adir is a folder: give -d adir, or -o with a file in it",
        ),
        ("--summary adir", "adir is a folder: --summary needs a file"),
        (
            "--archive no/x.db",
            "there is no folder no for the archive: make it first",
        ),
    ] {
        let run = botpress(&fake, args).within(folder.path()).run();
        assert_eq!(
            (run.code, run.stderr),
            (2, format!("convexport: error: {said}\n")),
            "{args}"
        );
    }
    assert_eq!(fake.asked(), 0);
    assert_eq!(names(folder.path()), ["adir", "afile"]);
}

#[cfg(unix)]
#[test]
fn a_summary_that_cannot_be_written_is_told_once() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("s.json")).unwrap();
    let run = botpress(&fake, "-f jsonl --summary s.json")
        .within(folder.path())
        .run();
    let said = "convexport: error: could not write the summary s.json: it is a link to nowhere\n";
    assert_eq!((run.code, run.stderr.as_str()), (1, said));
}

#[test]
fn a_run_that_got_nothing_leaves_nothing() {
    let fake = Fake::start(World::new().rule(Rule::on("/").answer(Action::Status(401))));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-o all.json")
        .within(folder.path())
        .run()
        .ends(4, &["401"]);
    assert!(names(folder.path()).is_empty());
}

#[test]
fn an_earlier_part_outlives_a_run_in_which_everything_failed() {
    let fake = Fake::start(
        World::with_conversations(3, |_| 1).rule(Rule::on("/messages").answer(Action::Status(400))),
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("all.jsonl.partial"), "earlier").unwrap();
    botpress(&fake, "-o all.jsonl")
        .within(folder.path())
        .run()
        .ends(3, &["3 of 3"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("all.jsonl.partial")).unwrap(),
        "earlier"
    );
}

#[test]
fn the_destination_is_checked_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    let partial = folder.path().join("all.json.partial");
    fs::create_dir(&partial).unwrap();
    run("-o all.json").ends(1, &["could not write to all.json", "is in the way"]);
    fs::remove_dir(&partial).unwrap();
    run("-o a -d b").ends(2, &["cannot be used with"]);
    assert_eq!(fake.requests().len(), 0);
    assert_eq!(names(folder.path()), ["file"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_names_the_path() {
    let fake = Fake::start(World::with_conversations(60, |_| 20));
    botpress(&fake, "-f jsonl -o /dev/full")
        .run()
        .ends(1, &["could not write to /dev/full", "No space left"]);
}

/// What is empty differs by format: a header, `[]`, a page, a gzip file. None of it replaces what has conversations.
#[test]
fn an_empty_export_replaces_no_file_with_conversations() {
    for name in [
        "a.txt",
        "a.md",
        "a.html",
        "a.json",
        "a.jsonl",
        "a.jsonl.gz",
        "a.csv",
    ] {
        let fake = Fake::start(World::with_conversations(2, |_| 1));
        let folder = tempfile::tempdir().unwrap();
        let run = |args: &str| {
            let run = botpress(&fake, "-o").arg(name).args(args);
            run.within(folder.path()).run()
        };
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        run("").ends(0, &[]);
        let earlier = read(name);
        fake.world().conversations.clear();
        let partial = format!("{name}.partial");
        let kept = format!("{name}, so the earlier file is kept and the export stays as ");
        run("").ends(
            1,
            &[
                "the export has no conversation for ",
                &kept,
                &partial,
                "--allow-empty",
            ],
        );
        assert_eq!(read(name), earlier);
        let empty = read(&partial);
        assert_ne!(empty, earlier);

        run("--allow-empty").ends(0, &[]);
        assert_eq!(read(name), empty, "{name}");
        assert_eq!(names(folder.path()), [name]);
        // Now there is nothing to lose.
        run("").ends(0, &[]);
        assert_eq!(names(folder.path()), [name]);
    }
}

#[test]
fn an_empty_export_is_written_where_nothing_is_lost() {
    let fake = Fake::start(World::new());
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    run("-o first.json").ends(0, &[]);
    fs::write(folder.path().join("blank.json"), "").unwrap();
    run("-o blank.json").ends(0, &[]);
    let empty = fs::read(folder.path().join("first.json")).unwrap();
    assert_eq!(fs::read(folder.path().join("blank.json")).unwrap(), empty);
    // As long as an empty export, but another file.
    let other = vec![b'x'; empty.len()];
    fs::write(folder.path().join("other.json"), &other).unwrap();
    run("-o other.json").ends(1, &["other.json.partial"]);
    assert_eq!(fs::read(folder.path().join("other.json")).unwrap(), other);
}

/// An export is empty, too, when the format has no place for what was found.
#[test]
fn an_export_of_what_the_format_leaves_out_is_empty() {
    let fake = Fake::start(bot_with(&[]));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rows.jsonl"), "earlier").unwrap();
    let args = "-f messages -o rows.jsonl --summary summary.json";
    let run = botpress(&fake, args).within(folder.path()).run();
    run.ends(1, &["no conversation", "rows.jsonl.partial"]);
    let found = summary(folder.path());
    assert_eq!(found["complete"], false);
    assert_eq!(found["exit_code"], 1);
    assert_eq!(found["counts"]["left_out"], 1);
    assert_eq!(found["files"][0]["name"], "rows.jsonl.partial");
    let kept = fs::read_to_string(folder.path().join("rows.jsonl")).unwrap();
    assert_eq!(kept, "earlier");
}

#[test]
fn only_a_file_can_be_replaced() {
    let fake = Fake::start(World::new());
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        let run = botpress(&fake, "--allow-empty").args(args);
        run.within(folder.path()).run()
    };
    for args in ["", "-f json", "-o -", "-d all", "--list", "--archive a.db"] {
        run(args).ends(2, &["-o"]);
    }
    assert!(names(folder.path()).is_empty());
    run("--list -o list.jsonl").ends(0, &[]);
}
