//! Answers that are not what the API promises: each costs as little as it can.

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{bot_with, botpress, fake_with};

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
