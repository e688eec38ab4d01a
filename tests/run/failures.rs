//! What goes wrong for good: what is said, what is still written, and the exit code.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress, convexport, ids, records, truth};

fn fake_with(rule: Rule) -> Fake {
    Fake::start(World::with_conversations(30, |_| 3).rule(rule))
}

#[test]
fn a_missing_bot_or_token_is_a_usage_error() {
    let fake = Fake::start(World::new());
    let bot = ["no bot", "--bot-id", "BP_BOT_ID"];
    botpress(&fake, "")
        .without_env("BP_BOT_ID")
        .run()
        .ends(2, &bot);
    botpress(&fake, "")
        .env("BP_BOT_ID", " ")
        .run()
        .ends(2, &bot);
    let token = ["no access token", "BP_TOKEN", "--token-file"];
    botpress(&fake, "")
        .without_env("BP_TOKEN")
        .run()
        .ends(2, &token);
    botpress(&fake, "")
        .env("BP_TOKEN", "")
        .run()
        .ends(2, &token);
    botpress(&fake, "--token-file -")
        .stdin(" \n")
        .run()
        .ends(2, &["the access token's file - is empty"]);
    let two = botpress(&fake, "")
        .env("BP_TOKEN", "Bearer secret-thing")
        .run();
    two.ends(
        2,
        &["BP_TOKEN holds no access token", "the access token alone"],
    );
    assert!(!two.stderr.contains("secret-thing"));
    botpress(&fake, "--token-file nowhere")
        .run()
        .ends(1, &["could not read the access token's file nowhere"]);
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn a_refused_token_says_what_to_check() {
    let fake = Fake::start(World::with_conversations(2, |_| 1));
    let run = botpress(&fake, "").env("BP_TOKEN", "expired-token").run();
    run.ends(
        4,
        &[
            "could not list the conversations of bot",
            "401",
            "Unauthorized",
            "check BP_TOKEN or --token-file",
        ],
    );
    assert!(!run.stderr.contains("expired-token"));
    assert_eq!(fake.requests().len(), 1, "no retry helps");
}

#[test]
fn statuses_have_their_advice() {
    for (status, code, advice) in [
        (403, 4, "may read this bot"),
        (402, 1, "billing"),
        (404, 1, "check --bot-id"),
        (400, 1, "InvalidQuery"),
    ] {
        let fake = fake_with(Rule::path("/v1/chat/conversations").answer(Action::Status(status)));
        botpress(&fake, "")
            .run()
            .ends(code, &[&status.to_string(), advice, "ordered by a test"]);
        assert_eq!(fake.requests().len(), 1);
    }
}

#[test]
fn a_refusal_in_the_middle_ends_the_run() {
    let fake = fake_with(Rule::on("/messages").nth(10).answer(Action::Status(401)));
    let run = botpress(&fake, "-f jsonl --concurrency 1").run();
    run.ends(4, &["could not read the messages of conversation", "401"]);
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world())[..9]);
}

#[test]
fn a_web_page_is_no_answer() {
    let fake = fake_with(Rule::path("/v1/chat/conversations").answer(Action::Html));
    botpress(&fake, "")
        .run()
        .ends(1, &["a web page came instead of JSON", "base address"]);
}

#[test]
fn another_shape_names_the_field() {
    let page = |body: &str| {
        let fake =
            fake_with(Rule::path("/v1/chat/conversations").answer(Action::Body(body.to_owned())));
        botpress(&fake, "").run()
    };
    page(r#"{"conversations":[]}"#).ends(1, &["not what the API promises", "missing field `meta`"]);
    page(r#"{"meta":{},"conversations":{}}"#).ends(1, &["`conversations`", "expected a sequence"]);
    page(r#"{"meta":{"nextToken":7},"conversations":[]}"#)
        .ends(1, &["`meta.nextToken`", "expected a string"]);
    page(r#"{"meta":{},"conversations":[{"id":"x","createdAt":"soon"}]}"#).ends(
        3,
        &[
            "could not read conversation x of the list",
            "`createdAt`",
            "`soon` is not an RFC 3339 time",
        ],
    );
}

#[test]
fn a_message_of_another_shape_costs_its_conversation_alone() {
    let bad = r#"{"messages":[{"id":"m","createdAt":[],"type":"text"}],"meta":{}}"#;
    let fake = fake_with(
        Rule::on("/messages")
            .nth(5)
            .answer(Action::Body(bad.to_owned())),
    );
    let run = botpress(&fake, "-f jsonl --concurrency 1").run();
    let mut all = truth(&fake.world());
    let (lost, _) = all.remove(4);
    run.ends(
        3,
        &[
            &format!("could not read the messages of conversation {lost}"),
            "`createdAt`",
            "1 of 30",
        ],
    );
    assert_eq!(ids(&records(&run.stdout)), all);
}

#[test]
fn a_list_without_end_is_an_error_that_names_the_call() {
    let fake = Fake::start(
        World::with_conversations(70, |_| 1).rule(
            Rule::on("/conversations?nextToken")
                .nth(2)
                .answer(Action::LoopToken),
        ),
    );
    let run = botpress(&fake, "-f jsonl").run();
    run.ends(
        1,
        &[
            "could not list the conversations",
            "same nextToken twice",
            "GET /v1/chat/conversations",
        ],
    );
    assert_eq!(
        ids(&records(&run.stdout)),
        truth(&fake.world())[..60],
        "what was listed is written"
    );
}

#[test]
fn messages_without_end_fail_their_conversation() {
    let world = World::with_conversations(3, |i| if i == 1 { 90 } else { 2 })
        .rule(Rule::on("/messages?").answer(Action::LoopToken));
    let fake = Fake::start(world);
    let run = botpress(&fake, "-f jsonl").run();
    run.ends(
        3,
        &[
            "could not read the messages of conversation",
            "same nextToken twice",
            "GET /v1/chat/messages",
        ],
    );
    assert_eq!(records(&run.stdout).len(), 2);
}

#[test]
fn one_lost_conversation_does_not_stop_the_run() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let mut all = truth(&fake.world());
    let (lost, _) = all.remove(11);
    let rule = Rule::on(&format!("/messages?conversationId={lost}")).answer(Action::Status(500));
    fake.world().faults.push(rule);
    let run = botpress(&fake, "-f jsonl --retries 1").run();
    run.ends(
        3,
        &[
            &lost,
            "500",
            "after 2 attempts",
            "incomplete: 1 of 30 conversations could not be exported",
        ],
    );
    assert_eq!(ids(&records(&run.stdout)), all);
}

#[test]
fn fail_fast_stops_at_the_first() {
    let fake = fake_with(Rule::on("/messages").nth(4).answer(Action::Status(400)));
    let run = botpress(&fake, "-f jsonl --concurrency 1 --fail-fast").run();
    run.ends(1, &["could not read the messages of conversation", "400"]);
    assert_eq!(records(&run.stdout).len(), 3);
}

#[test]
fn a_conversation_deleted_meanwhile_is_no_failure() {
    let fake = fake_with(Rule::on("/messages").nth(6).answer(Action::Vanish));
    let before = truth(&fake.world());
    let run = botpress(&fake, "-f jsonl --concurrency 1").run();
    run.ends(
        0,
        &[&format!("conversation {} is gone", before[5].0), "404"],
    );
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
    let gone = fake_with(Rule::on("/messages").nth(6).answer(Action::Status(410)));
    let quiet = botpress(&gone, "-f jsonl -q").run();
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    assert_eq!(records(&quiet.stdout).len(), 29);
}

#[test]
fn a_page_between_us_and_the_vendor_deletes_nothing() {
    let page = Action::StatusWith {
        code: 404,
        headers: Vec::new(),
        body: "<html>nginx</html>".to_owned(),
    };
    let fake = fake_with(Rule::on("/messages").answer(page));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    std::fs::write(&file, "[1]").unwrap();
    botpress(&fake, "-o")
        .arg(&file)
        .run()
        .ends(3, &["30 of 30 conversations", "404", "a web page"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[1]");
}

#[test]
fn a_list_of_nothing_but_gone_conversations_is_an_error() {
    let fake = fake_with(Rule::on("/messages").answer(Action::Status(404)));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.json");
    std::fs::write(&file, "[1]").unwrap();
    botpress(&fake, "-q -o")
        .arg(&file)
        .run()
        .ends(1, &["all of them are said not to exist"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "[1]");
}

#[test]
fn an_empty_list_of_ids_exports_nothing() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    assert_eq!(
        botpress(&fake, "-f jsonl --conversation -")
            .stdin("\n")
            .stdout(),
        ""
    );
    assert_eq!(fake.requests().len(), 0);
}

#[test]
fn odd_records_cost_themselves_alone_and_odd_fields_nothing() {
    let list = r#"{"meta":{},"conversations":[
        {"id":"a","createdAt":"2026-11-01T10:00:00Z","updatedAt":"","channel":7,"tags":[],"integration":{}},
        {"id":"b","createdAt":null},
        {"createdAt":"2026-11-01T10:00:00Z"},
        {"id":4,"createdAt":"2026-11-01T10:00:00Z"}]}"#;
    let deep = "[".repeat(300) + &"]".repeat(300);
    let messages = format!(
        r#"{{"meta":{{}},"messages":[{{"id":1,"createdAt":"2026-11-01T10:00:00Z","type":"x","userId":[],"direction":1,"payload":{deep}}},
        {{"id":2,"createdAt":"2026-11-01T10:00:00Z","payload":{{"$serde_json::private::RawValue":"x"}}}}]}}"#
    );
    let fake = Fake::start(
        World::new()
            .rule(Rule::path("/v1/chat/conversations").answer(Action::Body(list.to_owned())))
            .rule(Rule::path("/v1/chat/messages").answer(Action::Body(messages))),
    );
    let run = botpress(&fake, "-f jsonl").run();
    run.ends(
        3,
        &[
            "could not read conversation b of the list",
            "could not read conversation without an id",
            "2 of 4",
        ],
    );
    // What serde_json itself cannot hold is in there, so the lines are only looked at.
    let lines: Vec<_> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].contains(r#""id":"a""#) && lines[1].contains(r#""id":"4""#));
    assert!(
        lines
            .iter()
            .all(|line| line.find(r#""id":"2""#) < line.find(r#""id":"1""#))
    );
    assert!(run.stdout.contains(&deep));
}

#[test]
fn many_odd_conversations_do_not_stop_the_run() {
    let bad = r#"{"messages":[{"id":"m","createdAt":null}],"meta":{}}"#;
    let fake = fake_with(
        Rule::on("/messages")
            .first(25)
            .answer(Action::Body(bad.to_owned())),
    );
    let run = botpress(&fake, "-f jsonl --concurrency 1").run();
    run.ends(3, &["25 of 30"]);
    assert_eq!(records(&run.stdout).len(), 5);
}

#[test]
fn one_forbidden_conversation_does_not_stop_the_run() {
    let fake = fake_with(Rule::on("/messages").nth(3).answer(Action::Status(403)));
    botpress(&fake, "-f jsonl")
        .run()
        .ends(3, &["403", "may read this bot", "1 of 30"]);
    let fake = fake_with(Rule::on("/messages").answer(Action::Status(403)));
    botpress(&fake, "-f jsonl")
        .run()
        .ends(4, &["gave up after 20 failures in a row", "403"]);
}

#[test]
fn a_list_that_brings_nothing_new_has_no_end_either() {
    // A page in front of which the same two items stand again, with a token that was never given before.
    let count = std::sync::atomic::AtomicUsize::new(0);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut request = [0; 4096];
            std::io::Read::read(&mut socket, &mut request).unwrap();
            let token = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let body = format!(r#"{{"conversations":[],"meta":{{"nextToken":"{token}"}}}}"#);
            let head = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            std::io::Write::write_all(&mut socket, format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    let fake = Fake::start(World::new());
    let run = botpress(&fake, "").env("BP_API_URL", &url).run();
    run.ends(
        1,
        &[
            "page after page brings nothing new",
            "GET /v1/chat/conversations",
        ],
    );
}

#[test]
fn a_refused_token_is_told_at_once_though_the_list_hangs() {
    let world = World::with_conversations(30, |_| 1)
        .rule(Rule::on("nextToken").answer(Action::Hang))
        .rule(Rule::on("/messages").answer(Action::Status(401)));
    let fake = Fake::start(world);
    let start = std::time::Instant::now();
    botpress(&fake, "--timeout 60").run().ends(4, &["401"]);
    assert!(start.elapsed() < std::time::Duration::from_secs(30));
}

#[test]
fn an_address_carries_no_secret() {
    let at = |url: &str| {
        convexport("botpress --bot-id b --base-url")
            .arg(url)
            .env("BP_TOKEN", "t")
            .run()
    };
    for url in [
        "https://u:sekret@example.com",
        "https://example.com/?key=sekret",
        "https://example.com/#sekret",
    ] {
        let run = at(url);
        run.ends(2, &["example.com", "give it without"]);
        assert!(!run.stderr.contains("sekret"));
    }
}

#[test]
fn an_empty_address_is_none() {
    let run = convexport("botpress --retries 0 --timeout 5")
        .env("BP_API_URL", "")
        .env("BP_TOKEN", "t")
        .env("BP_BOT_ID", "b");
    let run = run.env("HTTPS_PROXY", "http://127.0.0.1:9").run();
    run.ends(5, &["could not list the conversations of bot b"]);
}

#[test]
fn names_that_an_address_cannot_carry_are_refused() {
    let fake = Fake::start(bot_with(&[]));
    let run = botpress(&fake, "--conversation").arg("a\tb").run();
    run.ends(3, &["can be no id or name"]);
    botpress(&fake, "-f jsonl --with-state ..")
        .run()
        .ends(3, &["can be no id or name"]);
    assert!(
        fake.requests()
            .iter()
            .all(|request| request.path == "/v1/chat/conversations"
                || request.path == "/v1/chat/messages")
    );
}

#[test]
fn another_conversation_than_the_one_asked_for_is_not_taken() {
    let other = r#"{"conversation":{"id":"other","createdAt":"2026-11-01T10:00:00Z"}}"#;
    let fake = fake_with(Rule::on("/conversations/").answer(Action::Body(other.to_owned())));
    botpress(&fake, "--conversation mine").run().ends(
        3,
        &["asked for conversation mine, the API answered with other"],
    );
}

#[test]
fn ids_that_are_all_unknown_are_an_error() {
    let fake = Fake::start(World::with_conversations(3, |_| 1));
    let run = botpress(&fake, "--conversation typo").run();
    run.ends(
        1,
        &[
            "conversation typo is gone",
            "none of the conversations asked for was found",
        ],
    );
}

#[test]
fn a_dead_api_is_given_up() {
    let fake = Fake::start(
        World::with_conversations(200, |_| 1)
            .rule(Rule::on("/messages").answer(Action::Status(503))),
    );
    let run = botpress(&fake, "--retries 0").run();
    run.ends(5, &["gave up after 20 failures in a row", "503"]);
    let asked = fake.requests().len();
    assert!(asked < 120, "{asked} requests");
}

#[test]
fn the_network_is_named_when_it_is_away() {
    let run = convexport("botpress --bot-id b --base-url http://127.0.0.1:9 --retries 0")
        .env("BP_TOKEN", "t")
        .run();
    run.ends(
        5,
        &[
            "could not list the conversations of bot b",
            "onnection refused",
        ],
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    let at = |url: &str| {
        convexport("botpress --bot-id b --retries 0 --base-url")
            .arg(url)
            .env("BP_TOKEN", "t")
            .run()
    };
    at("http://api.botpress.cloud").ends(2, &["in the clear", "use https"]);
    at("http://127.0.0.1.example.com").ends(2, &["in the clear"]);
    at("http://localhost.example.com").ends(2, &["in the clear"]);
    at("ftp://x").ends(2, &["expected https://"]);
    at("nonsense").ends(2, &["`nonsense` is not an address"]);
    at("http://[::1]:9").ends(5, &["could not list"]);
}

#[test]
fn no_proxy_sees_a_token_meant_for_this_machine() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let out = botpress(&fake, "-f jsonl").env("HTTP_PROXY", "http://127.0.0.1:9");
    assert_eq!(records(&out.stdout()).len(), 1);
}

#[test]
fn a_redirect_is_not_followed_with_the_token() {
    let other = Fake::start(World::with_conversations(1, |_| 1));
    let target = format!("{}/v1/chat/conversations", other.url());
    let fake = fake_with(Rule::on("/conversations").answer(Action::Redirect(target)));
    botpress(&fake, "")
        .run()
        .ends(1, &["302", "another address"]);
    assert_eq!(other.requests().len(), 0);
}

#[test]
fn a_vendors_words_cannot_write_to_the_terminal() {
    let body =
        "{\"type\":\"Bad\",\"message\":\"\\u001b[2Jgone\\nconvexport: error: forged\"}".to_owned();
    let headers = Vec::new();
    let fake = fake_with(
        Rule::path("/v1/chat/conversations").answer(Action::StatusWith {
            code: 400,
            headers,
            body,
        }),
    );
    let run = botpress(&fake, "").run();
    run.ends(1, &["Bad: \\u001b[2Jgone convexport: error: forged"]);
    assert_eq!(run.stderr.lines().count(), 1);
}

#[test]
fn filters_with_ids_are_refused() {
    let fake = Fake::start(bot_with(&[]));
    botpress(&fake, "--conversation talk --since 7d")
        .run()
        .ends(2, &["--conversation names the conversations"]);
    botpress(&fake, "--since now --until 2d")
        .run()
        .ends(2, &["--since is not before --until"]);
    let both = botpress(&fake, "--conversation - --token-file -").run();
    both.ends(2, &["cannot both read stdin"]);
    assert_eq!(fake.requests().len(), 0);
}
