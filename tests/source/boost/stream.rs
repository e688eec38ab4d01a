//! A stream that is whole: however it is cut and packed, and as it comes.

use serde_json::Value;

use super::{conversations, site, truth};
use crate::support::fake::{BoostFault, Fake, Gate, When, World};
use crate::support::{boost, long_tests, records};

#[test]
fn a_stream_of_any_make_comes_out_whole() {
    // Byte by byte it takes long.
    let count = if long_tests() { 60 } else { 4 };
    let fake = Fake::start(World::new().with_boost(count, |i| 2 + i % 30));
    let all = truth(&fake);
    let plain = boost(&fake, "--since 2026-01-01 -f jsonl").stdout();
    assert_eq!(conversations(&plain), all);
    assert_eq!(fake.requests()[0].header("accept-encoding"), Some("gzip"));
    for (chunk, member, pretty, gzip) in [
        (1, 0, false, true),
        (7, 1000, false, true),
        (100, 0, true, false),
        (65_536, 300, true, true),
    ] {
        {
            let boost = &mut fake.world().boost;
            (boost.chunk, boost.gzip_member, boost.pretty, boost.gzip) =
                (chunk, member, pretty, gzip);
        }
        let out = boost(&fake, "--since 2026-01-01 -f jsonl").stdout();
        assert_eq!(records(&out), records(&plain), "chunks of {chunk}");
        assert_eq!(out.lines().count(), count);
    }
}

#[test]
fn conversations_come_out_while_the_stream_goes_on() {
    let fake = site(30);
    let gate = Gate::default();
    let held = BoostFault::HoldAfter(10, gate.clone());
    fake.world().boost.fault(When::Always, held);
    let mut running = boost(&fake, "--since 2026-01-01 -f jsonl").start();
    running.wait_until_written();
    assert!(
        !running.has_ended(),
        "the first line is there before the end"
    );
    gate.open();
    let run = running.end();
    run.ends(0, &[]);
    assert_eq!(conversations(&run.stdout), truth(&fake));
}

#[test]
fn a_limit_ends_the_stream_early() {
    let fake = site(500);
    let out = boost(&fake, "--since 2026-01-01 -f json --limit 7").stdout();
    let found: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(found.len(), 7);
}

/// A heavy query takes longer than the network may be silent later on. It must not be asked for again.
#[test]
fn the_first_byte_may_take_longer_than_the_next_ones() {
    let fake = site(3);
    fake.world().latency = std::time::Duration::from_secs(3);
    let out = boost(&fake, "--since 2026-01-01 -f jsonl --timeout 2 --retries 0").stdout();
    assert_eq!(conversations(&out), truth(&fake));
    assert_eq!(fake.requests().len(), 1);
    let run = boost(
        &fake,
        "--since 2026-01-01 --first-byte-timeout 1 --retries 0",
    )
    .run();
    run.ends(5, &["no bytes came for 1 s"]);
}
