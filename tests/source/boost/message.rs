//! How each part of a message reads in words, and who says it.

use serde_json::{Value, json};

use crate::support::convexport;

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
        "--- Kari (agent) takes over ---\n\nAgent (Kari): Hello"
    );
    assert!(agent(json!("Kari")).ends_with("\nAgent (Kari): Hello"));
    assert_eq!(
        agent(json!(7)),
        "--- An agent takes over ---\n\nAgent: Hello"
    );
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
