//! What a usual night costs, and what it brings.

use super::{Nights, list, put, quiet, said, talk, truth};
use crate::support::fake::{DAY, Message, World, utc};
use crate::support::{clock, side_by_side};

const HOUR: i64 = DAY / 24;

#[test]
fn a_quiet_night_takes_three_requests_at_most() {
    side_by_side(
        [(20, false), (300, false), (300, true)],
        |(conversations, counted)| {
            let mut world = World::with_conversations(conversations, |i| i % 4);
            for known in &mut world.conversations {
                known.message_count = counted.then_some(known.messages.len() as u64);
            }
            let nights = Nights::new(world);
            quiet(nights.bot(""));
            let before = nights.render("");
            quiet(nights.bot(""));
            assert!(nights.fake.asked() <= 3, "{} requests", nights.fake.asked());
            assert_eq!(nights.render(""), before);
            assert_eq!(
                nights.sql("SELECT kind, added, changed, complete FROM runs WHERE id = 2"),
                ["new|0|0|1"]
            );
        },
    );
}

/// Whether the vendor counts or not. The messages of the last hour are asked for again, and no others.
#[test]
fn a_conversation_that_grew_is_fetched_from_its_last_message_on() {
    side_by_side([true, false], |counted| {
        let begun = clock() - 20 * DAY;
        let talk = talk(begun, 100, HOUR / 4, counted);
        let nights = Nights::new(World::new().conversation(talk));
        quiet(nights.bot(""));
        assert_eq!(nights.asked_for_messages("talk"), 5);
        nights.fake.world().say("talk", clock(), true, "one more");
        quiet(nights.bot(""));
        assert_eq!(nights.archived(), truth(&nights.fake.world()));
        let all = nights.fake.requests();
        let single = all
            .iter()
            .find(|request| request.param("conversationId").is_some());
        let since = single.unwrap().param("afterDate").unwrap();
        // The last one was m99, so m95 is an hour before it.
        assert_eq!(&since[..19], &utc(begun + 95 * HOUR / 4)[..19]);
    });
}

#[test]
fn a_conversation_of_thousands_of_messages_costs_one_request() {
    let begun = clock() - 80 * DAY;
    let talk = talk(begun, 3000, HOUR / 2, false);
    let nights = Nights::new(World::new().conversation(talk));
    quiet(nights.bot(""));
    let m = said("new", "talk", clock(), "words");
    nights
        .fake
        .world()
        .get_mut("talk")
        .add(Message::from_raw(&m));
    quiet(nights.bot(""));
    assert_eq!(nights.asked_for_messages("talk"), 1);
    assert!(nights.fake.asked() <= 4, "{} requests", nights.fake.asked());
    assert_eq!(nights.archived()["talk"].len(), 3001);
}

#[test]
fn a_count_that_differs_makes_it_fetched_whole() {
    let begun = clock() - 20 * DAY;
    let talk = talk(begun, 50, 6 * HOUR, true);
    let nights = Nights::new(World::new().conversation(talk));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        let talk = world.get_mut("talk");
        // One that nobody could see coming: it is old already.
        let late = Message::from_raw(&said("late", "talk", begun + HOUR, "words"));
        talk.messages.insert(1, late);
        talk.message_count = Some(51);
        talk.add(Message::from_raw(&said("new", "talk", clock(), "words")));
    }
    quiet(nights.bot(""));
    let found = &nights.archived()["talk"];
    assert_eq!(found.len(), 52);
    assert_eq!(found[..3], list(&["m0", "late", "m1"]));
}

/// The vendor counts fewer each night, and that is no reason to fetch the conversation whole.
#[test]
fn messages_that_reach_their_age_do_not_make_it_fetched_whole() {
    let begun = clock() - 95 * DAY;
    let talk = talk(begun, 94, DAY, true);
    let nights = Nights::new(World::new().conversation(talk));
    quiet(nights.bot(""));
    {
        let mut world = nights.fake.world();
        let talk = world.get_mut("talk");
        talk.messages.drain(..5);
        talk.message_count = Some(89);
        talk.add(Message::from_raw(&said("new", "talk", clock(), "words")));
    }
    quiet(nights.bot(""));
    assert_eq!(nights.asked_for_messages("talk"), 1);
    let found = &nights.archived()["talk"];
    assert_eq!(found.len(), 95);
    assert_eq!((found[0].as_str(), found[94].as_str()), ("m0", "new"));
}

/// The agent answers after the nightly run, and the end user says nothing more.
#[test]
fn a_late_answer_of_an_agent_comes_within_a_day_or_with_a_sweep() {
    let nights = Nights::new(World::new());
    let now = clock();
    let (recent, older) = (now - 20 * HOUR, now - 10 * DAY);
    put(&nights.fake, 1, &[(1, recent, "question")]);
    put(&nights.fake, 2, &[(3, older, "question")]);
    quiet(nights.site(""));
    put(
        &nights.fake,
        1,
        &[(1, recent, "question"), (2, now, "answer")],
    );
    put(
        &nights.fake,
        2,
        &[(3, older, "question"), (4, now, "answer")],
    );
    quiet(nights.site(""));
    assert_eq!(nights.archived()["1"], list(&["1", "2"]));
    quiet(nights.site("--sweep"));
    assert_eq!(nights.archived()["2"], list(&["3", "4"]));
    // The day and the two weeks are counted from the vendor's time of the run before.
    let first = nights.sql("SELECT started_at FROM runs WHERE id = 1");
    let from = nights.fake.requests()[0].json()["from"]
        .as_str()
        .unwrap()
        .to_owned();
    let expected = nights.sql(
        "SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', started_at, '-14 days') FROM runs WHERE id = 1",
    );
    assert_eq!(vec![from], expected, "14 days before {first:?}");
    quiet(nights.site(""));
    let from = nights.fake.requests()[0].json()["from"]
        .as_str()
        .unwrap()
        .to_owned();
    let expected = nights.sql(
        "SELECT strftime('%Y-%m-%dT%H:%M:%S+00:00', started_at, '-1 days') FROM runs WHERE id = 3",
    );
    assert_eq!(vec![from], expected);
}

/// The range reaches a day into the future, so that a clock that is slow loses nothing; it is one request.
#[test]
fn a_quiet_night_of_a_site_is_one_request() {
    let nights = Nights::new(World::new().with_boost(30, |i| 2 + i % 5));
    quiet(nights.site(""));
    quiet(nights.site(""));
    assert_eq!(nights.fake.asked(), 1);
    let to = nights.fake.requests()[0].json()["to"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(to > utc(clock()), "{to}");
    assert_eq!(
        nights.sql("SELECT added, changed, complete FROM runs WHERE id = 2"),
        ["0|0|1"]
    );
}

/// The first run says where the archive of a site begins. Later ones need not.
#[test]
fn a_later_night_of_a_site_needs_no_beginning() {
    let nights = Nights::new(World::new().with_boost(5, |_| 3));
    let run = |args: &str| {
        nights.fake.forget();
        let run = crate::support::boost(&nights.fake, "--archive a.db");
        run.args(args).within(nights.folder.path()).run()
    };
    run("").ends(2, &["--since"]);
    assert!(!nights.path("a.db").exists(), "wrong flags make no archive");
    run("--since 2026-01-01").ends(0, &[]);
    run("").ends(0, &[]);
    assert_eq!(nights.fake.asked(), 1);
    run("--only-failed").ends(0, &[]);
    assert_eq!(nights.fake.asked(), 0);
    assert_eq!(nights.archived().len(), 5);
}
