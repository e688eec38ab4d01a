//! Rate limits: as many requests as the vendor allows, and no wait shorter than it asks for.

use std::time::{Duration, Instant};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, ids, records, truth};

#[test]
fn a_rate_limit_uses_up_no_retry() {
    let limited = Rule::on("/messages")
        .first(2)
        .answer(Action::retry_after(0));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(limited));
    let out = botpress(&fake, "-f jsonl --retries 0").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
}

/// One request a second: whoever lost twenty rounds in a row would be given up if rounds were counted for each call.
#[test]
fn the_tightest_limit_loses_nothing() {
    let world = World::with_conversations(2, |_| 1).limit(1, Duration::from_secs(1));
    let fake = Fake::start(world);
    let run = botpress(&fake, "-f jsonl --retries 0").run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
}

#[test]
fn the_reset_header_is_waited_for() {
    let headers = vec![("RateLimit-Reset".to_owned(), "1".to_owned())];
    let limited = Action::StatusWith {
        code: 429,
        headers,
        body: "{}".to_owned(),
    };
    let fake = Fake::start(World::new().rule(Rule::on("/conversations").first(1).answer(limited)));
    botpress(&fake, "").stdout();
    let times: Vec<_> = fake.requests().iter().map(|request| request.at).collect();
    assert!(times[1] >= times[0] + Duration::from_secs(1));
}

#[test]
fn the_vendors_wait_is_kept() {
    let limited = Rule::on("/conversations")
        .first(1)
        .answer(Action::retry_after(1));
    let fake = Fake::start(World::new().rule(limited));
    let start = Instant::now();
    let run = botpress(&fake, "-v").run();
    run.ends(0, &["rate limited, waiting 1."]);
    assert!(start.elapsed() >= Duration::from_secs(1));
    let times: Vec<_> = fake.requests().iter().map(|request| request.at).collect();
    assert!(times[1] >= times[0] + Duration::from_secs(1));
}

#[test]
fn a_stated_allowance_is_used_and_never_exceeded() {
    let fake = Fake::start(
        World::with_conversations(60, |i| 1 + i % 30).limit(40, Duration::from_secs(1)),
    );
    let out = botpress(&fake, "-f jsonl --concurrency 16").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    assert_eq!(fake.limited(), 0, "requests were refused");
}

/// A server that takes four requests at once and refuses the others without a word about its allowance.
#[test]
fn without_a_stated_allowance_refusals_slow_it_down() {
    let world = World::with_conversations(50, |_| 1)
        .latency(Duration::from_millis(10))
        .at_once(4);
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl --concurrency 16").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    let (limited, all) = (fake.limited(), fake.requests().len());
    assert!(limited * 2 < all, "{limited} of {all} were refused");
}
