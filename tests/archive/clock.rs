//! Time is the vendor's: a clock of this machine that is wrong costs nothing but a warning.

use super::{Nights, put, truth};
use crate::support::fake::{Conversation, DAY, World};
use crate::support::{Run, clock, side_by_side};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// How far the vendor's clock is ahead, and whether a warning says so.
const CLOCKS: [(i64, bool); 6] = [
    (5 * HOUR, true),
    (-5 * HOUR, true),
    (3 * DAY, true),
    (2 * MINUTE, true),
    (30_000, false),
    (-30_000, false),
];

fn check_warning(run: &Run, warned: bool) {
    let lines: Vec<_> = run.stderr.lines().collect();
    let about_the_clock = lines.iter().filter(|line| line.contains("clock"));
    assert_eq!(run.code, 0, "{lines:?}");
    assert_eq!(about_the_clock.count(), usize::from(warned), "{lines:?}");
    assert_eq!(lines.len(), usize::from(warned), "{lines:?}");
}

#[test]
fn botpress_skips_nothing_when_a_clock_is_wrong() {
    side_by_side(CLOCKS, |(ahead, warned)| {
        let now = || clock() + ahead;
        let mut world = World::new().conversation(Conversation::new("old", now() - 9 * DAY));
        world.set_clock_ahead(ahead);
        let nights = Nights::new(world);
        for night in 0..3 {
            {
                // By the vendor's clock it is written just before the run.
                let mut world = nights.fake.world();
                world.say("old", now(), true, "more");
                let new = Conversation::new(&format!("new-{night}"), now());
                world.conversations.push(new);
            }
            check_warning(&nights.bot("").run(), warned);
            assert_eq!(
                nights.archived(),
                truth(&nights.fake.world()),
                "{ahead} ahead, night {night}"
            );
        }
        let until = nights.sql("SELECT complete_until FROM selections");
        let started = nights.sql("SELECT started_at FROM runs ORDER BY id DESC LIMIT 1");
        assert_eq!(until, started);
    });
}

#[test]
fn boost_skips_nothing_when_a_clock_is_wrong() {
    side_by_side(CLOCKS, |(ahead, warned)| {
        let now = || clock() + ahead;
        let mut world = World::new();
        world.set_clock_ahead(ahead);
        let nights = Nights::new(world);
        for night in 1..4 {
            put(&nights.fake, night, &[(night, now() - 1000, "question")]);
            check_warning(&nights.site("").run(), warned);
            let found: Vec<_> = nights.archived().into_keys().collect();
            let expected: Vec<_> = (1..=night).map(|id| id.to_string()).collect();
            assert_eq!(found, expected, "{ahead} ahead, night {night}");
        }
    });
}

/// The run after it goes by the vendor's time of the one before: what came in between is asked for.
#[test]
fn a_clock_that_was_ahead_for_one_night_skips_nothing() {
    let nights =
        Nights::new(World::new().conversation(Conversation::new("old", clock() - 9 * DAY)));
    // Seen from the vendor, this machine is a day ahead in the first night, and right in the second.
    nights.fake.world().set_clock_ahead(-DAY);
    nights.bot("").run().ends(0, &["differ by"]);
    nights
        .fake
        .world()
        .say("old", clock() - 20 * HOUR, true, "in between");
    nights.fake.world().set_clock_ahead(0);
    nights.bot("").run().ends(0, &[]);
    assert_eq!(nights.archived(), truth(&nights.fake.world()));
}

/// One night the vendor says that it is ten years later. What comes after that night is not taken for known.
#[test]
fn a_vendor_that_was_wrong_for_one_night_costs_a_full_look_and_nothing_else() {
    let nights =
        Nights::new(World::new().conversation(Conversation::new("old", clock() - 9 * DAY)));
    put(&nights.fake, 1, &[(1, clock() - 9 * DAY, "question")]);
    nights.fake.world().set_clock_ahead(3650 * DAY);
    nights.bot("").run().ends(0, &["differ by"]);
    nights.site("").run().ends(0, &["differ by"]);
    nights.fake.world().set_clock_ahead(0);
    // Nothing in the list shows the new message.
    nights
        .fake
        .world()
        .say("old", clock() - 2 * DAY, true, "more");
    put(&nights.fake, 2, &[(2, clock() - 2 * DAY, "question")]);
    nights.bot("").run().ends(0, &[]);
    nights.site("").run().ends(0, &[]);
    let mut expected = truth(&nights.fake.world());
    expected.insert("1".to_owned(), vec!["1".to_owned()]);
    expected.insert("2".to_owned(), vec!["2".to_owned()]);
    assert_eq!(nights.archived(), expected);
    // From then on, a night is as cheap as ever.
    nights.bot("").run().ends(0, &[]);
    assert!(nights.fake.asked() <= 3, "{} requests", nights.fake.asked());
    let kinds = nights.sql("SELECT kind FROM runs ORDER BY id DESC LIMIT 1");
    assert_eq!(kinds, ["new"]);
}
