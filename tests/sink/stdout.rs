//! stdout: passed on as it comes, and what happens when its reader leaves.

use std::io::Read;
use std::process::Stdio;

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress};

#[test]
fn what_is_written_is_passed_on_before_a_wait() {
    let world =
        World::with_conversations(2, |_| 1).rule(Rule::on("/messages").nth(2).answer(Action::Hang));
    let fake = Fake::start(world);
    let mut command = botpress(&fake, "-f jsonl --concurrency 1 --timeout 100").command();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.next().unwrap().unwrap().starts_with('{'));
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    let fake = Fake::start(World::with_conversations(300, |_| 40));
    let mut command = botpress(&fake, "-f jsonl").command();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
    assert!(
        fake.requests().len() < 600,
        "it did not fetch everything for nobody"
    );
}

#[test]
fn control_and_bidi_characters_pass_through_a_pipe() {
    let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                   \"payload\":{\"text\":\"a\\u001b[31mb\\u202ec\"}}";
    let fake = Fake::start(bot_with(&[message]));
    assert!(
        botpress(&fake, "")
            .stdout()
            .contains("User: a\u{1b}[31mb\u{202e}c\n")
    );
}
