//! Years before 0 and after 9999: RFC 3339 cannot write them, so such a time is null, and the record has it.

use serde_json::{Value, json};

use crate::support::fake::{Action, Fake, Rule, World};
use crate::support::{botpress, convexport, records};

/// The first and the last is such a year only in UTC.
const ODD: [&str; 4] = [
    "9999-12-31T23:30:00-01:00",
    "+010000-01-01T00:00:00.000Z",
    "-000001-12-31T23:59:59.999Z",
    "0000-01-01T00:30:00+01:00",
];

/// A bot with a conversation that began at a time, and has three messages. The one in the middle has that time too.
fn bot(time: &str) -> Fake {
    let message = |id: &str, time: &str| {
        json!({"id": id, "createdAt": time, "conversationId": "talk", "userId": "u", "type": "text",
            "direction": "incoming", "payload": {"text": id}, "tags": {}})
    };
    let conversation = json!({"id": "talk", "createdAt": time, "updatedAt": time, "integration": "webchat", "tags": {}});
    let messages = [
        message("last", "2026-11-01T10:00:02Z"),
        message("odd", time),
        message("first", "2026-11-01T10:00:00Z"),
    ];
    let list = json!({"conversations": [conversation], "meta": {}});
    let messages = json!({"messages": messages, "meta": {}});
    let body = |path: &str, body: &Value| Rule::path(path).answer(Action::Body(body.to_string()));
    Fake::start(
        World::new()
            .rule(body("/v1/chat/conversations", &list))
            .rule(body("/v1/chat/messages", &messages)),
    )
}

#[test]
fn a_time_that_cannot_be_written_is_null_and_costs_nothing_else() {
    for time in ODD {
        let fake = bot(time);
        // The list of the API is what a range goes by, too.
        let out = botpress(&fake, "-f jsonl --since 2026-01-01").stdout();
        let talk = &records(&out)[0];
        assert_eq!(talk["created_at"], Value::Null, "{time}");
        assert_eq!(talk["updated_at"], Value::Null, "{time}");
        assert_eq!(talk["raw"]["createdAt"], time);
        let messages = talk["messages"].as_array().unwrap();
        let texts: Vec<_> = messages.iter().map(|message| &message["text"]).collect();
        assert_eq!(texts, ["first", "odd", "last"], "{time}");
        assert_eq!(messages[1]["created_at"], Value::Null, "{time}");
        assert_eq!(messages[1]["raw"]["createdAt"], time);
        let read = convexport("render - -f jsonl").stdin(&out).stdout();
        assert_eq!(read, out, "{time}");
        let shown = convexport("render -").stdin(&out).stdout();
        assert!(shown.contains("User: odd\nat an unknown time\n"), "{shown}");
    }
}

#[test]
fn an_archive_has_it_as_an_export_does() {
    let folder = tempfile::tempdir().unwrap();
    for (number, time) in ODD.into_iter().enumerate() {
        let fake = bot(time);
        let archive = format!("{number}.db");
        for _ in 0..2 {
            let run = botpress(&fake, "--archive").arg(&archive);
            assert_eq!(run.within(folder.path()).stdout(), "", "{time}");
        }
        let within = |args: &str| convexport(args).arg(&archive).within(folder.path());
        let out = botpress(&fake, "-f jsonl").stdout();
        assert_eq!(within("render -f jsonl").stdout(), out, "{time}");
        within("verify").stdout();
    }
}

#[test]
fn a_time_of_a_site_is_null_too() {
    for time in ODD {
        let talk = json!({"type": "conversation", "id": 1, "time": {"created": time, "last_message_created": time},
            "messages": [{"id": 2, "time": time, "type": "question", "question": {"input": "Hi"}}]});
        let answer =
            json!([{"type": "query_info"}, talk, {"type": "post_query_info", "conversations": 1}]);
        let out = convexport("boost -f jsonl --input -")
            .stdin(&answer.to_string())
            .stdout();
        let read = convexport("render - -f jsonl").stdin(&out).stdout();
        assert_eq!(read, out, "{time}");
        let talk = &records(&out)[0];
        assert_eq!(talk["created_at"], Value::Null, "{time}");
        assert_eq!(talk["raw"]["time"]["created"], time);
        assert_eq!(talk["messages"][0]["created_at"], Value::Null, "{time}");
    }
}

#[test]
fn no_range_begins_or_ends_there() {
    let dates = ["+10000-01-01", "-0001-06-01"];
    for time in ODD.iter().chain(&dates) {
        for flag in ["--since", "--until"] {
            let run = convexport("botpress --bot-id B").arg(format!("{flag}={time}"));
            let run = run.env("BP_TOKEN", "t").run();
            run.ends(2, &[flag, "its year, in UTC, is not one of 0000 to 9999"]);
        }
    }
}
