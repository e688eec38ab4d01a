//! Every way in which a stream of v4 can break. It has no count, so a closed array is all that shows that it is whole.

use super::site;
use crate::source::boost::{conversations, truth};
use crate::support::fake::{Action, BoostFault, Fake, Rule, When};
use crate::support::{boost, convexport, records, side_by_side, summary};

const ALL: usize = 20;
const RUN: &str = "--api v4 --since 2026-01-01 -f jsonl --timeout 2";

fn site_with(when: When, fault: BoostFault) -> Fake {
    let fake = site(ALL);
    fake.world().boost.fault(when, fault);
    fake
}

/// A fault that stays: what came before it is written, and nothing says that this is all.
#[test]
fn a_broken_stream_is_never_whole() {
    let cases = [
        (BoostFault::ErrorAfter(5), 5, "boost.ai reports an error"),
        (
            BoostFault::NoClosingBracket,
            ALL,
            "ended before its closing `]`",
        ),
        (BoostFault::CutGzip(8), ALL, "the gzip stream was cut off"),
        (BoostFault::BadGzipCrc, ALL, "checksum"),
        (BoostFault::ResetAfter(6), 6, "after 6 conversations"),
        (BoostFault::CloseAfter(6), 6, "after 6 conversations"),
        (BoostFault::StallAfter(6), 6, "after 6 conversations"),
        (BoostFault::EndAfter(6), 6, "after 6 conversations"),
        (BoostFault::EndAfter(ALL), ALL, "after 20 conversations"),
        (BoostFault::GarbageAfter(4), 4, "damaged"),
        (
            BoostFault::Trailing(" and more".to_owned()),
            ALL,
            "garbage in it: `a`",
        ),
        (BoostFault::Html, 0, "a web page came instead of JSON"),
        // Should it tell a count one day, the count has to be right.
        (
            BoostFault::WrongCount(21),
            ALL,
            "says that it sent 21 conversations",
        ),
    ];
    side_by_side(cases, |(fault, written, part)| {
        let fake = site_with(When::Always, fault.clone());
        let folder = tempfile::tempdir().unwrap();
        let run = boost(&fake, RUN)
            .args("--retries 1 --summary summary.json")
            .within(folder.path())
            .run();
        run.ends(3, &[part]);
        assert_eq!(
            conversations(&run.stdout),
            truth(&fake)[..written],
            "{fault:?}"
        );
        let summary = summary(folder.path());
        assert_eq!(
            (&summary["complete"], &summary["proof"]),
            (&false.into(), &().into())
        );
    });
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
        BoostFault::Status(503),
        BoostFault::Status(429),
        BoostFault::Reset,
    ];
    side_by_side(faults, |fault| {
        let fake = site_with(When::First(2), fault.clone());
        let run = boost(&fake, RUN).run();
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{fault:?}");
        assert_eq!(conversations(&run.stdout), truth(&fake), "{fault:?}");
        assert_eq!(fake.asked_for("/api/export/v4.json"), 3, "{fault:?}");
    });
}

#[test]
fn a_token_that_ends_in_the_middle_is_a_refusal() {
    let fake = site(ALL);
    {
        let boost = &mut fake.world().boost;
        boost.fault(When::First(1), BoostFault::ResetAfter(6));
        boost.fault(When::Nth(2), BoostFault::Status(401));
    }
    let run = boost(&fake, RUN).run();
    run.ends(4, &["401", "BOOST_TOKEN"]);
    assert_eq!(conversations(&run.stdout), truth(&fake)[..6]);
}

#[test]
fn the_first_byte_may_take_long() {
    let fake = site(3);
    fake.world().latency = std::time::Duration::from_millis(2500);
    let run = boost(
        &fake,
        "--api v4 --since 2026-01-01 -f jsonl --timeout 1 --retries 0",
    )
    .run();
    // The names have the usual timeout.
    run.ends(0, &["warning: the names of"]);
    assert_eq!(conversations(&run.stdout), truth(&fake));
}

#[test]
fn odd_elements_are_named_or_counted() {
    let fake = site_with(When::Always, BoostFault::Malformed(3));
    let run = boost(&fake, RUN).run();
    run.ends(
        3,
        &["was not tried against the live service: docs/boost.md says how to report"],
    );
    let mut all = truth(&fake);
    let lost = all.remove(3);
    run.ends(
        3,
        &[
            &format!("could not read conversation {lost}"),
            "1 of 20 conversations",
        ],
    );
    assert_eq!(conversations(&run.stdout), all);

    let fake = site_with(When::Always, BoostFault::UnknownBetween);
    let run = boost(&fake, RUN).args("-v").run();
    run.ends(0, &["elements of the unknown type `progress_info`"]);
    assert_eq!(conversations(&run.stdout), truth(&fake));

    let huge = BoostFault::Huge {
        after: 2,
        bytes: 3 << 20,
    };
    let fake = site_with(When::Always, huge);
    let run = boost(&fake, RUN).args("--max-element 1").run();
    run.ends(3, &["could not read conversation 9999990", "--max-element"]);
    assert_eq!(conversations(&run.stdout), truth(&fake));
}

/// What the site does not take, or answers otherwise, is to be reported.
#[test]
fn the_errors_say_how_to_report_what_differs() {
    let report = "was not tried against the live service: docs/boost.md says how to report";
    for (status, code) in [(400, 1), (405, 1)] {
        let fake = site_with(When::Always, BoostFault::Status(status));
        boost(&fake, RUN)
            .run()
            .ends(code, &[report, &status.to_string()]);
    }
    let fake = site_with(When::Always, BoostFault::Html);
    boost(&fake, RUN).run().ends(3, &[report]);
    // A connection that breaks is no difference.
    let fake = site_with(When::Always, BoostFault::ResetAfter(2));
    let run = boost(&fake, RUN).args("--retries 0").run();
    assert!(!run.stderr.contains(report), "{}", run.stderr);
}

/// An error may come in another shape than v3's, in the place of one conversation or of all the rest.
#[test]
fn an_error_of_another_shape_is_one() {
    let read = |error: &str| {
        let talk = r#"{"id":1,"sessions":[]}"#;
        let answer = format!("[{talk},{error},{}]", talk.replace('1', "3"));
        convexport("boost --input - -f jsonl").stdin(&answer).run()
    };
    for error in [
        r#"{"error":"the query timed out"}"#,
        r#"{"message":"the query timed out","code":5}"#,
        r#"{"detail":"the query timed out"}"#,
    ] {
        let run = read(error);
        run.ends(
            3,
            &[
                "boost.ai reports an error: the query timed out",
                "after 1 conversation)",
            ],
        );
        assert_eq!(records(&run.stdout).len(), 1);
    }
    // One may come instead of the array.
    let alone = convexport("boost --input - -f jsonl").stdin(r#"{"error":"no such range"}"#);
    let report = "boost.ai reports an error: no such range";
    alone.run().ends(3, &[report]);
    let run = read(r#"{"id":2,"error":"too old"}"#);
    run.ends(
        3,
        &["could not read conversation 2: boost.ai reports an error: too old"],
    );
    assert_eq!(records(&run.stdout).len(), 2);
}

/// v4 is taken as whole when its array is closed. v3 is not.
#[test]
fn the_summary_says_what_complete_rests_on() {
    let folder = tempfile::tempdir().unwrap();
    let proof = |fake: &Fake, args: &str| {
        let run = boost(fake, "--since 2026-01-01 -f jsonl --summary summary.json");
        let run = run.args(args).within(folder.path()).run();
        assert_eq!(run.code, 0, "{}", run.stderr);
        let summary = summary(folder.path());
        (summary["complete"].clone(), summary["proof"].clone())
    };
    let fake = site(3);
    fake.world().boost.speak(&["v3", "v4"]);
    assert_eq!(proof(&fake, ""), (true.into(), "count".into()));
    assert_eq!(
        proof(&fake, "--api v4"),
        (true.into(), "array closed".into())
    );
    assert_eq!(
        proof(&fake, "--api v4 --parallel-windows 2"),
        (true.into(), "array closed".into())
    );
    assert_eq!(proof(&fake, "--api v4 --limit 1"), (true.into(), ().into()));
    // An empty site has an empty array.
    fake.world().boost.conversations.clear();
    assert_eq!(
        proof(&fake, "--api v4"),
        (true.into(), "array closed".into())
    );
    fake.world()
        .boost
        .fault(When::Always, BoostFault::NoPostQueryInfo);
    let v3 = boost(&fake, "--since 2026-01-01 -f jsonl --retries 0").run();
    v3.ends(3, &["without its closing post_query_info"]);
    convexport("boost --input -")
        .stdin("[]")
        .run()
        .ends(3, &["post_query_info"]);
}

/// A list of names that fails costs its names.
#[test]
fn names_that_fail_cost_the_names() {
    let fake = site(ALL);
    fake.world()
        .faults
        .push(Rule::on("/api/export/v4/skills/").answer(Action::Status(500)));
    let run = boost(&fake, RUN).args("--retries 1").run();
    run.ends(
        0,
        &[
            "warning: the names of skills are missing, and their ids stand instead",
            "500",
        ],
    );
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert_eq!(conversations(&run.stdout), truth(&fake));
    assert_eq!(
        fake.asked_for("/api/export/v4/skills/"),
        2,
        "once per run, with one retry"
    );
}
