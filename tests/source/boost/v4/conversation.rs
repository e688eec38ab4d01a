//! What an element becomes.

use serde_json::{Value, json};

use super::{read, talk};
use crate::support::{convexport, records};

/// A conversation with two sessions, each field as it is known.
fn whole() -> Value {
    json!({"id": 7, "environment": "live", "sessions": [
        {"id": 70, "created": "2026-04-01T10:00:00Z", "duration": "0:00:20", "reviewed": true,
         "category": {"automatic": "Parcels", "manual": null}, "matched_filters": [{"id": 21}],
         "sent_filter_values": ["private"], "session_tags": ["web", "beta"],
         "feedback": {"rating": "thumbs_up", "text": "Nice"}, "messages": [
            {"id": 700, "created": "2026-04-01T10:00:00.5Z", "is_customer": false,
             "content": [{"type": "html", "text": "<p>Hi &amp; <b>welcome</b></p>"}, {"type": "image", "url": "https://x/a.png"}],
             "system_action_trigger": {"id": 51}, "predicted_intent_id": 11, "skill": {"id": 31}},
            {"id": 701, "created": "2026-04-01T12:00:10+02:00", "is_customer": true, "content": [],
             "original_question": "5 < 7 & so?", "predicted_language": "nb-NO", "predicted_intent": {"id": 12},
             "translations": [{"language": "en-US", "text": "5 < 7 & so?"}]},
            {"id": 702, "created": "2026-04-01T10:00:11Z", "is_unknown": true,
             "content": [{"type": "text", "text": "<p>What?</p>"}], "feedback": "thumbs_down"}]},
        {"id": 71, "created": "2026-04-02T09:00:00Z", "matched_filters": [{"id": 22}, {"id": 21}],
         "session_tags": ["web"], "feedback": {"rating": "thumbs_down", "text": null}, "messages": [
            {"id": 710, "created": "2026-04-02T09:00:00Z", "is_customer": true, "link_text": "Talk to us",
             "clicked_button_id": 9, "came_from_action": {"action_type": "reply", "intent_action_meta_id": 1}},
            {"id": 711, "created": "2026-04-02T09:00:01Z", "content": [{"type": "text", "text": "One moment"}],
             "displayed_action": {"action_type": "transfer", "intent_action_meta_id": 2, "transfer_to_human": true}},
            {"id": 712, "created": "2026-04-02T09:01:00Z", "is_support_human": true, "is_human_chat": true,
             "human_agent": {"id": 77}, "content": [{"type": "text", "text": "Kari here"}],
             "goals": [{"goal": {"id": 41}, "event_type": "reached"}, {"goal": {"id": 41}, "event_type": "again"}]}]}]})
}

#[test]
fn sessions_become_one_conversation() {
    let found = &read(&json!([whole()]))[0];
    let message = |id: &str, time: &str, role: &str, kind: &str, text: &str| {
        json!({"id": id, "created_at": time, "role": role, "user_id": null, "author": null, "type": kind,
               "text": text, "options": [], "attachments": []})
    };
    let mut hello = message(
        "700",
        "2026-04-01T10:00:00.500000Z",
        "bot",
        "answer",
        "Hi & welcome\nimage: https://x/a.png",
    );
    hello["attachments"] = json!([{"type": "image", "url": "https://x/a.png", "title": null}]);
    let expected = json!({
        "source": "boost", "account": null, "id": "7", "created_at": "2026-04-01T10:00:00.000000Z",
        "updated_at": "2026-04-02T09:01:00.000000Z", "channel": null, "title": null,
        // Without a site to ask, ids have no names.
        "tags": {"intents": ["11", "12"], "filters": ["21", "22"], "skills": ["31"], "goals": ["41"], "triggers": ["51"],
            "session_tags": ["web", "beta"], "feedback": "thumbs_down", "feedback_text": "Nice",
            "transfer_to_human": true, "unknown_answers": 1},
        "handover": null,
        "messages": [
            hello,
            message("701", "2026-04-01T10:00:10.000000Z", "user", "question", "5 < 7 & so?"),
            message("702", "2026-04-01T10:00:11.000000Z", "bot", "answer", "What?"),
            message("710", "2026-04-02T09:00:00.000000Z", "user", "button_click", "Talk to us"),
            message("711", "2026-04-02T09:00:01.000000Z", "bot", "answer", "One moment"),
            message("712", "2026-04-02T09:01:00.000000Z", "agent", "answer", "Kari here"),
        ],
    });
    let mut without = found.clone();
    without.as_object_mut().unwrap().remove("raw");
    for message in without["messages"].as_array_mut().unwrap() {
        message.as_object_mut().unwrap().remove("raw");
    }
    assert_eq!(without, expected);
}

/// The ids of the messages stay in their sessions, so nothing of the vendor's record is lost.
#[test]
fn raw_has_the_sessions_and_which_messages_they_have() {
    let whole = whole();
    let found = &read(&json!([whole.clone()]))[0];
    let mut expected = whole.clone();
    expected["sessions"][0]["messages"] = json!([700, 701, 702]);
    expected["sessions"][1]["messages"] = json!([710, 711, 712]);
    assert_eq!(found["raw"], expected);
    let sessions = whole["sessions"].as_array().unwrap();
    let theirs = sessions
        .iter()
        .flat_map(|session| session["messages"].as_array().unwrap());
    let ours = found["messages"].as_array().unwrap();
    assert!(theirs.eq(ours.iter().map(|message| &message["raw"])));
    let bare = convexport("boost --input - -f jsonl --no-raw").stdin(&json!([whole]).to_string());
    let bare = &records(&bare.stdout())[0];
    assert_eq!((bare.get("raw"), &bare["tags"]), (None, &found["tags"]));
}

#[test]
fn the_records_are_verbatim() {
    let message = r#"{"z":1.0, "id":"m","b":"\u00e9","created":null,"e":1e400,"a":[1.50]}"#;
    let answer = format!(
        r#"[{{"zeta":[1.50],"sessions":[{{"n":1.0,"messages":[{message}],"m":1e400}}, null],"id":12345678901234567890123}}]"#
    );
    let out = convexport("boost --input - -f jsonl")
        .stdin(&answer)
        .stdout();
    assert!(out.contains(&format!(r#""raw":{message}"#)), "{out}");
    let talk = r#""raw":{"zeta":[1.50],"sessions":[{"n":1.0,"messages":["m"],"m":1e400},null],"id":12345678901234567890123}"#;
    assert!(out.contains(talk), "{out}");
}

/// Whose words they are, and where they stand.
#[test]
fn a_message_says_who_wrote_it() {
    let content = json!([{"type": "text", "text": "<p>c</p>"}]);
    for (message, role, kind, text) in [
        (
            json!({"is_customer": true, "content": content}),
            "user",
            "question",
            "c",
        ),
        (
            json!({"is_customer": true, "is_support_human": true, "original_question": "q", "content": content}),
            "user",
            "question",
            "q",
        ),
        (
            json!({"is_customer": true, "original_question": "q", "link_text": "l", "content": content}),
            "user",
            "question",
            "q",
        ),
        (
            json!({"is_customer": true, "link_text": "l"}),
            "user",
            "button_click",
            "l",
        ),
        (
            json!({"is_customer": true, "clicked_button_id": 3, "original_question": "q"}),
            "user",
            "button_click",
            "q",
        ),
        (
            json!({"is_support_human": true, "content": content}),
            "agent",
            "answer",
            "c",
        ),
        (
            json!({"is_human_chat": true, "original_question": "q", "content": content}),
            "bot",
            "answer",
            "c",
        ),
        (json!({}), "bot", "answer", ""),
    ] {
        let mut message = message;
        message["id"] = json!(1);
        let found = read(&json!([talk(1, &json!([message.clone()]))]));
        let found = &found[0]["messages"][0];
        assert_eq!(
            (&found["role"], &found["type"], &found["text"]),
            (&role.into(), &kind.into(), &text.into()),
            "{message}"
        );
    }
}

#[test]
fn the_rows_have_what_v4_knows() {
    let out = convexport("boost --input - -f conversations").stdin(&json!([whole()]).to_string());
    let row = &records(&out.stdout())[0];
    let found = [
        "feedback",
        "goals",
        "unknown_answers",
        "transfer_to_human",
        "languages",
    ]
    .map(|column| row[column].clone());
    let expected = [
        json!("thumbs_down"),
        json!("[\"41\"]"),
        json!(1),
        json!(true),
        json!("[\"nb-NO\"]"),
    ];
    assert_eq!(found, expected);
    let plain = convexport("boost --input - -f csv --rows conversations")
        .stdin(&json!([talk(1, &json!([{"id": 2}]))]).to_string())
        .stdout();
    assert!(plain.contains(",[],,[],0,false,"), "{plain}");
}

/// The vendor may send the newest session first.
#[test]
fn sessions_come_out_oldest_first() {
    let session = |id: u32, day: &str, rating: &str| {
        let message = |id: u32, second: &str| {
            json!({"id": id, "created": format!("2026-04-{day}T10:00:{second}Z"), "is_support_human": true,
                   "human_agent": {"id": 77, "name": format!("agent of {day}")}})
        };
        json!({"id": id, "created": format!("2026-04-{day}T10:00:00Z"), "feedback": {"rating": rating, "text": rating},
               "messages": [message(id * 10, "01"), message(id * 10 + 1, "00")]})
    };
    let [first, second, third] = [("01", "a"), ("02", "b"), ("03", "c")];
    let make = |order: &[(u32, (&str, &str))]| -> Value {
        let sessions = order
            .iter()
            .map(|(id, (day, rating))| session(*id, day, rating));
        json!([{"id": 7, "sessions": sessions.collect::<Value>()}])
    };
    for order in [
        [(1, first), (2, second), (3, third)],
        [(3, third), (2, second), (1, first)],
        [(2, second), (3, third), (1, first)],
    ] {
        let found = &read(&make(&order))[0];
        let messages = found["messages"].as_array().unwrap();
        let ids: Vec<_> = messages.iter().map(|message| &message["id"]).collect();
        assert_eq!(ids, ["10", "11", "20", "21", "30", "31"]);
        assert_eq!(messages[5]["author"], "agent of 03");
        assert_eq!(found["created_at"], "2026-04-01T10:00:00.000000Z");
        assert_eq!(found["tags"]["feedback"], "c");
        assert_eq!(found["tags"]["feedback_text"], "c");
        // The record is the vendor's.
        let ids: Vec<_> = order.iter().map(|(id, _)| json!(id)).collect();
        let sessions = found["raw"]["sessions"].as_array().unwrap();
        assert!(sessions.iter().map(|session| &session["id"]).eq(&ids));
    }
    // Without all of their times the order is the vendor's.
    let mut unknown = make(&[(3, third), (1, first)]);
    unknown[0]["sessions"][1]["created"] = Value::Null;
    let found = &read(&unknown)[0];
    assert_eq!(found["messages"][0]["id"], "30");
}
