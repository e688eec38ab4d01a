//! Which conversations: the filters of the API, and the range.

use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::{botpress, ids, records};

#[test]
fn filters_are_the_apis_own() {
    let fake = Fake::start(World::with_conversations(5, |_| 1));
    let args = "--since 2026-09-01 --until 2026-11-20T08:00:00+02:00 --channel dm --integration slack \
                --tag topic=billing --tag a.b=c&d --participant u1 --participant u2 --page-size 7 -q";
    botpress(&fake, args).stdout();
    let expected = [
        ("sortField", "createdAt"),
        ("afterDate", "2026-09-01T00:00:00Z"),
        ("beforeDate", "2026-11-20T06:00:00Z"),
        ("channel", "dm"),
        ("integrationName", "slack"),
        ("tags.topic", "billing"),
        ("tags.a.b", "c&d"),
        ("participantIds", "u1"),
        ("participantIds", "u2"),
        ("pageSize", "7"),
    ];
    let expected: Vec<_> = expected.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(fake.requests()[0].query, expected);
}

#[test]
fn the_range_is_half_open() {
    let midnight = |day: i64| REFERENCE - (20 - day) * DAY - DAY / 2;
    let at = |day| Conversation::new(&format!("day-{day}"), midnight(day));
    let world = (1..=5).fold(World::new(), |world, day| world.conversation(at(day)));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --from 2026-11-02 --to 2026-11-04").stdout();
    let names: Vec<_> = ids(&records(&out)).into_iter().map(|(id, _)| id).collect();
    assert_eq!(names, ["day-3", "day-2"]);
}

#[test]
fn a_conversation_is_dated_by_its_creation() {
    let world = World::new().conversation(Conversation::new("old", REFERENCE - 400 * DAY));
    let fake = Fake::start(world);
    assert_eq!(botpress(&fake, "-q --since 2026-01-01").stdout(), "");
}
