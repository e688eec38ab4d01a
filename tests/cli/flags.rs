//! The command line itself: help, versions, what is refused, and what `-v` and logs say.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, records};

#[test]
fn help_is_for_newcomers_and_shows_no_secret() {
    let help = |args: &str| {
        convexport(args)
            .env("BP_TOKEN", "s3cr3t-t0ken")
            .env("BP_BOT_ID", "my-bot")
            .stdout()
    };
    let top = help("--help");
    assert!(
        top.contains("botpress") && top.contains("Exit codes:"),
        "{top}"
    );
    let (short, long) = (help("botpress -h"), help("botpress --help"));
    assert!(
        long.contains("Examples:") && long.contains("convexport botpress --bot-id ID"),
        "{long}"
    );
    assert!(short.len() < long.len());
    for flag in [
        "--bot-id",
        "--since",
        "--tag",
        "--concurrency",
        "--token-file",
        "--with-users",
        "BP_TOKEN",
    ] {
        assert!(short.contains(flag), "{flag} is not in: {short}");
    }
    assert!(
        short.contains("created at or after"),
        "help says which time is meant"
    );
    for text in [&top, &short, &long] {
        assert!(!text.contains("s3cr3t") && !text.contains("my-bot"));
    }
    assert_eq!(
        convexport("--version").stdout(),
        concat!("convexport ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn wrong_values_name_the_flag_and_what_it_takes() {
    let refused = |args: &str, parts: &[&str]| convexport(args).run().ends(2, parts);
    refused("botpress --since soonish", &["--since", "2026-11-01", "7d"]);
    refused(
        "botpress --timezone Mars/Base",
        &["--timezone", "Europe/Oslo"],
    );
    refused("botpress --time-format %Q", &["--time-format", "strftime"]);
    refused("botpress --tag novalue", &["--tag", "KEY=VALUE"]);
    refused("botpress --concurrency 0", &["--concurrency"]);
    refused("botpress --limit 0", &["--limit"]);
    refused("botpress --timeout -1", &["--timeout"]);
    refused("botpress -f yaml", &["--format", "jsonl"]);
    refused("botpress --time-format %#z", &["--time-format", "strftime"]);
    refused("botpress -q -v", &["cannot be used with"]);
    refused("", &["Usage"]);
}

#[test]
fn flags_that_a_format_cannot_honour_are_refused() {
    let fake = Fake::start(World::new());
    let refused = |args: &str, parts: &[&str]| botpress(&fake, args).run().ends(2, parts);
    refused(
        "-f json --time-format %Y",
        &["--time-format is for transcripts"],
    );
    refused("--no-raw", &["--no-raw", "transcripts"]);
    for format in ["csv", "chat", "markdown"] {
        refused(&format!("-f {format} --no-raw"), &["--no-raw"]);
    }
    for format in ["jsonl", "messages", "csv", "chat"] {
        refused(&format!("-f {format} --time-format %Y"), &["--time-format"]);
    }
    for format in ["text", "markdown", "messages", "csv", "chat"] {
        let args = format!("-f {format} --with-state cart");
        refused(&args, &["--with-state", "json or jsonl"]);
    }
    refused("-f chat --with-users", &["--with-users: chat"]);
    refused("-f messages --excel", &["--excel is for csv"]);
    refused("-f csv --excel=tab", &["--excel", "semicolon"]);
    refused("-f jsonl --system you", &["--system", "are for chat"]);
    refused("--agent-as skip", &["--agent-as", "are for chat"]);
    refused("-f chat --system=", &["--system"]);
    refused(
        "-o x.xlsx",
        &["x.xlsx: there is no format for .xlsx", "-f FORMAT"],
    );
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn times_that_cannot_be_shown_are_refused_before_the_first_request() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    for args in [
        "--time-format %Q",
        "--time-format %",
        "--timezone Mars/Base",
        "--timezone +01:00",
    ] {
        let flag = args.split(' ').next().unwrap();
        botpress(&fake, args).run().ends(2, &[flag]);
        convexport("render -").args(args).run().ends(2, &[flag]);
    }
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn verbose_says_requests_and_retries_without_the_token() {
    let rule = Rule::on("/messages").first(1).answer(Action::Status(502));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(rule));
    let run = botpress(&fake, "-f jsonl -v").run();
    run.ends(
        0,
        &[
            "GET /v1/chat/conversations: 200 in",
            "502",
            "retry 1 of 5 in 0.",
            "1 conversation, 1 message in",
        ],
    );
    assert!(!run.stderr.contains("bp_pat"));
    assert_eq!(records(&run.stdout).len(), 1);
}

#[test]
fn logs_can_be_json() {
    let rule = Rule::on("/messages").answer(Action::Status(400));
    let fake = Fake::start(World::with_conversations(1, |_| 1).rule(rule));
    let run = botpress(&fake, "-f jsonl --log-format json").run();
    let lines: Vec<serde_json::Value> = run
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["level"], "error");
    assert!(
        lines[0]["message"]
            .as_str()
            .unwrap()
            .contains("could not read the messages")
    );
}
