//! What becomes of a run in which conversations fail: what is still written, what is said, and the exit code.

use crate::sink::names;
use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{Convexport, boost, botpress, convexport, fake_with, ids, records, truth};

#[test]
fn a_refusal_in_the_middle_ends_the_run() {
    let fake = fake_with(Rule::on("/messages").nth(10).answer(Action::Status(401)));
    let run = botpress(&fake, "-f jsonl --concurrency 1").run();
    run.ends(4, &["could not read the messages of conversation", "401"]);
    assert_eq!(ids(&records(&run.stdout)), truth(&fake.world())[..9]);
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
fn one_lost_conversation_does_not_stop_the_run() {
    let fake = Fake::start(World::with_conversations(30, |_| 3));
    let mut all = truth(&fake.world());
    let (lost, _) = all.remove(11);
    let rule = Rule::on(&format!("/messages?conversationId={lost}")).answer(Action::Status(500));
    fake.world().faults.push(rule);
    let run = botpress(&fake, "-f jsonl --retries 1").run();
    let said = format!(
        "convexport: error: could not read the messages of conversation {lost}: 500 Internal Server Error (Internal: \
         This failure was ordered by a test.) (after 2 attempts)\n\
         convexport: error: incomplete: 1 of 30 conversations could not be exported; this tries just those: {} botpress \
         -f jsonl --retries 1 --conversation {lost}\n",
        env!("CARGO_BIN_EXE_convexport")
    );
    assert_eq!((run.code, run.stderr), (3, said));
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
fn a_refused_token_is_told_at_once_though_the_list_hangs() {
    let world = World::with_conversations(30, |_| 1)
        .rule(Rule::on("nextToken").answer(Action::Hang))
        .rule(Rule::on("/messages").answer(Action::Status(401)));
    let fake = Fake::start(world);
    // Whoever waits for the list waits longer than any test.
    let running = botpress(&fake, "--timeout 6000").start();
    running.end().ends(4, &["401"]);
}

#[test]
fn an_id_that_does_not_exist_is_missing_at_each_source() {
    let fake = Fake::start(World::with_conversations(3, |_| 1).with_boost(3, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    let good = fake.world().conversations[0].id.clone();
    let boost_good = fake.world().boost.conversations[0].id.clone();
    botpress(&fake, "-o all.jsonl")
        .within(folder.path())
        .stdout();
    let (bot, site, saved) = (
        || botpress(&fake, ""),
        || boost(&fake, ""),
        || convexport("render all.jsonl"),
    );
    let cases: [(&dyn Fn() -> Convexport, &str, &str); 3] = [
        (&bot, "404", &good),
        (
            &site,
            "sent no conversation 999: there is none",
            &boost_good,
        ),
        (&saved, "there is no conversation 999 in all.jsonl", &good),
    ];
    for (command, why, good) in cases {
        let all = command().args("--conversation 999 -f jsonl -o none.jsonl");
        let all = all.within(folder.path()).run();
        all.ends(
            3,
            &["999", why, "incomplete: 1 of 1 conversation could not"],
        );
        let some = command().args(&format!(
            "--conversation 999 --conversation {good} -f jsonl"
        ));
        let some = some.within(folder.path()).run();
        some.ends(
            3,
            &["999", why, "incomplete: 1 of 2 conversations could not"],
        );
        assert_eq!(records(&some.stdout).len(), 1);
        let archive = command().args("--conversation 999 --archive all.db");
        let archive = archive.within(folder.path()).run();
        archive.ends(3, &[why, "1 of the conversations asked for does not exist"]);
        assert!(
            !archive.stderr.contains("tries again"),
            "{}",
            archive.stderr
        );
    }
    assert_eq!(names(folder.path()), ["all.db", "all.jsonl"]);
    // The next run does not look for it.
    fake.forget();
    botpress(&fake, "--archive all.db")
        .within(folder.path())
        .stdout();
    let asked = fake.requests();
    assert!(!asked.iter().any(|request| request.path.contains("999")));
}

#[test]
fn a_list_of_ids_may_be_out_of_date() {
    let fake = Fake::start(World::new().with_boost(3, |_| 2));
    let run = boost(&fake, "--conversation - -f jsonl").stdin("1000001\n999\n");
    let run = run.run();
    run.ends(0, &["conversation 999 is gone"]);
    assert_eq!(records(&run.stdout).len(), 1);
    // What a range leaves out may well exist.
    let range = boost(&fake, "--since 2000-01-01 --conversation 999 -f jsonl");
    range.run().ends(0, &["no conversation from"]);
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
