//! What is asked of boost.ai, and what its conversations become.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::fake::{Fake, World};
use crate::support::{boost, convexport, ids, records};

/// A site with this many conversations of four messages, all with a user's interaction.
fn site(conversations: usize) -> Fake {
    Fake::start(World::new().with_boost(conversations, |_| 4))
}

/// The ids of the site's conversations in its own order.
fn truth(fake: &Fake) -> Vec<String> {
    fake.world()
        .boost
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect()
}

fn conversations(jsonl: &str) -> Vec<String> {
    ids(&records(jsonl)).into_iter().map(|(id, _)| id).collect()
}

fn body(fake: &Fake) -> Value {
    fake.requests().last().expect("a request").json()
}

#[test]
fn the_vendors_example_is_read_as_a_person_would() {
    let expected = "\
=== 1000001 · 5 messages ===

Bot: Hi!
  What can I help you with?
at 2021-01-28 16:20:48 +00:00

User: Show me all content.
at 2021-01-28 16:20:52 +00:00

Bot: Here's all kinds of content:
  image: <image URL>
  video: <video URL>
  {\"some\":\"json\"}
  Action buttons / Boost.AI (https://www.frankenthalerfoundation.org) / Api arrays / Named api arrays / JSON
at 2021-01-28 16:20:52 +00:00

User: Action buttons
at 2021-01-28 16:20:59 +00:00

Bot: Action button reply: More buttons
at 2021-01-28 16:20:59 +00:00
";
    assert_eq!(
        convexport("boost --input tests/fixtures/boost-export.json").stdout(),
        expected
    );
}

#[test]
fn the_shape_is_the_documented_one() {
    let out = convexport("boost --input tests/fixtures/boost-export.json -f jsonl").stdout();
    assert_eq!(out.lines().count(), 1);
    let record = &records(&out)[0];
    let sample: Value =
        serde_json::from_str(include_str!("../../fixtures/boost-export.json")).unwrap();
    let mut theirs = sample[1].clone();
    let messages = theirs.as_object_mut().unwrap().remove("messages").unwrap();
    assert_eq!(record["raw"], theirs);
    assert_eq!(record["source"], "boost");
    assert_eq!(record["id"], "1000001");
    assert_eq!(record["created_at"], "2021-01-28T16:20:48.812727Z");
    assert_eq!(record["updated_at"], "2021-01-28T16:20:59.324965Z");
    assert_eq!(
        (&record["channel"], &record["tags"]),
        (&Value::Null, &json!({}))
    );
    let found = record["messages"].as_array().unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[1]["raw"], messages[1]);
    assert_eq!(found[3]["raw"], messages[3]["button_clicked"]);
    let mut click = found[3].clone();
    click.as_object_mut().unwrap().remove("raw");
    let expected = json!({
        "id": "1000006:click", "created_at": "2021-01-28T16:20:59.324965Z", "role": "user", "user_id": null,
        "author": null, "type": "button_click", "text": "Action buttons", "options": [], "attachments": [],
    });
    assert_eq!(click, expected);
    let options = json!([
        {"label": "Action buttons", "value": "7"}, {"label": "Boost.AI", "value": "https://www.frankenthalerfoundation.org"},
        {"label": "Api arrays", "value": "10"}, {"label": "Named api arrays", "value": "11"}, {"label": "JSON", "value": "12"}]);
    assert_eq!(found[2]["options"], options);
    let attachments = json!([
        {"type": "image", "url": "<image URL>", "title": null}, {"type": "video", "url": "<video URL>", "title": null}]);
    assert_eq!(found[2]["attachments"], attachments);
}

/// The transcript of a saved answer with one conversation of these messages, without its header.
fn shown(messages: &Value) -> String {
    let talk = json!({"type": "conversation", "id": "t", "time": {}, "messages": messages});
    let info = |kind: &str| json!({"type": kind, "conversations": 1});
    let answer = json!([info("query_info"), talk, info("post_query_info")]);
    let out = convexport("boost --input -")
        .stdin(&answer.to_string())
        .stdout();
    out.split_once("===\n\n")
        .expect("a header")
        .1
        .replace("\nat an unknown time\n", "")
}

#[test]
fn every_content_part_has_its_words() {
    let part = |part: Value| shown(&json!([{"id": 1, "type": "answer", "content": [part]}]));
    let html = "<p>See <a href=\"https://x/?a=1&amp;b=2\">us</a>:</p><ul><li>One</li><li>Caf&eacute;</li></ul>a<br>b";
    assert_eq!(
        part(json!({"type": "text", "text": html})),
        "Bot: See us (https://x/?a=1&b=2):\n  - One\n  - Café\n  a\n  b"
    );
    assert_eq!(
        part(json!({"type": "html", "html": "<h1>Hi</h1>"})),
        "Bot: Hi"
    );
    assert_eq!(
        part(json!({"type": "ssml", "ssml": "<speak>Hi <break/>you</speak>"})),
        "Bot: Hi you"
    );
    assert_eq!(
        part(json!({"type": "image", "url": "https://x/i"})),
        "Bot: image: https://x/i"
    );
    assert_eq!(
        part(json!({"type": "video", "url": "https://x/v", "video_type": "vimeo"})),
        "Bot: video: https://x/v"
    );
    assert_eq!(
        part(json!({"type": "json", "json": {"a": [1]}})),
        "Bot: {\"a\":[1]}"
    );
    let buttons = json!([{"id": 1, "text": "A"}, {"id": 2, "text": "B", "url": "https://b"}, {"id": 3, "text": "C", "hidden": true}]);
    assert_eq!(
        part(json!({"type": "link", "buttons": buttons})),
        "Bot: A / B (https://b)"
    );
    assert_eq!(
        part(json!({"type": "hologram", "text": 7, "url": [], "buttons": {}})),
        "Bot: Media message of type hologram"
    );
    assert_eq!(part(json!({"type": "text", "text": "<p></p>"})), "Bot: ");
}

#[test]
fn people_bots_and_agents_are_told_apart() {
    let message = |fields: Value| shown(&json!([fields]));
    assert_eq!(
        message(json!({"id": 1, "type": "question", "question": {"input": "<Hi> & bye"}})),
        "User: <Hi> & bye"
    );
    assert_eq!(message(json!({"id": 1, "type": "question"})), "User: ");
    let say = json!([{"type": "text", "text": "Hello"}]);
    let agent = |agent: Value| {
        message(
            json!({"id": "1", "type": "answer", "is_human_chat": true, "human_agent": agent, "content": say}),
        )
    };
    assert_eq!(
        agent(json!({"id": 7, "name": "Kari"})),
        "Agent (Kari): Hello"
    );
    assert_eq!(agent(json!("Kari")), "Agent (Kari): Hello");
    assert_eq!(agent(json!(7)), "Agent: Hello");
    assert_eq!(
        message(json!({"id": 1, "type": "note", "content": say})),
        "System: Hello"
    );
    let human_asks =
        json!({"id": 1, "type": "question", "is_human_chat": true, "question": {"input": "You?"}});
    assert_eq!(message(human_asks), "User: You?");
    let click = json!({"id": 1, "type": "answer", "button_clicked": {"id": 9, "text": "Yes"}, "content": say});
    assert_eq!(message(click), "User: Yes\nBot: Hello");
}

#[test]
fn raw_is_verbatim_and_odd_strings_lose_nothing() {
    let talk = r#"{"zeta":1.0,"type":"conversation","id":12345678901234567890123,"e":1e400,"messages":[{"b":"\u00e9","id":"x","type":"question","question":{"input":"half \ud83d, whole \ud83d\ude00"},"a":[1.50]}],"last":[]}"#;
    let answer = format!(
        r#"[{{"type":"query_info"}},{talk},{{"type":"post_query_info","conversations":1}}]"#
    );
    let out = convexport("boost --input - -f jsonl")
        .stdin(&answer)
        .stdout();
    let message = talk
        .split_once("\"messages\":[")
        .unwrap()
        .1
        .split_once("],\"last\"")
        .unwrap()
        .0;
    assert!(out.contains(&format!("\"raw\":{message}")), "{out}");
    assert!(out.ends_with("\"raw\":{\"zeta\":1.0,\"type\":\"conversation\",\"id\":12345678901234567890123,\"e\":1e400,\"last\":[]}}\n"), "{out}");
    assert!(
        out.contains("\"text\":\"half \u{fffd}, whole 😀\""),
        "{out}"
    );
    let bare = convexport("boost --input - -f jsonl --no-raw")
        .stdin(&answer)
        .stdout();
    assert!(!bare.contains("raw"), "{bare}");
}

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
                --api-status ok --environment live --only-masked";
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

#[test]
fn client_credentials_get_a_token() {
    let fake = site(3);
    let (id, secret) = {
        let boost = &fake.world().boost;
        (boost.client_id.clone(), boost.client_secret.clone())
    };
    let token_url = format!("{}/oauth/token", fake.url());
    let run = |secret: &str| {
        boost(&fake, "--since 2026-01-01 -f jsonl -v --token-url")
            .arg(&token_url)
            .env("BOOST_CLIENT_ID", &id)
            .env("BOOST_CLIENT_SECRET", secret)
            .without_env("BOOST_TOKEN")
    };
    let good = run(&secret).run();
    assert_eq!((good.code, conversations(&good.stdout)), (0, truth(&fake)));
    assert!(!good.stderr.contains(&secret) && !good.stderr.contains("Bearer"));
    let asked = &fake.requests()[0];
    assert_eq!(asked.path, "/oauth/token");
    assert!(String::from_utf8_lossy(&asked.body).contains("scope=export%3Av3"));
    run("wrong-secret").run().ends(
        4,
        &["could not get a token for client", "401", "client secret"],
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    fs::write(&file, &secret).unwrap();
    let from_file = run("unused").arg("--client-secret-file").arg(&file).run();
    assert_eq!(from_file.code, 0, "{}", from_file.stderr);
    let without = boost(&fake, "--since 7d --client-id c").run();
    without.ends(2, &["--client-id needs --token-url"]);
    let no_secret = boost(&fake, "--since 7d --client-id c --token-url")
        .arg(&token_url)
        .run();
    no_secret.ends(
        2,
        &[
            "no client secret",
            "BOOST_CLIENT_SECRET",
            "--client-secret-file",
        ],
    );
}

#[test]
fn a_saved_answer_needs_no_network() {
    let fake = site(20);
    let plain = boost(&fake, "--since 2026-01-01 -f jsonl").stdout();
    let saved = {
        fake.world().boost.gzip = false;
        let body = r#"{"from":"2026-01-01","to":"2027-01-01"}"#;
        let token = fake.world().boost.token.clone();
        let mut socket =
            std::net::TcpStream::connect(fake.url().trim_start_matches("http://")).unwrap();
        write!(socket, "POST /api/export/v3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n\
            Authorization: Bearer {token}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        unchunked(socket)
    };
    let folder = tempfile::tempdir().unwrap();
    let (text, gzip) = (
        folder.path().join("saved.json"),
        folder.path().join("saved.json.gz"),
    );
    fs::write(&text, &saved).unwrap();
    let mut packer = flate2::write::GzEncoder::new(
        fs::File::create(&gzip).unwrap(),
        flate2::Compression::fast(),
    );
    packer.write_all(&saved).unwrap();
    packer.finish().unwrap();
    for file in [&text, &gzip] {
        let out = convexport("boost -f jsonl --input").arg(file).stdout();
        assert_eq!(out, plain);
    }
    let piped = convexport("boost -f jsonl --input -")
        .stdin(std::str::from_utf8(&saved).unwrap())
        .stdout();
    assert_eq!(piped, plain);
    let limited = convexport("boost -f jsonl --limit 3 --input")
        .arg(&gzip)
        .stdout();
    assert_eq!(conversations(&limited), truth(&fake)[..3]);
    convexport("boost --input nowhere.json")
        .run()
        .ends(1, &["could not read nowhere.json", "No such file"]);
}

/// The body of a chunked answer.
fn unchunked(mut socket: std::net::TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut socket, &mut bytes).unwrap();
    let head = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    let (mut rest, mut body) = (&bytes[head..], Vec::new());
    while let Some(end) = rest.windows(2).position(|window| window == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        body.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[(end + size + 4).min(rest.len())..];
    }
    body
}

#[test]
fn a_limit_ends_the_stream_early() {
    let fake = site(500);
    let out = boost(&fake, "--since 2026-01-01 -f json --limit 7").stdout();
    let found: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(found.len(), 7);
}

#[test]
fn help_says_which_time_is_meant() {
    let help = convexport("boost -h")
        .env("BOOST_TOKEN", "s3cr3t")
        .env("BOOST_CLIENT_SECRET", "s3cr3t")
        .stdout();
    assert!(
        help.contains("with an end-user interaction at or after WHEN"),
        "{help}"
    );
    assert!(
        help.contains("BOOST_TOKEN") && !help.contains("s3cr3t"),
        "{help}"
    );
}
