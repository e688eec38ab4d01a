//! `convexport check` with an archive: what it covers, and what of the vendor's it lacks.

use super::{Nights, quiet};
use crate::support::fake::{Conversation, DAY, Recorded, World};
use crate::support::{Run, clock, convexport};

impl Nights {
    fn check(&self, args: &str) -> Run {
        self.fake.forget();
        let world = self.fake.world();
        let command = convexport("check")
            .args(args)
            .env("BP_API_URL", &self.fake.url())
            .env("BP_TOKEN", &world.token)
            .env("BP_BOT_ID", &world.bot_id)
            .env("BOOST_SITE", &self.fake.url())
            .env("BOOST_TOKEN", &world.boost.token);
        drop(world);
        command.within(self.folder.path()).run()
    }
}

#[test]
fn what_the_archive_lacks_is_named_without_a_message() {
    let mut world = World::with_conversations(29, |_| 2);
    let mut grown = Conversation::new("grown", clock() - DAY);
    grown.message_count = Some(0);
    world.conversations.push(grown);
    let nights = Nights::new(world);
    quiet(nights.bot(""));
    let whole = nights.check("botpress --archive a.db");
    whole.ends(0, &[]);
    assert!(
        whole
            .stdout
            .contains("all 30 conversations of the vendor are in the archive"),
        "{}",
        whole.stdout
    );
    assert_eq!(nights.fake.asked_for("/v1/chat/messages"), 0);
    nights
        .fake
        .world()
        .conversations
        .push(Conversation::new("new", clock()));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        world.say("grown", clock(), true, "more");
        world
            .conversations
            .push(Conversation::new("newer", clock()));
    }
    let lacks = nights.check("botpress --archive a.db");
    lacks.ends(
        3,
        &[
            "conversation newer is missing",
            "conversation grown has 1 message at the vendor, and 0 in the archive",
        ],
    );
    assert!(
        !lacks.stderr.contains("conversation new is"),
        "{}",
        lacks.stderr
    );
    assert!(
        lacks.stdout.contains("2 of 32 conversations"),
        "{}",
        lacks.stdout
    );
    assert_eq!(nights.fake.asked_for("/v1/chat/messages"), 0);
}

/// Each selection lists what it selects, and a conversation of several of them is one.
#[test]
fn a_conversation_of_several_selections_is_counted_once() {
    let nights = Nights::new(World::with_conversations(20, |_| 2));
    quiet(nights.bot(""));
    nights.bot("--integration webchat").run().ends(0, &[]);
    nights
        .fake
        .world()
        .conversations
        .push(Conversation::new("new", clock()));
    let lacks = nights.check("botpress --archive a.db");
    lacks.ends(3, &["conversation new is missing"]);
    assert!(
        lacks.stdout.contains("1 of 21 conversations"),
        "{}",
        lacks.stdout
    );
}

#[test]
fn an_archive_of_single_conversations_is_not_complete() {
    let nights = Nights::new(World::with_conversations(20, |_| 2));
    quiet(nights.bot("--limit 3"));
    let part = nights.check("botpress --archive a.db");
    part.ends(3, &["no run has asked for everything"]);
    assert!(part.stdout.contains("3 conversations"), "{}", part.stdout);
}

#[test]
fn a_site_is_compared_too() {
    let nights = Nights::new(World::new().with_boost(12, |_| 3));
    quiet(nights.site(""));
    nights.check("boost --archive a.db").ends(0, &[]);
    nights.set("DELETE FROM messages WHERE conversation = 2");
    nights.set("DELETE FROM conversations WHERE id = 2");
    let lacks = nights.check("boost --archive a.db");
    lacks.ends(3, &["is missing"]);
    assert!(
        lacks.stdout.contains("1 of 12 conversations"),
        "{}",
        lacks.stdout
    );
}

#[test]
fn filters_of_the_archive_hold_for_the_comparison() {
    let mut world = World::with_conversations(20, |_| 1);
    for (number, known) in (0..).zip(&mut world.conversations) {
        known.integration = ["webchat", "slack"][number % 2].to_owned();
    }
    let nights = Nights::new(world);
    quiet(nights.bot("--integration slack"));
    let run = nights.check("botpress --archive a.db");
    run.ends(0, &[]);
    assert!(
        run.stdout.contains("all 10 conversations"),
        "{}",
        run.stdout
    );
}

#[test]
fn an_archive_of_another_bot_is_not_compared() {
    let nights = Nights::new(World::with_conversations(2, |_| 1).with_boost(2, |_| 1));
    quiet(nights.site(""));
    nights
        .check("botpress --archive a.db")
        .ends(2, &["a.db has nothing of botpress"]);
    nights
        .check("botpress --archive none.db")
        .ends(1, &["none.db"]);
}

#[test]
fn the_age_of_an_archive_needs_no_network() {
    let nights = Nights::new(World::with_conversations(3, |_| 1));
    quiet(nights.bot(""));
    let bot = nights.fake.world().bot_id.clone();
    let fresh = nights.check("--archive a.db --max-age 26h");
    fresh.ends(0, &[]);
    assert!(
        fresh
            .stdout
            .starts_with(&format!("botpress {bot}: 3 conversations, from 20")),
        "{}",
        fresh.stdout
    );
    assert!(
        fresh.stdout.contains("the last complete run was "),
        "{}",
        fresh.stdout
    );
    nights.set(
        "UPDATE runs SET ended_at = strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-27 hours')",
    );
    nights.check("--archive a.db --max-age 26h").ends(3, &[]);
    nights.check("--archive a.db --max-age 28h").ends(0, &[]);
    nights.check("--archive a.db").ends(0, &[]);
    assert_eq!(nights.fake.asked(), 0);
    // A run that was not complete does not count.
    nights.set("UPDATE runs SET complete = 0");
    nights.check("--archive a.db --max-age 28h").ends(3, &[]);
    nights.check("").ends(2, &["--archive"]);
}

#[test]
fn days_without_a_run_that_may_be_holes_are_named() {
    let nights = Nights::new(World::with_conversations(3, |_| 1));
    quiet(nights.bot(""));
    nights.set("UPDATE runs SET started_at = '2026-01-10T00:00:00.000000Z'");
    quiet(nights.bot("-q"));
    nights.set("UPDATE runs SET started_at = '2026-05-10T00:00:00.000000Z' WHERE id = 2");
    // What was written until 90 days before the second run may have been deleted before it: 9 February.
    let run = nights.check("--archive a.db");
    run.ends(
        0,
        &["no run came in time", "between 2026-01-10 and 2026-02-09"],
    );
    nights.set("UPDATE runs SET started_at = '2026-03-10T00:00:00.000000Z' WHERE id = 2");
    assert_eq!(nights.check("--archive a.db").stderr, "");
}

/// A run with filters says nothing of the rest.
#[test]
fn a_run_with_filters_does_not_make_the_archive_younger() {
    let nights = Nights::new(World::with_conversations(6, |_| 1));
    quiet(nights.bot(""));
    nights.set(
        "UPDATE runs SET ended_at = strftime('%Y-%m-%dT%H:%M:%S.000000Z', 'now', '-27 hours')",
    );
    quiet(nights.bot("--integration webchat -q"));
    nights.check("--archive a.db --max-age 26h").ends(3, &[]);
    quiet(nights.bot(""));
    nights.check("--archive a.db --max-age 26h").ends(0, &[]);
}

/// It begins with the version of the API that the archive remembers, and asks for no names, since it shows none.
#[test]
fn a_check_of_a_site_with_api_v4_asks_once() {
    let nights = Nights::new(World::new().with_boost(20, |_| 4));
    nights.fake.world().boost.speak(&["v4"]);
    quiet(nights.site(""));
    let whole = nights.check("boost --archive a.db");
    whole.ends(0, &[]);
    assert!(
        whole.stdout.contains("all 20 conversations of the vendor"),
        "{}",
        whole.stdout
    );
    let lines: Vec<_> = nights.fake.requests().iter().map(Recorded::line).collect();
    assert_eq!(lines, ["POST /api/export/v4.json"]);
}
