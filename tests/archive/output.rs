//! What a run writes besides the archive: what it added or changed, as it now stands.

use std::fs;

use super::{Nights, by_id, list, quiet, said, truth};
use crate::support::fake::{Action, Conversation, DAY, Message, Rule, World};
use crate::support::{clock, wait_until};

fn talks(count: i64) -> World {
    (0..count).fold(World::new(), |world, number| {
        let (id, at) = (format!("c{number}"), clock() - 9 * DAY - number);
        let raw = said(&format!("m{number}"), &id, at, "words");
        world.conversation(Conversation::new(&id, at).message(&raw))
    })
}

fn grow(nights: &Nights, id: &str, message: &str) {
    let message = Message::from_raw(&said(message, id, clock(), "words"));
    nights.fake.world().get_mut(id).add(message);
}

#[test]
fn stdout_and_a_file_have_what_the_run_added_or_changed() {
    for to_file in [false, true] {
        let nights = Nights::new(talks(5));
        let night = || {
            let args = if to_file { "-o new.jsonl" } else { "-f jsonl" };
            let stdout = nights.bot(args).stdout();
            if to_file {
                assert_eq!(stdout, "");
                return by_id(&fs::read_to_string(nights.path("new.jsonl")).unwrap());
            }
            by_id(&stdout)
        };
        assert_eq!(night(), truth(&nights.fake.world()));
        nights.fake.world().get_mut("c3").messages.clear();
        grow(&nights, "c3", "new");
        nights
            .fake
            .world()
            .conversations
            .push(Conversation::new("c9", clock()));
        let brought = night();
        // As it now stands in the archive, with what the vendor has dropped.
        assert_eq!(brought.len(), 2, "{brought:?}");
        assert_eq!(brought["c3"], list(&["m3", "new"]));
        assert_eq!(brought["c9"], list(&[]));
    }
}

/// What the archive has and an output lacks is named, and how to get it.
#[test]
fn a_conversation_that_a_template_cannot_write_is_named() {
    let nights = Nights::new(talks(3));
    let template = "{% if conversation.id == 'c1' %}{{ none.none.none }}{% endif %}words";
    fs::write(nights.path("t.jinja"), template).unwrap();
    let named = "could not write conversation c1 by the template";
    let incomplete = "1 conversation in the archive could not be written to the output";
    let mirror = nights.bot("-d mirror --template t.jinja").run();
    mirror.ends(3, &[named, incomplete, "the next run with this folder"]);
    assert!(!mirror.stderr.contains("fetched"), "{}", mirror.stderr);
    grow(&nights, "c1", "new");
    let file = nights.bot("-o new.txt --template t.jinja").run();
    let again = "`convexport render a.db --changed-since 2` writes it again";
    file.ends(3, &[named, incomplete, again]);
    assert!(!file.stderr.contains("fetched"), "{}", file.stderr);
}

/// What a reader did not get before the kill is not taken as delivered.
#[test]
fn what_a_run_killed_at_its_output_brought_is_in_the_next_output() {
    // More than may wait in a pipe that nobody reads.
    let nights = Nights::new(World::with_conversations(40, |_| 1).filler(5_000));
    let killed = nights.bot("-f jsonl").start();
    let has_fetched = || {
        nights.path("a.db").exists()
            && nights.sql("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'") == ["1"]
            && nights.sql("SELECT saw_all FROM runs") == ["1"]
    };
    wait_until("the end of the fetch", has_fetched);
    killed.kill();
    let next = by_id(&nights.bot("-f jsonl").stdout());
    assert_eq!(next, truth(&nights.fake.world()));
    assert_eq!(nights.bot("-f jsonl").stdout(), "");
    let ended = nights.sql("SELECT ended_at IS NOT NULL FROM runs");
    assert_eq!(ended, ["0", "1", "1"]);
}

#[test]
fn a_night_without_news_succeeds() {
    let nights = Nights::new(talks(3));
    quiet(nights.bot(""));
    quiet(nights.bot("-f jsonl"));
    let run = nights.bot("-o new.jsonl").run();
    assert_eq!(run.code, 0, "{}", run.stderr);
}

/// What an earlier night brought stays in its file, and is not taken for news: the exit code says so.
#[test]
fn a_night_without_news_leaves_the_file_of_an_earlier_night() {
    let nights = Nights::new(talks(3));
    quiet(nights.bot("-o new.jsonl"));
    let earlier = fs::read(nights.path("new.jsonl")).unwrap();
    let run = nights.bot("-o new.jsonl").run();
    let kept = "the archive is up to date: the export has no conversation for ";
    run.ends(1, &[kept, "new.jsonl.partial", "--allow-empty"]);
    // There is nothing to write again.
    assert!(!run.stderr.contains("render"), "{}", run.stderr);
    assert_eq!(fs::read(nights.path("new.jsonl")).unwrap(), earlier);
    quiet(nights.bot("-o new.jsonl --allow-empty"));
    assert_eq!(fs::read(nights.path("new.jsonl")).unwrap(), b"");
    quiet(nights.bot("-o new.jsonl"));
    grow(&nights, "c1", "new");
    quiet(nights.bot("-o new.jsonl"));
    let brought = by_id(&fs::read_to_string(nights.path("new.jsonl")).unwrap());
    assert_eq!(brought.len(), 1);
}

/// A run that only keeps the archive leaves the next one with an output nothing to catch up on.
#[test]
fn what_a_run_without_output_brought_is_not_in_the_next_output() {
    let nights = Nights::new(talks(3));
    quiet(nights.bot(""));
    grow(&nights, "c1", "new");
    quiet(nights.bot(""));
    quiet(nights.bot("-f jsonl"));
    assert_eq!(by_id(&nights.render("--changed-since 2")).len(), 1);
}

#[test]
fn what_an_interrupted_run_brought_is_in_the_next_output() {
    let nights = Nights::new(talks(100));
    let silence = Rule::on("conversationId=").from(61).answer(Action::Hang);
    nights.fake.world().faults.push(silence);
    let running = nights.bot("-f jsonl --concurrency 2").start();
    wait_until("the silence", || nights.fake.silent() > 0);
    let saved = || {
        let exists = nights
            .path("a.db")
            .metadata()
            .is_ok_and(|file| file.len() > 0);
        exists && nights.sql("SELECT count(*) FROM conversations")[0] != "0"
    };
    wait_until("a commit", saved);
    running.kill();
    nights.fake.world().faults.clear();
    let brought = by_id(&nights.bot("-f jsonl").stdout());
    assert_eq!(brought, truth(&nights.fake.world()));
    assert_eq!(nights.bot("-f jsonl").stdout(), "");
}

/// A format without messages of its own: each row of what changed.
#[test]
fn other_formats_are_written_as_well() {
    let nights = Nights::new(talks(3));
    let csv = nights.bot("-f csv").stdout();
    assert_eq!(csv.lines().count(), 4, "{csv}");
    grow(&nights, "c1", "new");
    let rows = nights.bot("-f messages").stdout();
    assert_eq!(rows.lines().count(), 2, "{rows}");
    assert!(rows.contains("\"new\""), "{rows}");
}
