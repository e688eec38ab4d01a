//! Failures that pass: what is tried again, for how long, and that nothing is lost or doubled by it.

use std::time::{Duration, Instant};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, ids, records, truth};

#[test]
fn each_passing_failure_is_retried() {
    let ways = [
        Action::Status(408),
        Action::Status(500),
        Action::Status(502),
        Action::Status(503),
        Action::Status(504),
        Action::Reset,
        Action::Close,
        Action::CutBody,
        Action::CutChunked { reset: false },
        Action::CutChunked { reset: true },
        Action::Hang,
        Action::Stall,
        Action::Body("{\"conversations\":[{\"id\":".to_owned()),
    ];
    for way in ways {
        let world = World::with_conversations(1, |_| 1)
            .rule(Rule::on("/conversations").first(1).answer(way.clone()));
        let fake = Fake::start(world);
        let out = botpress(&fake, "-f jsonl --timeout 0.5").stdout();
        assert_eq!(ids(&records(&out)), truth(&fake.world()), "{way:?}");
        assert_eq!(fake.requests().len(), 3, "{way:?}");
    }
}

#[test]
fn retries_end() {
    let rule = Rule::on("/conversations").answer(Action::Status(503));
    let fake = Fake::start(World::new().rule(rule));
    let run = botpress(&fake, "--retries 2").run();
    run.fails(
        5,
        &[
            "could not list the conversations",
            "503",
            "after 3 attempts",
        ],
    );
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_rate_limit_uses_up_no_retry() {
    let limited = Rule::on("/messages")
        .first(4)
        .answer(Action::retry_after(0));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(limited));
    let out = botpress(&fake, "-f jsonl --retries 0").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
}

#[test]
fn an_endless_rate_limit_is_given_up() {
    let limited = Rule::on("/conversations").answer(Action::retry_after(0));
    let fake = Fake::start(World::new().rule(limited));
    botpress(&fake, "")
        .run()
        .fails(5, &["429", "RateLimited: Too many requests."]);
}

#[test]
fn the_vendors_wait_is_kept() {
    let limited = Rule::on("/conversations")
        .first(1)
        .answer(Action::retry_after(1));
    let fake = Fake::start(World::new().rule(limited));
    let start = Instant::now();
    let run = botpress(&fake, "-v").run();
    run.fails(0, &["rate limited, waiting 1."]);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let times: Vec<_> = fake.requests().iter().map(|request| request.at).collect();
    assert!(times[1] >= times[0] + Duration::from_secs(1));
}

#[test]
fn a_sliding_window_is_waited_for() {
    let fake = Fake::start(World::with_conversations(40, |_| 1).limit(15, Duration::from_secs(1)));
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    assert!(fake.limited() > 0, "the limit was met");
}

/// The issue's own measure: every tenth request fails in one of all ways, and the limiter is tight.
#[test]
fn a_thousand_conversations_through_every_fault() {
    let world = World::with_conversations(1000, |i| 1 + i * 7 % 60)
        .limit(50, Duration::from_secs(2))
        .rule(Rule::every_nth_in_all_ways(10));
    let fake = Fake::start(world);
    let run = botpress(&fake, "-f jsonl --timeout 1 --concurrency 16").run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
}
