//! A stream that is whole: however it is cut and packed, and as it comes.

use std::process::Stdio;

use serde_json::Value;

use super::{conversations, site, truth};
use crate::support::fake::{Fake, World};
use crate::support::{boost, records};

#[test]
fn a_stream_of_any_make_comes_out_whole() {
    let fake = Fake::start(World::new().with_boost(60, |i| 2 + i % 30));
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
        assert_eq!(out.lines().count(), 60);
    }
}

#[test]
fn conversations_come_out_while_the_stream_goes_on() {
    let fake = site(30);
    fake.world().boost.drip = std::time::Duration::from_millis(40);
    let mut command = boost(&fake, "--since 2026-01-01 -f jsonl").command();
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    assert!(
        child.try_wait().unwrap().is_none(),
        "the first line is there before the end"
    );
    let rest: Vec<_> = lines.map(Result::unwrap).collect();
    assert!(child.wait().unwrap().success());
    assert_eq!(
        conversations(&format!("{first}\n{}", rest.join("\n"))),
        truth(&fake)
    );
}

#[test]
fn a_limit_ends_the_stream_early() {
    let fake = site(500);
    let out = boost(&fake, "--since 2026-01-01 -f json --limit 7").stdout();
    let found: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(found.len(), 7);
}
