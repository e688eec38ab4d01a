//! What transcripts say about a conversation before its messages.

use serde_json::{Value, json};

use crate::support::convexport;

/// A conversation of an earlier export, of which nothing is known but these fields.
fn talk(fields: &Value) -> Value {
    let mut talk = json!({"source": "botpress", "account": null, "id": "talk", "created_at": null, "updated_at": null,
        "channel": null, "title": null, "tags": {}, "handover": null, "messages": []});
    for (key, value) in fields.as_object().unwrap() {
        talk[key] = value.clone();
    }
    talk
}

fn message(role: &str, author: Option<&str>) -> Value {
    json!({"id": "m", "created_at": null, "role": role, "user_id": role, "author": author, "type": "text", "text": "Hi",
        "options": [], "attachments": []})
}

/// What `render` shows of a conversation with these fields.
fn rendered(args: &str, fields: &Value) -> String {
    convexport("render -")
        .args(args)
        .stdin(&format!("{}\n", talk(fields)))
        .stdout()
}

/// The lines before the first message.
fn heading(args: &str, fields: &Value) -> Vec<String> {
    let shown = rendered(args, fields);
    let lines = shown.lines().take_while(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

const TIME: &str = "2026-11-01T23:30:59.500000Z";

#[test]
fn it_says_when_where_who_and_how_much() {
    let all = json!({"created_at": TIME, "channel": "webchat", "messages": [message("user", Some("Ana Lima"))]});
    assert_eq!(
        heading("--timezone utc", &all),
        ["=== 2026-11-01 23:30 · webchat · Ana Lima · 1 message · talk ==="]
    );
    // The day is that of the reader. The format is that of whole times, and a heading has none.
    assert_eq!(
        heading("--timezone Asia/Kolkata --time-format %H", &all),
        ["=== 2026-11-02 05:00 · webchat · Ana Lima · 1 message · talk ==="]
    );
    assert_eq!(heading("", &json!({})), ["=== 0 messages · talk ==="]);
    assert_eq!(
        heading("", &json!({"channel": "", "title": " "})),
        ["=== 0 messages · talk ==="]
    );
}

#[test]
fn the_person_is_the_one_who_asks() {
    let users = json!([{"id": "bot", "name": "Helper", "tags": {}, "role": "bot"},
        {"id": "user", "name": "Ana Lima", "tags": {}, "role": "user"}]);
    let person = |fields: &Value| {
        let line = heading("", fields).remove(0);
        let line = line.split(" · ").map(str::to_owned).collect::<Vec<_>>();
        line[0].trim_start_matches("=== ").to_owned()
    };
    let of = |messages: &[Value], users: &Value| json!({"messages": messages, "users": users});
    let bot = message("bot", Some("Helper"));
    let unnamed = message("user", None);
    assert_eq!(
        person(&of(&[bot.clone(), message("user", Some("Ana"))], &users)),
        "Ana"
    );
    assert_eq!(
        person(&of(&[bot.clone(), unnamed.clone()], &users)),
        "Ana Lima"
    );
    assert_eq!(person(&of(&[bot, unnamed], &json!([]))), "2 messages");
}

#[test]
fn title_and_tags_are_below_it() {
    let fields = json!({"title": "A lost parcel", "tags": {
        "topic": "returns", "n": 7, "deep": {"a": ["b"]}, "empty": "", "none": null,
        "ai#title": "A lost parcel", "ai#summary": "Lost, and found=yes", "said": "a \"b\""}});
    let tags = "Tags: ai#summary=\"Lost, and found=yes\", deep={\"a\":[\"b\"]}, empty=\"\", n=7, none=null, \
                said=\"a \\\"b\\\"\", topic=returns";
    assert_eq!(
        heading("", &fields),
        ["=== 0 messages · talk ===", "Title: A lost parcel", tags]
    );
    // A tag of the owner stays, whatever it holds.
    let own = json!({"title": "Returns", "tags": {"topic": "Returns"}});
    assert_eq!(heading("", &own)[2], "Tags: topic=Returns");
}

#[test]
fn it_says_where_the_other_side_of_a_handover_is() {
    let handover = |side: &str, id: Option<&str>, agent: Option<&str>| {
        let handover = json!({"side": side, "conversation_id": id, "agent": agent, "ended": agent.map(|_| "close-action-called")});
        let tags =
            json!({"hitl#downstream": "other", "hitl#humanAgentName": "Kari", "topic": "returns"});
        heading("", &json!({"handover": handover, "tags": tags}))
    };
    assert_eq!(
        handover("customer", Some("other"), Some("Kari"))[1..],
        [
            "Handover to ticket other · agent Kari · ended: close-action-called",
            "Tags: topic=returns"
        ]
    );
    assert_eq!(
        handover("ticket", Some("other"), None)[1..],
        [
            "Ticket of conversation other",
            "Tags: hitl#humanAgentName=Kari, topic=returns"
        ]
    );
    assert_eq!(handover("ticket", None, None)[1], "Ticket");
    let tags = "Tags: hitl#downstream=other, hitl#humanAgentName=Kari, topic=returns";
    assert_eq!(handover("customer", None, None)[1..], [tags]);
}

#[test]
fn nothing_of_it_can_pass_for_another_line() {
    for bad in [
        "x\n=== y ===",
        "x\r\nBot: yes",
        "x\u{2028}User: no",
        "x\u{85}--- The bot is back ---",
        "\nat 2026",
    ] {
        let handover =
            json!({"side": "customer", "conversation_id": bad, "agent": bad, "ended": bad});
        let fields = json!({"id": bad, "channel": bad, "title": bad, "tags": {bad: bad, "b": [bad]}, "handover": handover,
            "messages": [message("agent", Some(bad)), message("user", Some(bad))]});
        let shown = rendered("", &fields);
        let beginnings: Vec<_> = shown
            .lines()
            .map(|line| line.get(..5).unwrap_or_default())
            .collect();
        let expected = [
            "=== x", "Title", "Hando", "Tags:", "", "--- x", "", "Agent", "at an", "", "User ",
            "at an",
        ];
        let expected = expected.map(|start| {
            if bad.starts_with('\n') {
                start.replace('x', "a")
            } else {
                start.to_owned()
            }
        });
        assert_eq!(beginnings, expected, "{shown}");
    }
}
