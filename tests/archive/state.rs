//! The file of a state: which export it belongs to, and which one is not used.

use std::fs;

use super::{mirror, silent_midway, sorted, stop_midway};
use crate::sink::name::files;
use crate::support::fake::{Action, Fake, Gate, Rule, World};
use crate::support::{botpress, clock, convexport, truth, wait_until};

#[test]
fn a_state_is_for_one_export_only() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    assert_eq!(run("--state s -d mirror -f json").code, 0);
    let before = fs::read(folder.path().join("s")).unwrap();
    let other = "it is that of another export";
    run("--state s -d mirror -f json --integration slack")
        .ends(2, &["the state s", other, "integration was null"]);
    run("--state s -d other -f json").ends(2, &[other, "output_dir was"]);
    run("--state s -d mirror -f jsonl").ends(2, &[other, "format was"]);
    botpress(&fake, "--state s -d mirror -f json --bot-id b")
        .within(folder.path())
        .run()
        .ends(2, &[other, "bot_id was"]);
    run("--state s -o all.json").ends(2, &["--state with -o FILE needs --append"]);
    run("--state s -o all.json --append").ends(2, &["--append", "cannot be appended to", "jsonl"]);
    run("--state s -d mirror --limit 3").ends(2, &["cannot be used with"]);
    run("-o all.jsonl --append").ends(2, &["--state"]);
    assert_eq!(fs::read(folder.path().join("s")).unwrap(), before);
    let text = String::from_utf8(before).unwrap();
    assert!(
        !text.contains("bp_pat") && text.contains("\"watermark\": \"20"),
        "{text}"
    );
}

#[test]
fn a_damaged_state_is_not_used() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -f jsonl")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    let whole = fs::read(folder.path().join("s")).unwrap();
    for cut in [0, 1, whole.len() / 2, whole.len() - 2] {
        fs::write(folder.path().join("s"), &whole[..cut]).unwrap();
        run().ends(
            1,
            &["could not use the state s", "it is damaged", "remove it"],
        );
        assert_eq!(fs::read(folder.path().join("s")).unwrap(), &whole[..cut]);
    }
    fs::write(folder.path().join("s"), "{\"version\":99}").unwrap();
    run().ends(1, &["of another version"]);
    fs::write(folder.path().join("s"), &whole).unwrap();
    assert_eq!(run().code, 0);
}

#[test]
fn two_runs_on_one_state() {
    let gate = Gate::default();
    let held = Rule::on("/messages")
        .nth(2)
        .answer(Action::Hold(gate.clone()));
    let fake = Fake::start(World::with_conversations(20, |_| 2).rule(held));
    let folder = tempfile::tempdir().unwrap();
    let first = botpress(&fake, "--concurrency 1 --state s -d mirror -f json")
        .within(folder.path())
        .start();
    wait_until("the first run", || gate.waiting() > 0);
    let second = botpress(&fake, "--state s -d mirror -f json")
        .within(folder.path())
        .run();
    second.ends(
        1,
        &["the state s", "another run of convexport is writing there"],
    );
    gate.open();
    first.end().ends(0, &[]);
    assert_eq!(
        mirror(&folder.path().join("mirror")),
        sorted(truth(&fake.world()))
    );
}

#[test]
fn an_unfinished_run_is_not_continued_by_another_export() {
    let fake = silent_midway(120);
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| botpress(&fake, args).within(folder.path()).run();
    let wrong = run("--state s -o nowhere/x.jsonl --append");
    wrong.ends(1, &["nowhere"]);
    stop_midway(&fake, folder.path(), |time| {
        run(&format!("--state s -d one -f json --concurrency 1 {time}"))
    });
    run("--state s -d two -f json").ends(2, &["it is that of another export: output_dir was"]);
    assert_eq!(run("--state s -d one -f json").code, 0);
    assert_eq!(mirror(&folder.path().join("one")).len(), 120);
}

#[test]
fn a_folder_that_is_not_there_is_noticed() {
    let fake = Fake::start(World::with_conversations(5, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--state s -d mirror -f json")
            .within(folder.path())
            .run()
    };
    assert_eq!(run().code, 0);
    fs::rename(
        folder.path().join("mirror"),
        folder.path().join("elsewhere"),
    )
    .unwrap();
    run().ends(
        2,
        &[
            "mirror",
            "it is not the folder that the state knows",
            "mounted",
        ],
    );
    fs::create_dir(folder.path().join("mirror")).unwrap();
    run().ends(2, &["it is not the folder that the state knows"]);
    fs::remove_dir(folder.path().join("mirror")).unwrap();
    fs::rename(
        folder.path().join("elsewhere"),
        folder.path().join("mirror"),
    )
    .unwrap();
    assert_eq!(run().code, 0);
}

#[test]
fn the_summary_of_a_continued_run_has_all_its_files() {
    let fake = silent_midway(100);
    let folder = tempfile::tempdir().unwrap();
    let run = |more: &str| {
        botpress(
            &fake,
            "--state s -d mirror -f json --summary sum --concurrency 1",
        )
        .args(more)
        .within(folder.path())
        .run()
    };
    stop_midway(&fake, folder.path(), run);
    let verify = |what: &str| {
        convexport("verify --summary sum")
            .args(what)
            .within(folder.path())
            .run()
    };
    let partly = verify("mirror");
    partly.ends(3, &[]);
    assert!(
        partly
            .stdout
            .contains("the run was not complete (exit code 3)"),
        "{}",
        partly.stdout
    );
    assert_eq!(run("").code, 0);
    let all = verify("mirror");
    assert!(
        all.code == 0 && all.stdout.starts_with("100 files with 100 conversations"),
        "{}",
        all.stdout
    );
    verify("nowhere").ends(1, &["could not read nowhere"]);
    assert_eq!(run("").code, 0);
    assert_eq!(
        verify("mirror").stdout,
        "that run wrote nothing, so there is nothing to compare\n"
    );
}

#[test]
fn a_state_is_for_one_form_with_its_flags() {
    let fake = Fake::start(World::with_conversations(2, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &str| {
        botpress(&fake, args)
            .args("-d mirror --state s")
            .within(folder.path())
            .run()
    };
    assert_eq!(run("-f chat").code, 0);
    run("-f messages").ends(2, &["format was \"chat\", and is \"messages\" now"]);
    run("-f chat --system you").ends(2, &["system was null"]);
    assert_eq!(run("-f chat").code, 0);
}

#[test]
fn an_edited_template_makes_another_export() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let folder = tempfile::tempdir().unwrap();
    let run = |template: &str| {
        fs::write(folder.path().join("t"), template).unwrap();
        botpress(&fake, "--template t -d all --state s")
            .within(folder.path())
            .run()
    };
    assert_eq!(run("{{ conversation.id }}").code, 0);
    assert_eq!(run("{{ conversation.id }}").code, 0);
    run("id {{ conversation.id }}").ends(2, &["template"]);
}

#[test]
fn a_mirror_keeps_its_names() {
    let fake = Fake::start(World::with_conversations(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let night = |args: &str| {
        botpress(&fake, "--state s -d all -f json")
            .args(args)
            .within(folder.path())
    };
    night("--name {year}/{id}").stdout();
    let before = files(&folder.path().join("all"));
    let grown = {
        let mut world = fake.world();
        let id = world.conversations[1].id.clone();
        world.say(&id, clock() - 1000, true, "late");
        id
    };
    night("--name {year}/{id}").stdout();
    let after = files(&folder.path().join("all"));
    assert_eq!(after, before);
    let file = after.iter().find(|name| name.contains(&grown)).unwrap();
    assert!(
        fs::read_to_string(folder.path().join("all").join(file))
            .unwrap()
            .contains("late")
    );
    night("--name {year}/x{id}")
        .run()
        .ends(2, &["another export", "name was", "{year}/{id}"]);
    night("").run().ends(2, &["name was"]);
    assert_eq!(files(&folder.path().join("all")), before);
}
