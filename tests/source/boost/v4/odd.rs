//! What is not known of v4: it costs at most what it says itself.

use serde_json::json;

use super::{read, site, talk};
use crate::support::{boost, convexport, records};

/// Every field may be null, but for the ids.
#[test]
fn nulls_everywhere_lose_nothing() {
    let nulls = |names: &str| {
        let fields = names.split(' ').map(|name| (name.to_owned(), json!(null)));
        fields.collect::<serde_json::Map<_, _>>()
    };
    let mut message = nulls(
        "created is_customer is_support_human is_human_chat is_human_chat_queue is_unknown content original_question \
         link_text clicked_button_id predicted_language predicted_intent_id predicted_intent prediction_types \
         matched_filter skill system_action_trigger human_agent goals sent_filters feedback translations \
         displayed_action came_from_action",
    );
    message.insert("id".to_owned(), json!(5));
    let session = nulls(
        "id created duration reviewed category matched_filters sent_filter_values session_tags feedback",
    );
    let mut with_message = session.clone();
    with_message.insert("messages".to_owned(), json!([message]));
    let mut without = session;
    without.insert("messages".to_owned(), json!(null));
    let answer = json!([
        {"id": 1, "environment": null, "sessions": null},
        {"id": 2, "environment": null, "sessions": [null, without, with_message]},
        {"id": 3, "sessions": []},
    ]);
    let found = read(&answer);
    let counts: Vec<_> = found
        .iter()
        .map(|talk| talk["messages"].as_array().unwrap().len())
        .collect();
    assert_eq!(counts, [0, 1, 0]);
    assert_eq!(found[1]["raw"]["sessions"][2]["messages"], json!([5]));
    assert_eq!(
        found[1]["tags"],
        json!({"transfer_to_human": false, "unknown_answers": 0})
    );
}

/// Fields of other types than are known cost what they say, and nothing besides.
#[test]
fn fields_of_other_types_cost_themselves() {
    for odd in [
        json!(7),
        json!("x"),
        json!([]),
        json!([7, "x", null]),
        json!({}),
        json!(true),
    ] {
        let message = json!({
            "id": 5, "created": odd, "original_question": "Hi", "is_customer": true, "human_agent": odd,
            "predicted_intent": odd, "goals": odd, "displayed_action": odd, "skill": odd, "translations": odd,
        });
        let session = json!({"created": odd, "matched_filters": odd, "session_tags": odd, "feedback": odd, "messages": [message]});
        let found = read(&json!([{"id": 1, "environment": odd, "sessions": [session]}]));
        assert_eq!(found[0]["messages"][0]["text"], "Hi", "{odd}");
        assert_eq!(found[0]["messages"][0]["raw"], message, "{odd}");
    }
}

/// The same content parts as in v3, and the same words about those that are not known.
#[test]
fn content_of_a_new_type_has_its_type_for_words() {
    let content = json!([{"type": "hologram", "beam": 1}, {"type": "video", "url": "https://x/v"}, {"type": "html", "text": "<p>Hi</p>"}]);
    let found = read(&json!([talk(1, &json!([{"id": 5, "content": content}]))]));
    let message = &found[0]["messages"][0];
    assert_eq!(
        message["text"],
        "Media message of type hologram\nvideo: https://x/v\nHi"
    );
    let odd = json!([talk(1, &json!([{"id": 5, "content": [7]}]))]);
    let run = convexport("boost --input - -f jsonl")
        .stdin(&odd.to_string())
        .run();
    run.ends(0, &["conversation 1 has content of an unexpected shape"]);
}

#[test]
fn a_conversation_that_cannot_be_read_is_named_and_the_next_is_read() {
    for (broken, why) in [
        (
            r#"{"id":1,"sessions":"none"}"#,
            "sessions: invalid type: string",
        ),
        (
            r#"{"id":1,"sessions":[{"messages":7}]}"#,
            "sessions[0].messages: invalid type: integer",
        ),
        (
            r#"{"id":1,"sessions":[null,{"messages":[{"id":2},{"id":null}]}]}"#,
            "sessions[1].messages[1]: `id`: expected an id",
        ),
        (
            r#"{"id":1,"sessions":[{"messages":["x"]}]}"#,
            "sessions[0].messages[0]: ",
        ),
        (
            r#"{"id":1,"sessions":[],"sessions":[]}"#,
            "duplicate field `sessions`",
        ),
        (r#"{"id":1,"sessions":[{oops}]}"#, "key must be a string"),
        (
            r#"{"id":1,"environment":"live"}"#,
            "missing field `sessions`",
        ),
    ] {
        let fine = r#"{"id":2,"sessions":[]}"#;
        let run = convexport("boost --input - -f jsonl")
            .stdin(&format!("[{fine},{broken},{}]", fine.replace('2', "3")))
            .run();
        run.ends(3, &["could not read conversation 1: ", why]);
        assert_eq!(records(&run.stdout).len(), 2, "{broken}");
    }
}

/// Its name and its type, so that it can be reported, and nothing of what it says.
#[test]
fn a_field_that_is_not_known_is_said_by_its_shape() {
    let fake = site(0);
    for id in 1..=3 {
        let talk = json!({"id": id, "mood": "secret-a", "sessions": [{"id": 1, "score": {"secret-b": 1, "x": "secret-c"}, "messages": [
            {"id": id * 10, "created": "2026-04-01T10:00:00Z", "is_customer": true, "original_question": "Hi", "extra": ["secret-d"], "flag": true}]}]});
        fake.world().boost.add(&talk.to_string());
    }
    let run = boost(&fake, "--api v4 --since 2026-01-01 -f jsonl -v").run();
    let said: Vec<_> = run
        .stderr
        .lines()
        .filter(|line| line.contains("not known"))
        .collect();
    assert_eq!(
        said,
        [
            "API v4 has a field that is not known: sessions[].messages[].extra is an array of 1",
            "API v4 has a field that is not known: sessions[].messages[].flag is true or false",
            "API v4 has a field that is not known: sessions[].score is an object with 2 fields",
            "API v4 has a field that is not known: mood is a text",
        ]
    );
    assert!(!run.stderr.contains("secret"), "{}", run.stderr);
    assert_eq!((run.code, records(&run.stdout).len()), (0, 3));
    assert_eq!(
        boost(&fake, "--api v4 --since 2026-01-01 -f jsonl")
            .run()
            .stderr,
        ""
    );
}

/// The names of fields may be keys of the user's, of which there is no end.
#[test]
fn only_so_many_fields_are_said() {
    let talk = |id: u32| format!(r#"{{"id":{id},"sessions":[],"key-{id}":1}}"#);
    let talks: Vec<_> = (0..300).map(talk).collect();
    let run = convexport("boost --input - -f jsonl -v").stdin(&format!("[{}]", talks.join(",")));
    let run = run.run();
    assert_eq!((run.code, records(&run.stdout).len()), (0, 300));
    assert_eq!(run.stderr.matches("not known").count(), 100);
}

/// A time of another form costs the time, and -v names the field.
#[test]
fn a_time_of_another_form_is_said() {
    let talk = json!([{"id": 1, "sessions": [{"created": 1_775_037_600, "messages": [
        {"id": 5, "created": "2026-04-01T10:00:00", "is_customer": true, "original_question": "Hi"}]}]}]);
    let run = convexport("boost --input - -f jsonl -v").stdin(&talk.to_string());
    let run = run.run();
    let said: Vec<_> = run
        .stderr
        .lines()
        .filter(|line| line.contains("not known"))
        .collect();
    assert_eq!(
        said,
        [
            "API v4 has a field that is not known: sessions[].created is a number",
            "API v4 has a field that is not known: sessions[].messages[].created is a text",
        ]
    );
    let found = &records(&run.stdout)[0]["messages"][0];
    assert_eq!(
        (&found["text"], &found["created_at"]),
        (&"Hi".into(), &().into())
    );
}

/// Many ids and tags stay in order, each once.
#[test]
fn many_ids_and_tags_are_listed_once() {
    let ids: Vec<u32> = (0..300).rev().collect();
    let messages = ids.iter().chain(&ids);
    let messages = messages.map(|id| json!({"id": id, "goals": [{"goal": {"id": id}}]}));
    let messages: Vec<_> = messages.collect();
    let names: Vec<_> = ids.iter().map(u32::to_string).collect();
    let session = json!({"session_tags": names, "messages": messages});
    let found = &read(&json!([{"id": 1, "sessions": [session.clone(), session]}]))[0];
    assert_eq!(found["tags"]["goals"], json!(names));
    assert_eq!(found["tags"]["session_tags"], json!(names));
}
