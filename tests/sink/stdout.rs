//! stdout: passed on as it comes, and what happens when its reader leaves.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress};

#[test]
fn what_is_written_is_passed_on_before_a_wait() {
    let world =
        World::with_conversations(2, |_| 1).rule(Rule::on("/messages").nth(2).answer(Action::Hang));
    let fake = Fake::start(world);
    let mut running = botpress(&fake, "-f jsonl --concurrency 1 --timeout 600").start();
    running.wait_until_written();
    assert!(!running.has_ended());
    running.kill();
}

#[test]
fn a_reader_that_leaves_ends_the_run_quietly() {
    // More than may wait to be written.
    let fake = Fake::start(World::with_conversations(400, |_| 1).filler(50_000));
    let mut running = botpress(&fake, "-f jsonl").start();
    running.read_and_leave(100);
    let run = running.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        fake.asked_for("/v1/chat/messages") < 400,
        "it did not fetch everything for nobody"
    );
}

#[test]
fn control_and_bidi_characters_pass_through_a_pipe() {
    let message = "{\"id\":\"m\",\"createdAt\":\"2026-11-01T10:00:00Z\",\"type\":\"text\",\"direction\":\"incoming\",\
                   \"payload\":{\"text\":\"a\\u001b[31mb\\u202ec\"}}";
    let fake = Fake::start(bot_with(&[message]));
    assert_eq!(
        botpress(&fake, "").stdout(),
        "=== 2026-11-19 12:00 · webchat · 1 message · talk ===\n\nUser: a\u{1b}[31mb\u{202e}c\nat 2026-11-01 10:00:00 +00:00\n"
    );
}

/// Not even the `[` of an array: a reader could take it for an export.
#[test]
fn a_run_that_is_refused_writes_nothing() {
    let fake = Fake::start(World::new().rule(Rule::on("/").answer(Action::Status(401))));
    for format in ["json", "csv", "html", "text"] {
        let run = botpress(&fake, "-f").arg(format).run();
        assert_eq!((run.code, run.stdout.as_str()), (4, ""), "{format}");
    }
}
