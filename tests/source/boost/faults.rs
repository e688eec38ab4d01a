//! Every way in which an export stream can go wrong: what is written, what is said, the exit code.

use std::fs;

use crate::support::fake::{BoostFault, Fake, When, World};
use crate::support::{Run, boost, convexport, ids, records};

const ALL: usize = 20;

fn fake_with(when: When, fault: BoostFault) -> Fake {
    let fake = Fake::start(World::new().with_boost(ALL, |_| 4));
    fake.world().boost.fault(when, fault);
    fake
}

fn truth(fake: &Fake) -> Vec<String> {
    fake.world()
        .boost
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect()
}

fn conversations(run: &Run) -> Vec<String> {
    ids(&records(&run.stdout))
        .into_iter()
        .map(|(id, _)| id)
        .collect()
}

/// A fault that stays: what came before it is written, and the message and the exit code say that it is not all.
fn stays(fault: &BoostFault, written: usize, parts: &[&str]) {
    let fake = fake_with(When::Always, fault.clone());
    let run = boost(&fake, "--since 2026-01-01 -f jsonl --retries 1 --timeout 1").run();
    run.ends(3, parts);
    assert_eq!(conversations(&run), truth(&fake)[..written], "{fault:?}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    fs::write(&file, "[]").unwrap();
    let run = boost(&fake, "--since 2026-01-01 --retries 0 --timeout 1 -o")
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
fn a_proof_that_cannot_be_read_is_none() {
    let talk = r#"{"type":"conversation","id":1,"messages":[]}"#;
    for end in [
        r#"{"type":"post_query_info","conversations":1, garbage}"#,
        r#"{"type":"post_query_info","conversations":"2"}"#,
        r#"{"type":"news", garbage},{"type":"post_query_info","conversations":1}"#,
    ] {
        let run = convexport("boost --input - -f jsonl")
            .stdin(&format!("[{talk},{end}]"))
            .run();
        run.ends(3, &["cannot be read", "after 1 conversations"]);
        assert_eq!(conversations(&run), ["1"]);
    }
}

#[test]
fn messages_that_stand_twice_are_not_dropped() {
    let message = r#"{"id":5,"type":"question","question":{"input":"first"}}"#;
    let talk = format!(r#"{{"type":"conversation","id":1,"messages":[{message}],"messages":[]}}"#);
    let run = convexport("boost --input - -f jsonl")
        .stdin(&format!("[{talk},{{\"type\":\"post_query_info\"}}]"))
        .run();
    run.ends(
        3,
        &[
            "could not read conversation 1",
            "duplicate field `messages`",
        ],
    );
}

#[test]
fn a_byte_order_mark_is_no_garbage() {
    let saved = include_str!("../../fixtures/boost-export.json");
    let plain = convexport("boost --input - -f jsonl").stdin(saved).stdout();
    let marked = format!("\u{feff}{saved}");
    let read = convexport("boost --input - -f jsonl")
        .stdin(&marked)
        .stdout();
    assert_eq!(read, plain);
    let again = convexport("render - -f jsonl").stdin(&format!("\u{feff}{plain}"));
    assert_eq!(again.stdout(), plain);
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
    for fault in [
        BoostFault::ResetAfter(6),
        BoostFault::CloseAfter(6),
        BoostFault::StallAfter(6),
        BoostFault::EndAfter(6),
    ] {
        stays(&fault, 6, &["after 6 of 20 conversations"]);
    }
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
        let fake = fake_with(When::Always, fault);
        assert_eq!(boost(&fake, "--since 2026-01-01").run().code, 3);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_stream_that_broke_is_started_again_and_nothing_is_written_twice() {
    for fault in [
        BoostFault::ResetAfter(6),
        BoostFault::CloseAfter(6),
        BoostFault::EndAfter(6),
        BoostFault::StallAfter(6),
        BoostFault::CutGzip(8),
        BoostFault::BadGzipCrc,
        BoostFault::NoClosingBracket,
        BoostFault::NoPostQueryInfo,
    ] {
        let fake = fake_with(When::First(2), fault.clone());
        let run = boost(&fake, "--since 2026-01-01 -f jsonl --timeout 1").run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        assert_eq!(conversations(&run), truth(&fake), "{fault:?}");
        assert_eq!(fake.requests().len(), 3, "{fault:?}");
    }
}

#[test]
fn a_conversation_of_another_shape_is_named_and_the_next_is_read() {
    for (fault, why) in [
        (BoostFault::Malformed(3), "expected a sequence"),
        (BoostFault::NotJson(3), "key must be a string"),
    ] {
        let fake = fake_with(When::Always, fault);
        let run = boost(&fake, "--since 2026-01-01 -f jsonl").run();
        let mut all = truth(&fake);
        let lost = all.remove(3);
        let named = format!("could not read conversation {lost}");
        run.ends(
            3,
            &[&named, why, "1 of 20 conversations could not be exported"],
        );
        assert_eq!(conversations(&run), all);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_conversation_without_an_id_is_named_by_its_number() {
    let answer = r#"[{"type":"query_info"},{"type":"conversation","messages":[]},
        {"type":"conversation","id":2,"messages":[{"id":[]}]},{"type":"post_query_info","conversations":2}]"#;
    let run = convexport("boost -f jsonl --input -").stdin(answer).run();
    run.ends(
        3,
        &[
            "could not read conversation number 1: missing field `id`",
            "could not read conversation 2: messages[0]: `id`: expected an id",
            "2 of 2",
        ],
    );
}

#[test]
fn unknown_elements_are_counted_and_said_with_v() {
    let fake = fake_with(When::Always, BoostFault::UnknownBetween);
    let run = boost(&fake, "--since 2026-01-01 -f jsonl -v").run();
    run.ends(
        0,
        &[
            "elements of the unknown type `progress_info`",
            "elements of the unknown type ``",
        ],
    );
    assert_eq!(conversations(&run), truth(&fake));
    assert_eq!(boost(&fake, "--since 2026-01-01 -f jsonl").run().stderr, "");
}

#[test]
fn a_conversation_above_the_limit_is_refused_by_name() {
    let fake = fake_with(
        When::Always,
        BoostFault::Huge {
            after: 2,
            bytes: 3 << 20,
        },
    );
    let run = boost(&fake, "--since 2026-01-01 -f jsonl --max-element 1").run();
    run.ends(
        3,
        &[
            "could not read conversation ",
            "more than the 1048576 of --max-element",
            "1 of 21",
        ],
    );
    assert_eq!(conversations(&run), truth(&fake));
    let raised = boost(&fake, "--since 2026-01-01 -f jsonl --max-element 4").run();
    assert_eq!((raised.code, conversations(&raised).len()), (0, 21));
}

#[test]
fn failures_before_the_stream_are_retried_or_explained() {
    for fault in [
        BoostFault::Status(429),
        BoostFault::Status(500),
        BoostFault::Status(503),
        BoostFault::Reset,
        BoostFault::Hang,
    ] {
        let fake = fake_with(When::First(1), fault.clone());
        let run = boost(&fake, "--since 2026-01-01 -f jsonl --timeout 1").run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        assert_eq!(conversations(&run), truth(&fake), "{fault:?}");
    }
    for (status, code, parts) in [
        (401, 4, ["BOOST_TOKEN or --token-file", "allowlist"]),
        (403, 4, ["token's rights", "allowlist"]),
        (404, 1, ["check --site", "ordered by a test"]),
        (400, 1, ["could not export from", "ordered by a test"]),
    ] {
        let fake = fake_with(When::Always, BoostFault::Status(status));
        boost(&fake, "--since 2026-01-01").run().ends(code, &parts);
        assert_eq!(fake.requests().len(), 1);
    }
    let fake = fake_with(When::Always, BoostFault::Status(503));
    boost(&fake, "--since 2026-01-01 --retries 1")
        .run()
        .ends(5, &["503", "after 2 attempts"]);
    let fake = fake_with(When::Always, BoostFault::Html);
    boost(&fake, "--since 2026-01-01")
        .run()
        .ends(3, &["a web page came instead of JSON"]);
}

#[test]
fn an_error_object_under_200_is_shown() {
    let run = convexport("boost --input -")
        .stdin(r#"{"type":"error","message":"The range is too long."}"#)
        .run();
    run.ends(3, &["boost.ai reports an error: The range is too long."]);
    convexport("boost --input -")
        .stdin("")
        .run()
        .ends(3, &["ended before its closing `]`"]);
    convexport("boost --input -")
        .stdin("42")
        .run()
        .ends(3, &["it is no JSON array"]);
}
