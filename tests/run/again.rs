//! The command that a run prints to try again only what failed. It is run as it was printed.

#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::sink::names;
use crate::support::fake::{Action, BoostFault, Fake, Rule, When, World};
use crate::support::{Convexport, Run, boost, botpress, convexport, records};

/// Runs a command of which some conversations fail, and then the command that it prints, as a shell does.
fn twice(fake: &Fake, command: impl Fn() -> Convexport, folder: &Path, fails: usize) -> Run {
    fake.world().faults = vec![
        Rule::on("/messages")
            .first(fails)
            .answer(Action::Status(400)),
    ];
    let first = command().within(folder).run();
    assert_eq!(first.code, 3, "{}", first.stderr);
    fake.forget();
    run_printed(command(), &first, folder)
}

fn run_printed(command: Convexport, first: &Run, folder: &Path) -> Run {
    let (_, printed) = first
        .stderr
        .split_once("this tries just those: ")
        .unwrap_or_else(|| panic!("no command in {}", first.stderr));
    let mut shell = Command::new("sh");
    shell.args(["-c", printed]).env_clear().current_dir(folder);
    for (name, value) in command.command().get_envs() {
        shell.env(name, value.unwrap());
    }
    Run::from(shell.output().unwrap())
}

fn written(folder: &Path, name: &str) -> Vec<Value> {
    records(&fs::read_to_string(folder.join(name)).unwrap())
}

fn asked_lists(fake: &Fake) -> usize {
    let requests = fake.requests();
    let lists = requests
        .iter()
        .filter(|request| request.path.ends_with("/conversations"));
    lists.count()
}

#[test]
fn a_few_are_named_and_go_into_a_file_beside() {
    let fake = Fake::start(World::with_conversations(30, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let command = || {
        botpress(&fake, "--since 2020-01-01 --limit=20 -qo")
            .arg("my chats.jsonl.gz")
            .args("--max-duration 9m --with-users")
    };
    let again = twice(&fake, command, folder.path(), 2);
    again.ends(0, &[]);
    assert_eq!(asked_lists(&fake), 0);
    assert_eq!(
        names(folder.path()),
        ["my chats.jsonl.gz.partial", "my chats.missing.jsonl.gz"]
    );
    let read = |name: &str| {
        let rendered = convexport("render -f jsonl")
            .arg(name)
            .within(folder.path());
        records(&rendered.stdout())
    };
    let missing = read("my chats.missing.jsonl.gz");
    assert_eq!(missing.len(), 2);
    assert!(
        missing[0]["users"].is_array(),
        "what else was asked for stays"
    );
    assert_eq!(read("my chats.jsonl.gz.partial").len(), 18);
}

#[test]
fn many_are_named_or_taken_from_the_summary() {
    let fake = Fake::start(World::with_conversations(60, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let again = twice(&fake, || botpress(&fake, "-f jsonl"), folder.path(), 28);
    again.ends(0, &[]);
    assert_eq!(records(&again.stdout).len(), 28);

    let command =
        || botpress(&fake, "-d all -f json --integration webchat --summary").arg("s um.json");
    fake.world()
        .conversations
        .iter_mut()
        .for_each(|talk| "webchat".clone_into(&mut talk.integration));
    let again = twice(&fake, command, folder.path(), 28);
    again.ends(0, &[]);
    assert_eq!(names(&folder.path().join("all")).len(), 60);
    assert_eq!(asked_lists(&fake), 0);
}

#[test]
fn too_many_for_a_command_line_need_a_summary() {
    let fake = Fake::start(World::with_conversations(101, |_| 1));
    fake.world().faults = vec![Rule::on("/messages").answer(Action::Status(400))];
    let run = botpress(&fake, "-f jsonl").run();
    run.ends(
        3,
        &["101 of 101", "a run with --summary FILE keeps the list"],
    );
    assert!(!run.stderr.contains("this tries"));
}

#[test]
fn an_archive_fetches_what_it_lacks() {
    let fake = Fake::start(World::with_conversations(30, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let command = || botpress(&fake, "--archive bot.db --limit 25 --summary s.json");
    twice(&fake, command, folder.path(), 7).ends(0, &[]);
    assert_eq!(asked_lists(&fake), 0);
    let all = convexport("render bot.db -f jsonl").within(folder.path());
    assert_eq!(records(&all.stdout()).len(), 25);
}

#[test]
fn boost_asks_for_the_ids() {
    let fake = Fake::start(World::new().with_boost(6, |_| 2));
    fake.world()
        .boost
        .fault(When::First(1), BoostFault::NotJson(2));
    let folder = tempfile::tempdir().unwrap();
    let command = || boost(&fake, "--since 2000-01-01 -o all.jsonl");
    let first = command().within(folder.path()).run();
    let id = fake.world().boost.conversations[2].id.clone();
    let printed = format!("boost --conversation {id} -o all.missing.jsonl");
    first.ends(3, &["1 of 6", &printed]);
    run_printed(command(), &first, folder.path()).ends(0, &[]);
    assert_eq!(written(folder.path(), "all.missing.jsonl")[0]["id"], id);
}

#[test]
fn no_command_is_printed_that_could_not_help() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let unknown = botpress(&fake, "--conversation nope").run();
    let saved = convexport("render -")
        .stdin("{\"id\":\"a\",\"messages\":7}\n")
        .run();
    for run in [unknown, saved] {
        assert_eq!(run.code, 3, "{}", run.stderr);
        assert!(!run.stderr.contains("tries just those"), "{}", run.stderr);
    }
}
