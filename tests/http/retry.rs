//! Failures that pass: what is tried again, for how long, and that nothing is lost or doubled by it.

use std::time::Duration;

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, ids, long_tests, records, side_by_side, truth};

#[test]
fn each_passing_failure_is_retried() {
    let ways = [
        Action::Status(408),
        Action::Status(500),
        Action::Status(502),
        Action::Status(503),
        Action::Status(504),
        Action::Reset,
        Action::Close,
        Action::CutBody,
        Action::CutChunked { reset: false },
        Action::CutChunked { reset: true },
        Action::Hang,
        Action::Stall,
        Action::Body("{\"conversations\":[{\"id\":".to_owned()),
    ];
    side_by_side(ways, |way| {
        let world = World::with_conversations(1, |_| 1)
            .rule(Rule::on("/conversations").first(1).answer(way.clone()));
        let fake = Fake::start(world);
        let silent = matches!(way, Action::Hang | Action::Stall);
        let timeout = if silent { "--timeout 1" } else { "" };
        let out = botpress(&fake, "-f jsonl").args(timeout).stdout();
        assert_eq!(ids(&records(&out)), truth(&fake.world()), "{way:?}");
        let asked = fake.asked();
        // On a slow machine more answers than that one may come too late.
        assert!(asked == 3 || silent && asked > 3, "{way:?}: {asked}");
    });
}

#[test]
fn retries_end() {
    let rule = Rule::on("/conversations").answer(Action::Status(503));
    let fake = Fake::start(World::new().rule(rule));
    let run = botpress(&fake, "--retries 2").run();
    run.ends(
        5,
        &[
            "could not list the conversations",
            "503",
            "after 3 attempts",
        ],
    );
    assert_eq!(fake.requests().len(), 3);
}

#[test]
fn a_server_that_asks_for_time_gets_it() {
    let headers = vec![("Retry-After".to_owned(), "1".to_owned())];
    let busy = Action::StatusWith {
        code: 503,
        headers,
        body: String::new(),
    };
    let fake = Fake::start(World::new().rule(Rule::on("/conversations").first(1).answer(busy)));
    botpress(&fake, "").stdout();
    let times: Vec<_> = fake.requests().iter().map(|request| request.at).collect();
    assert!(times[1] >= times[0] + Duration::from_secs(1));
}

/// An address that answers to nobody: a listener whose queue is full.
#[cfg(target_os = "linux")]
#[test]
fn a_connection_is_waited_for_so_long_and_no_longer() {
    let full = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    full.bind(
        &"127.0.0.1:0"
            .parse::<std::net::SocketAddr>()
            .unwrap()
            .into(),
    )
    .unwrap();
    full.listen(0).unwrap();
    let address = full.local_addr().unwrap().as_socket().unwrap();
    let waiting: Vec<_> = (0..8)
        .map(|_| {
            let socket =
                socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
            socket.set_nonblocking(true).unwrap();
            socket.connect(&address.into()).ok();
            socket
        })
        .collect();
    let url = format!("http://{address}");
    let run = botpress(&Fake::start(World::new()), "--retries 0 --timeout 1")
        .env("BP_API_URL", &url)
        .run();
    run.ends(5, &["could not list the conversations"]);
    drop(waiting);
}

/// Every tenth request fails, each time in the next of all ways, and the limiter is tight.
#[test]
fn a_thousand_conversations_through_every_fault() {
    // A thousand take two minutes, nearly all of it in waiting for the limiter.
    let (count, limit, seconds) = if long_tests() {
        (1000, 50, 2)
    } else {
        (120, 150, 1)
    };
    let world = World::with_conversations(count, |i| 1 + i * 7 % 60)
        .limit(limit, Duration::from_secs(seconds))
        .rule(Rule::every_nth_in_all_ways(10));
    let fake = Fake::start(world);
    let run = botpress(&fake, "-f jsonl --timeout 1 --concurrency 16").run();
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world()));
}
