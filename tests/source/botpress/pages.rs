//! Pages: all of them are read, each conversation once, and a list without an end is noticed.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, ids, records, truth};

#[test]
fn every_message_of_every_conversation_in_order() {
    let fake = Fake::start(World::with_conversations(45, |i| i * 3 % 61));
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
    let first = &fake.requests()[0];
    let bot = fake.world().bot_id.clone();
    assert_eq!(first.header("x-bot-id"), Some(bot.as_str()));
    assert_eq!(
        first.header("authorization"),
        Some("Bearer bp_pat_this_is_not_a_real_token")
    );
    assert_eq!(
        first.header("user-agent"),
        Some(concat!("convexport/", env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(
        first.line(),
        "GET /v1/chat/conversations?sortField=createdAt"
    );
    assert!(fake.requests().iter().all(|request| request.status == 200));
}

#[test]
fn an_empty_bot_is_done() {
    let fake = Fake::start(World::new());
    assert_eq!(botpress(&fake, "").stdout(), "");
    assert_eq!(botpress(&fake, "-f json").stdout(), "[]\n");
}

#[test]
fn a_limit_asks_for_no_page_more() {
    let fake = Fake::start(World::with_conversations(100, |_| 2));
    let out = botpress(&fake, "-f jsonl --limit 40").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world())[..40]);
    let pages = fake
        .requests()
        .iter()
        .filter(|request| request.path.ends_with("/conversations"))
        .count();
    assert_eq!(pages, 2);
}

#[test]
fn an_id_on_two_pages_is_written_once() {
    let world = World::with_conversations(50, |i| 1 + i % 50)
        .rule(Rule::on("nextToken").answer(Action::DuplicateAcrossPages(3)));
    let fake = Fake::start(world);
    let out = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(ids(&records(&out)), truth(&fake.world()));
}

#[test]
fn a_list_without_end_is_an_error_that_names_the_call() {
    let fake = Fake::start(
        World::with_conversations(70, |_| 1)
            .rule(Rule::on("nextToken").nth(2).answer(Action::LoopToken)),
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

/// A server whose list of conversations is this for each request, counted from 0. It says the time of nobody.
fn serve(page: impl Fn(usize) -> String + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for (number, socket) in listener.incoming().enumerate() {
            let mut socket = socket.unwrap();
            let mut request = [0; 4096];
            std::io::Read::read(&mut socket, &mut request).unwrap();
            let body = page(number);
            let head = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            std::io::Write::write_all(&mut socket, format!("{head}{body}").as_bytes()).unwrap();
        }
    });
    url
}

#[test]
fn a_list_that_brings_nothing_new_has_no_end_either() {
    // The same two conversations stand on each page, with a token that was never given before.
    let url = serve(|number| {
        let item = |id| format!(r#"{{"id":"{id}","createdAt":"2026-11-01T10:00:00Z"}}"#);
        let items = [item("a"), item("b")].join(",");
        format!(r#"{{"conversations":[{items}],"meta":{{"nextToken":"{number}"}}}}"#)
    });
    let fake = Fake::start(World::new());
    let run = botpress(&fake, "--list").env("BP_API_URL", &url).run();
    run.ends(
        1,
        &[
            "page after page brings nothing new",
            "GET /v1/chat/conversations",
        ],
    );
}

#[test]
fn many_empty_pages_are_no_list_without_end() {
    let url = serve(|number| {
        let item = r#"{"id":"last","createdAt":"2026-11-01T10:00:00Z"}"#;
        if number < 120 {
            format!(r#"{{"conversations":[],"meta":{{"nextToken":"{number}"}}}}"#)
        } else {
            format!(r#"{{"conversations":[{item}],"meta":{{}}}}"#)
        }
    });
    let fake = Fake::start(World::new());
    let out = botpress(&fake, "--list").env("BP_API_URL", &url).stdout();
    assert_eq!(records(&out)[0]["id"], "last");
}

#[test]
fn a_message_of_another_conversation_is_never_taken() {
    // The server ignores which conversation is asked for.
    let foreign = r#"{"messages":[{"id":"m","createdAt":"2026-11-01T10:00:00Z","conversationId":"other","userId":"u",
        "type":"text","direction":"incoming","payload":{"text":"foreign"},"tags":{}}],"meta":{}}"#;
    let rule = Rule::path("/v1/chat/messages").answer(Action::Body(foreign.to_owned()));
    let fake = Fake::start(World::with_conversations(2, |_| 1).rule(rule));
    let run = botpress(&fake, "-f jsonl").run();
    let ids: Vec<_> = truth(&fake.world()).into_iter().map(|(id, _)| id).collect();
    run.ends(
        3,
        &[
            &format!(
                "the list of messages of conversation {} has a message of conversation other",
                ids[0]
            ),
            &format!(
                "the list of messages of conversation {} has a message of conversation other",
                ids[1]
            ),
            "2 of 2",
        ],
    );
    assert_eq!(run.stdout, "");
}
