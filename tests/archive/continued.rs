//! A first run that was interrupted, and the one that continues it.

use super::{Nights, quiet, truth};
use crate::support::clock;
use crate::support::fake::{Action, DAY, Rule, World};
use crate::support::wait_until;

/// Runs until some conversations are in the archive while the vendor is silent, and kills the run. Returns how many
/// conversations are in the archive.
fn interrupt(nights: &Nights, args: &str) -> usize {
    let silence = Rule::on("conversationId=").from(61).answer(Action::Hang);
    nights.fake.world().faults.push(silence);
    let running = nights.bot(args).start();
    let saved = || {
        let exists = nights.path("a.db").exists() && nights.fake.silent() > 0;
        let count = "SELECT count(*) FROM conversations";
        if exists {
            nights.sql(count)[0].parse().unwrap()
        } else {
            0
        }
    };
    wait_until("conversations in the archive", || saved() >= 30);
    running.kill();
    nights.fake.world().faults.clear();
    nights.archived().len()
}

#[test]
fn a_first_run_goes_on_where_it_was() {
    let nights = Nights::new(World::with_conversations(100, |i| 1 + i % 3));
    let saved = interrupt(&nights, "--concurrency 2");
    assert!((30..=61).contains(&saved), "{saved}");
    for (id, messages) in nights.archived() {
        assert_eq!(
            truth(&nights.fake.world())[&id],
            messages,
            "no half conversation"
        );
    }
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
    let single = nights.fake.requests();
    let single = single
        .iter()
        .filter(|request| request.param("conversationId").is_some());
    assert_eq!(
        single.count(),
        100 - saved,
        "what was saved is not fetched again"
    );
    let complete = nights.sql("SELECT saw_all, complete FROM runs ORDER BY id");
    assert_eq!(complete, ["0|0", "1|1"]);
    let counts = nights.sql("SELECT sum(added) FROM runs");
    assert_eq!(counts, ["100"]);
}

#[test]
fn a_continued_run_looks_again_at_what_changed_since_it_began() {
    let nights = Nights::new(World::with_conversations(100, |i| 1 + i % 3));
    interrupt(&nights, "--concurrency 2");
    let known = nights.sql("SELECT conversation_id FROM conversations ORDER BY id LIMIT 1");
    // Nothing in the list shows it.
    nights
        .fake
        .world()
        .say(&known[0], clock(), true, "meanwhile");
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}

/// Where there is no list of all messages, the conversations themselves are asked.
#[test]
fn a_continued_run_looks_again_without_the_list_of_messages() {
    let nights = Nights::new(World::with_conversations(100, |i| 1 + i % 3));
    interrupt(&nights, "--concurrency 2");
    let known = nights.sql("SELECT conversation_id FROM conversations ORDER BY id LIMIT 1");
    nights
        .fake
        .world()
        .say(&known[0], clock(), true, "meanwhile");
    let refuse = Rule::test(|request| {
        request.path.ends_with("/messages") && request.param("conversationId").is_none()
    });
    let refuse = refuse.answer(Action::Status(400));
    nights.fake.world().faults.push(refuse);
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}

#[test]
fn a_night_that_was_interrupted_is_made_up_for() {
    let mut world = World::with_conversations(100, |_| 1);
    for known in &mut world.conversations {
        known.created_at -= 5 * DAY;
    }
    let nights = Nights::new(world);
    quiet(nights.bot(""));
    let all = truth(&nights.fake.world());
    for id in all.keys() {
        nights.fake.world().say(id, clock(), true, "new");
    }
    let silence = Rule::on("conversationId=").from(41).answer(Action::Hang);
    nights.fake.world().faults.push(silence);
    let running = nights.bot("--concurrency 2").start();
    let changed = || nights.sql("SELECT changed FROM runs ORDER BY id DESC LIMIT 1")[0] != "0";
    wait_until("changes in the archive", || {
        nights.fake.silent() > 0 && changed()
    });
    running.kill();
    nights.fake.world().faults.clear();
    quiet(nights.bot(""));
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}
