//! Every way in which a stream can break: what is written, what is said, the exit code.

use std::fs;

use super::{conversations, site, truth};
use crate::support::fake::{BoostFault, Fake, When, World};
use crate::support::{boost, side_by_side};

pub(super) const ALL: usize = 20;

pub(super) fn site_with(when: When, fault: BoostFault) -> Fake {
    let fake = Fake::start(World::new().with_boost(ALL, |_| 4));
    fake.world().boost.fault(when, fault);
    fake
}

/// A fault that stays: what came before it is written, and the message and the exit code say that it is not all.
fn stays(fault: &BoostFault, written: usize, parts: &[&str]) {
    side_by_side([false, true], |to_file| {
        if to_file {
            stays_in_a_file(fault, written);
        } else {
            stays_on_stdout(fault, written, parts);
        }
    });
}

fn stays_on_stdout(fault: &BoostFault, written: usize, parts: &[&str]) {
    let fake = site_with(When::Always, fault.clone());
    let run = boost(&fake, "--since 2026-01-01 -f jsonl --retries 1 --timeout 2").run();
    run.ends(3, parts);
    assert_eq!(
        conversations(&run.stdout),
        truth(&fake)[..written],
        "{fault:?}"
    );
}

fn stays_in_a_file(fault: &BoostFault, written: usize) {
    let fake = site_with(When::Always, fault.clone());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    fs::write(&file, "[]").unwrap();
    let run = boost(&fake, "--since 2026-01-01 --retries 0 --timeout 2 -o")
        .arg(&file)
        .run();
    run.ends(3, &["all.json.partial"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "[]", "{fault:?}");
    let partial = fs::read_to_string(folder.path().join("all.json.partial")).unwrap();
    assert_eq!(
        partial.matches("\"source\":\"boost\"").count(),
        written,
        "{fault:?}"
    );
    assert!(
        !partial.trim_end().ends_with(']'),
        "a cut export must not look whole: {fault:?}"
    );
}

#[test]
fn an_error_element_is_shown() {
    stays(
        &BoostFault::ErrorAfter(5),
        5,
        &["boost.ai reports an error", "after 5 of 20 conversations"],
    );
}

#[test]
fn a_missing_proof_is_noticed() {
    stays(
        &BoostFault::NoPostQueryInfo,
        ALL,
        &[
            "without its closing post_query_info",
            "after 20 of 20 conversations",
        ],
    );
}

#[test]
fn a_missing_bracket_is_noticed() {
    stays(
        &BoostFault::NoClosingBracket,
        ALL,
        &["ended before its closing `]`", "after 20 of 20"],
    );
}

#[test]
fn a_cut_gzip_stream_is_noticed() {
    stays(
        &BoostFault::CutGzip(8),
        ALL,
        &["the gzip stream was cut off", "after 20 of 20"],
    );
}

#[test]
fn a_bad_checksum_is_noticed() {
    stays(
        &BoostFault::BadGzipCrc,
        ALL,
        &["checksum", "after 20 of 20"],
    );
}

#[test]
fn a_broken_connection_is_noticed() {
    let faults = [
        BoostFault::ResetAfter(6),
        BoostFault::CloseAfter(6),
        BoostFault::StallAfter(6),
        BoostFault::EndAfter(6),
    ];
    side_by_side(faults, |fault| {
        stays(&fault, 6, &["after 6 of 20 conversations"]);
    });
}

#[test]
fn a_wrong_count_is_noticed() {
    stays(
        &BoostFault::WrongCount(21),
        ALL,
        &["says that it sent 21 conversations", "after 20 of 20"],
    );
    stays(
        &BoostFault::WrongCount(19),
        ALL,
        &["says that it sent 19 conversations", "after 20 of 20"],
    );
}

#[test]
fn garbage_is_noticed() {
    stays(
        &BoostFault::GarbageAfter(4),
        4,
        &["damaged", "after 4 of 20"],
    );
    stays(
        &BoostFault::Trailing(" and more".to_owned()),
        ALL,
        &["garbage in it: `a`", "after 20 of 20"],
    );
}

#[test]
fn faults_that_no_retry_mends_are_not_retried() {
    for fault in [
        BoostFault::ErrorAfter(1),
        BoostFault::WrongCount(3),
        BoostFault::GarbageAfter(1),
    ] {
        let fake = site_with(When::Always, fault);
        assert_eq!(boost(&fake, "--since 2026-01-01").run().code, 3);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_stream_that_broke_is_started_again_and_nothing_is_written_twice() {
    let faults = [
        BoostFault::ResetAfter(6),
        BoostFault::CloseAfter(6),
        BoostFault::EndAfter(6),
        BoostFault::StallAfter(6),
        BoostFault::CutGzip(8),
        BoostFault::BadGzipCrc,
        BoostFault::NoClosingBracket,
        BoostFault::NoPostQueryInfo,
    ];
    side_by_side(faults, |fault| {
        let fake = site_with(When::First(2), fault.clone());
        let run = boost(&fake, "--since 2026-01-01 -f jsonl --timeout 2").run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        assert_eq!(conversations(&run.stdout), truth(&fake), "{fault:?}");
        assert_eq!(fake.requests().len(), 3, "{fault:?}");
    });
}

#[test]
fn failures_before_the_stream_are_retried_or_explained() {
    let faults = [
        BoostFault::Status(429),
        BoostFault::Status(500),
        BoostFault::Status(503),
        BoostFault::Reset,
        BoostFault::Hang,
    ];
    side_by_side(faults, |fault| {
        let fake = site_with(When::First(1), fault.clone());
        let run = boost(&fake, "--since 2026-01-01 -f jsonl --first-byte-timeout 2").run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        assert_eq!(conversations(&run.stdout), truth(&fake), "{fault:?}");
    });
    // After 403 and 404 the other version of the API is tried once.
    for (status, code, requests, parts) in [
        (401, 4, 1, ["BOOST_TOKEN or --token-file", "allowlist"]),
        (403, 4, 2, ["token's rights", "allowlist"]),
        (404, 1, 2, ["check --site", "ordered by a test"]),
        (400, 1, 1, ["could not export from", "ordered by a test"]),
    ] {
        let fake = site_with(When::Always, BoostFault::Status(status));
        boost(&fake, "--since 2026-01-01").run().ends(code, &parts);
        assert_eq!(fake.requests().len(), requests, "{status}");
    }
    let fake = site_with(When::Always, BoostFault::Status(503));
    boost(&fake, "--since 2026-01-01 --retries 1")
        .run()
        .ends(5, &["503", "after 2 attempts"]);
    let fake = site_with(When::Always, BoostFault::Html);
    boost(&fake, "--since 2026-01-01")
        .run()
        .ends(3, &["a web page came instead of JSON"]);
}

/// Thirty are announced and thirty come, but one of them twice: one may be missing.
#[test]
fn a_conversation_that_comes_twice_is_counted_once() {
    let fake = site(29);
    {
        let site = &mut fake.world().boost;
        let again = site.conversations[3].clone();
        site.conversations.push(again);
    }
    let run = boost(&fake, "--since 2026-01-01 -f jsonl").run();
    run.ends(3, &["boost.ai sent 1 conversation twice", "missing"]);
    assert_eq!(conversations(&run.stdout).len(), 29);
    // A vendor that counts it once has sent everything.
    fake.world()
        .boost
        .fault(When::Always, BoostFault::WrongCount(29));
    let counted_once = boost(&fake, "--since 2026-01-01 -f jsonl").run();
    assert_eq!((counted_once.code, counted_once.stderr.as_str()), (0, ""));
}
