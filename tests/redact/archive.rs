//! An archive keeps everything. What is written from it is redacted.

use std::fs;

use super::{KEY, USER, bot, check_clean, folder};
use crate::support::fake::Fake;
use crate::support::files;
use crate::support::{botpress, convexport};

#[test]
fn an_archive_stays_whole_and_its_outputs_are_redacted() {
    let fake = Fake::start(bot());
    let folder = folder();
    let run = |args: &str| convexport(args).within(folder.path()).stdout();
    let args = format!("--archive bot.db --with-state profile -f jsonl --redact {KEY}");
    check_clean(
        "the output",
        &botpress(&fake, &args).within(folder.path()).stdout(),
    );
    let whole = run("render bot.db -f jsonl");
    assert!(whole.contains("Ola Nordmann") && whole.contains(USER));
    check_clean(
        "render",
        &run(&format!("render bot.db -f html --redact {KEY}")),
    );
    check_clean(
        "search",
        &run(&format!("search bot.db nordmann -f jsonl --redact {KEY}")),
    );
    check_clean(
        "merged",
        &run(&format!(
            "render bot.db -f text --tickets merge --redact {KEY}"
        )),
    );
    let hits = convexport("search bot.db nordmann --redact")
        .within(folder.path())
        .run();
    hits.ends(2, &["give -f, -o or -d"]);
    let import = convexport("render bot.db --archive other.db --redact")
        .within(folder.path())
        .run();
    import.ends(2, &["--archive"]);
}

#[test]
fn it_is_said_when_the_people_are_not_known() {
    let fake = Fake::start(bot());
    let folder = folder();
    botpress(&fake, "-o all.jsonl")
        .within(folder.path())
        .stdout();
    let args = format!("render all.jsonl -f jsonl --redact {KEY}");
    let run = convexport(&args).within(folder.path()).run();
    run.ends(0, &["1 conversation without users", "--with-users"]);
    let args = format!("render all.jsonl -f jsonl --redact email {KEY}");
    convexport(&args).within(folder.path()).stdout();
}

#[test]
fn a_mirror_is_written_again_when_the_redaction_changes() {
    let fake = Fake::start(bot());
    let folder = folder();
    let night = |args: &str| {
        botpress(&fake, "--archive bot.db -d out -f json")
            .args(args)
            .within(folder.path())
            .run()
    };
    let read = || {
        let names = files(&folder.path().join("out"));
        assert_eq!(names.len(), 1);
        fs::read_to_string(folder.path().join("out").join(&names[0])).unwrap()
    };
    night("--with-users").ends(0, &[]);
    assert!(read().contains("NORDMANN"));
    night(&format!("--redact {KEY}")).ends(0, &[]);
    let first = read();
    check_clean("the file", &first);
    night(&format!("--redact {KEY}")).ends(0, &[]);
    assert_eq!(read(), first);
    fs::write(folder.path().join("key"), "another key of sixteen bytes").unwrap();
    night(&format!("--redact {KEY}")).ends(0, &[]);
    let second = read();
    check_clean("the file", &second);
    assert_ne!(second, first);
    night("--redact").ends(2, &["--redact-key-file"]);
}
