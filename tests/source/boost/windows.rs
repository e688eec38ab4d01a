//! A long range in several windows at once.

use super::conversations;
use crate::support::fake::{BoostFault, Fake, Gate, Recorded, When, World};
use crate::support::{boost, side_by_side, wait_until};

const RANGE: &str = "--since 2026-09-01T00:00:00Z --until 2026-11-30T00:00:00Z -f jsonl";

fn fake() -> Fake {
    Fake::start(World::new().with_boost(60, |i| 2 + i % 30))
}

fn sorted(mut ids: Vec<String>) -> Vec<String> {
    ids.sort_unstable();
    ids
}

/// The range of each request, in time.
fn asked(fake: &Fake) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let requests = fake.requests();
    let bodies = requests.iter().map(Recorded::json);
    let mut ranges: Vec<_> = bodies
        .map(|body| (text(&body["from"]), text(&body["to"])))
        .collect();
    ranges.sort_unstable();
    ranges.dedup();
    ranges
}

#[test]
fn the_windows_bring_what_the_range_has_once_and_leave_no_gap() {
    let fake = fake();
    let whole = boost(&fake, RANGE).run();
    fake.forget();
    let gate = Gate::default();
    let held = BoostFault::HoldAfter(0, gate.clone());
    fake.world().boost.fault(When::First(3), held);
    let running = boost(&fake, &format!("{RANGE} --parallel-windows 3")).start();
    wait_until("three windows side by side", || gate.waiting() == 3);
    gate.open();
    let run = running.end();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        sorted(conversations(&run.stdout)),
        sorted(conversations(&whole.stdout))
    );
    let windows = asked(&fake);
    assert_eq!(windows.len(), 12);
    assert_eq!(windows[0].0, "2026-09-01T00:00:00+00:00");
    assert_eq!(windows[11].1, "2026-11-30T00:00:00+00:00");
    assert!(windows.windows(2).all(|pair| pair[0].1 == pair[1].0));
    // The order is that of the windows, whichever comes first.
    let again = boost(&fake, &format!("{RANGE} --parallel-windows 3")).run();
    assert_eq!(again.stdout, run.stdout);
}

#[test]
fn a_window_that_breaks_is_asked_for_again() {
    let faults = [
        BoostFault::ResetAfter(1),
        BoostFault::CloseAfter(1),
        BoostFault::NoPostQueryInfo,
        BoostFault::CutGzip(8),
        BoostFault::Status(503),
    ];
    side_by_side(faults, |fault| {
        let fake = fake();
        fake.world().boost.fault(When::Nth(5), fault.clone());
        let run = boost(&fake, &format!("{RANGE} --parallel-windows 4")).run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        let whole = boost(&fake, RANGE).run();
        let expected = sorted(conversations(&whole.stdout));
        assert_eq!(sorted(conversations(&run.stdout)), expected, "{fault:?}");
    });
}

#[test]
fn a_window_that_stays_broken_is_named_and_nothing_behind_it_is_written() {
    for (fault, code) in [
        (BoostFault::NoPostQueryInfo, 3),
        (BoostFault::ErrorAfter(0), 3),
        (BoostFault::ResetAfter(1), 3),
        (BoostFault::Status(500), 5),
        (BoostFault::Status(403), 4),
    ] {
        let fake = fake();
        let whole = conversations(
            &boost(&fake, &format!("{RANGE} --parallel-windows 2"))
                .run()
                .stdout,
        );
        fake.world().boost.fault(When::Always, fault);
        let args = format!("{RANGE} --parallel-windows 2 --retries 0");
        let run = boost(&fake, &args).run();
        run.ends(
            code,
            &["the window \"2026-09-01T00:00:00+00:00\" to \"2026-09-12T"],
        );
        let written = conversations(&run.stdout);
        assert_eq!(written, whole[..written.len()]);
        assert!(written.len() < whole.len());
    }
}

#[test]
fn no_more_windows_are_read_than_the_limit_needs() {
    let fake = fake();
    let run = boost(&fake, &format!("{RANGE} --parallel-windows 2 --limit 3")).run();
    assert_eq!((run.code, conversations(&run.stdout).len()), (0, 3));
}

#[test]
fn a_range_without_an_offset_cannot_be_cut() {
    let folder = tempfile::tempdir().unwrap();
    let query = folder.path().join("query.json");
    std::fs::write(&query, r#"{"from":"2026-01-01","to":"2026-02-01"}"#).unwrap();
    let run = boost(&fake(), "--parallel-windows 2 --query")
        .arg(&query)
        .run();
    run.ends(2, &["--since and --until"]);
}
