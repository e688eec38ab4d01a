//! What the site is asked: the flags, the query file, and what is refused before.

use std::fs;

use serde_json::{Value, json};

use super::site;
use crate::support::fake::Fake;
use crate::support::{boost, convexport};

fn body(fake: &Fake) -> Value {
    fake.requests().last().expect("a request").json()
}

#[test]
fn the_request_is_made_of_the_flags() {
    let fake = site(3);
    boost(
        &fake,
        "--since 2026-01-01T00:30:00+02:00 --until 2026-12-01 -f jsonl",
    )
    .stdout();
    assert_eq!(
        body(&fake),
        json!({"from": "2025-12-31T22:30:00+00:00", "to": "2026-12-01T00:00:00+00:00"})
    );
    let first = &fake.requests()[0];
    assert_eq!(first.line(), "POST /api/export/v3");
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(
        first
            .header("authorization")
            .map(|value| value.starts_with("Bearer ")),
        Some(true)
    );

    let args = "--from 2026-01-01 --to 2026-12-01 --conversation 1000002 --conversation 1000003 --action-id 7 --action-id 8 \
                --api-status ok --environment live --only-masked -q";
    boost(&fake, args)
        .arg("--filter")
        .arg("labels=[\"Perfect Match\"]")
        .stdout();
    let expected = json!({
        "from": "2026-01-01T00:00:00+00:00", "to": "2026-12-01T00:00:00+00:00",
        "conversation_ids": [1_000_002, 1_000_003], "action_ids": [7, 8], "api_status": "ok", "environment": "live",
        "only_masked": true, "labels": ["Perfect Match"],
    });
    assert_eq!(body(&fake), expected);

    boost(&fake, "--since 2026-01-01").stdout();
    let to: String = body(&fake)["to"].as_str().unwrap().to_owned();
    assert!(
        to.as_str() > "2026-11-01" && to.ends_with("+00:00"),
        "{to} is about now"
    );
    boost(&fake, "--conversation 1000002 -f jsonl").stdout();
    assert_eq!(
        body(&fake)["from"],
        "2000-01-01T00:00:00+00:00",
        "ids alone mean whenever"
    );
}

#[test]
fn flags_win_over_the_query_file() {
    let fake = site(3);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("query.json");
    fs::write(
        &file,
        r#"{"from":"2020-05-27","to":"2026-12-01","environment":"test","beta":{"b":1,"a":2}}"#,
    )
    .unwrap();
    boost(&fake, "--environment live --since 2026-01-01 --query")
        .arg(&file)
        .stdout();
    let expected = json!({
        "from": "2026-01-01T00:00:00+00:00", "to": "2026-12-01", "environment": "live", "beta": {"b": 1, "a": 2}});
    assert_eq!(body(&fake), expected);
    fs::write(&file, "[]").unwrap();
    boost(&fake, "--query")
        .arg(&file)
        .run()
        .ends(2, &["query.json is no JSON object"]);
    fs::write(&file, "{").unwrap();
    boost(&fake, "--query")
        .arg(&file)
        .run()
        .ends(2, &["query.json is no JSON"]);
}

#[test]
fn wrong_requests_are_usage_errors() {
    let fake = site(1);
    let refused = |args: &str, parts: &[&str]| boost(&fake, args).run().ends(2, parts);
    refused("", &["no range", "--since"]);
    refused(
        "--since 7d --filter environment=\"live\" --environment live",
        &["the filter environment is given twice"],
    );
    refused(
        "--since 7d --filter a=1 --filter a=2",
        &["the filter a is given twice"],
    );
    refused(
        "--since 7d --filter a=live",
        &["--filter", "no JSON", "needs its quotes"],
    );
    refused("--since 7d --filter from=1", &["--since and --until"]);
    refused(
        "--since 7d --conversation abc",
        &["--conversation abc", "whole numbers"],
    );
    refused("--since 2d --until 3d", &["--since is not before --until"]);
    refused("--input x --since 7d", &["--input", "cannot be used with"]);
    refused("--since 7d --max-element 0", &["--max-element"]);
    boost(&fake, "--since 7d")
        .without_env("BOOST_SITE")
        .run()
        .ends(2, &["no site", "--site", "BOOST_SITE"]);
    boost(&fake, "--since 7d")
        .env("BOOST_SITE", "a/b")
        .run()
        .ends(2, &["`a/b` is no site"]);
    boost(&fake, "--since 7d")
        .env("BOOST_SITE", "http://x.boost.ai")
        .run()
        .ends(2, &["in the clear"]);
    boost(&fake, "--since 7d")
        .without_env("BOOST_TOKEN")
        .run()
        .ends(2, &["no access token", "BOOST_TOKEN", "--token-file"]);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn a_name_is_a_host_of_the_vendor() {
    let run =
        convexport("boost --site no-such-site-here --since 7d --retries 0").env("BOOST_TOKEN", "t");
    // A proxy that is not there shows where the request would have gone, without asking any name server.
    let run = run.env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    run.ends(
        5,
        &["could not export from https://no-such-site-here.boost.ai"],
    );
}

/// A filter that matches nothing says so. What there is instead, the site does not tell.
#[test]
fn a_filter_that_matches_nothing_says_so() {
    let fake = site(10);
    let range = "--since 2026-01-01 --until 2026-12-01";
    let run = |args: &str| boost(&fake, range).args(args).run();
    let said = r#"warning: no conversation from "2026-01-01T00:00:00+00:00" to "2026-12-01T00:00:00+00:00" matches the filters "#;
    for (args, filters) in [
        ("--environment lvie", r#"{"environment":"lvie"}"#),
        (
            "--environment lvie --only-masked",
            r#"{"environment":"lvie","only_masked":true}"#,
        ),
        ("--conversation 7", r#"{"conversation_ids":[7]}"#),
        (
            "--environment lvie --parallel-windows 2",
            r#"{"environment":"lvie"}"#,
        ),
    ] {
        let run = run(args);
        run.ends(0, &[&format!("{said}{filters}\n")]);
        assert_eq!(
            (run.stdout.as_str(), run.stderr.lines().count()),
            ("", 1),
            "{args}"
        );
    }
    assert_eq!(run("--environment live").stderr, "");
    // An empty range is no filter that may be misspelt.
    assert_eq!(
        boost(&fake, "--since 2020-01-01 --until 2020-02-01").stdout(),
        ""
    );

    let folder = tempfile::tempdir().unwrap();
    let archive = || {
        let run = boost(
            &fake,
            "--since 2026-01-01 --environment lvie --archive a.db",
        );
        run.within(folder.path()).run().stderr
    };
    assert!(
        archive().contains("matches the filters"),
        "the first run says it"
    );
    assert_eq!(archive(), "");
}
