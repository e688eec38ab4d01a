//! Transcripts, compared whole: the vendor's own example, and one message of each type.

use serde_json::{Value, json};

use crate::support::fake::{Fake, World};
use crate::support::{bot_with, botpress};

#[test]
fn the_vendors_example_reads_as_in_the_design() {
    let sample: Vec<Value> =
        serde_json::from_str(include_str!("../fixtures/botpress-messages.json")).unwrap();
    let messages: Vec<String> = sample.iter().map(Value::to_string).collect();
    let mut world = bot_with(&messages.iter().map(String::as_str).collect::<Vec<_>>());
    world.conversations[0].id = "712af378-8621-4948-885e-51660424c04a".to_owned();
    let fake = Fake::start(world);
    let expected = "\
=== 712af378-8621-4948-885e-51660424c04a · webchat · 3 messages ===

Bot: Pick one or many from the list: First option / Second option
at 2023-10-24 20:20:44 +00:00

User: First option
at 2023-10-24 20:20:49 +00:00

Bot: Media message of type image: https://s3.us-east-1.amazonaws.com/cloud-studio-botsbca2d219-2316w6llinepa/\
f4b77ea0-d597-4d3f-988d-9c66f127d542/media/2360a7bb-162b-4ed1-8551-7000fdb0f7ef.png
at 2023-10-24 20:20:49 +00:00
";
    assert_eq!(botpress(&fake, "").stdout(), expected);
}

/// The transcript of one message of this type, without its time.
fn shown(kind: &str, direction: &str, payload: &Value) -> String {
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00Z", "conversationId": "talk", "userId": "u",
        "type": kind, "direction": direction, "payload": payload, "tags": {},
    });
    let fake = Fake::start(bot_with(&[&message.to_string()]));
    let out = botpress(&fake, "").stdout();
    let turn = out
        .strip_prefix("=== talk · webchat · 1 message ===\n\n")
        .expect("a header");
    turn.strip_suffix("\nat 2026-11-01 10:00:00 +00:00\n")
        .expect("a time")
        .to_owned()
}

#[test]
fn every_message_type_has_its_words() {
    let bot = |kind: &str, payload: Value| shown(kind, "outgoing", &payload);
    let card = json!({"title": "Red shoes", "subtitle": "40 EUR", "imageUrl": "https://x/red.png", "actions": [
        {"action": "say", "label": "Buy", "value": "buy red"}, {"action": "url", "label": "Look", "value": "https://x/red"}]});
    let blue = json!({"title": "Blue shoes", "actions": []});
    let options = json!([{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]);

    assert_eq!(bot("text", json!({"text": "Hello"})), "Bot: Hello");
    assert_eq!(
        bot("markdown", json!({"markdown": "**Hello**"})),
        "Bot: **Hello**"
    );
    assert_eq!(
        bot("image", json!({"imageUrl": "https://x/i.png"})),
        "Bot: Media message of type image: https://x/i.png"
    );
    assert_eq!(
        bot(
            "image",
            json!({"imageUrl": "https://x/i.png", "caption": "A cat"})
        ),
        "Bot: A cat: https://x/i.png"
    );
    assert_eq!(
        bot("audio", json!({"audioUrl": "https://x/a.ogg"})),
        "Bot: Media message of type audio: https://x/a.ogg"
    );
    assert_eq!(
        bot("video", json!({"videoUrl": "https://x/v.mp4"})),
        "Bot: Media message of type video: https://x/v.mp4"
    );
    assert_eq!(
        bot(
            "file",
            json!({"fileUrl": "https://x/f.pdf", "title": "Bill"})
        ),
        "Bot: Bill: https://x/f.pdf"
    );
    assert_eq!(
        bot("file", json!({"fileUrl": "https://x/f.pdf"})),
        "Bot: Media message of type file: https://x/f.pdf"
    );
    assert_eq!(
        bot(
            "location",
            json!({"latitude": 47.370, "longitude": 8, "address": "Main St 1", "title": "Shop"})
        ),
        "Bot: Shop, Main St 1 (47.37, 8)"
    );
    assert_eq!(
        bot("location", json!({"latitude": 47.5, "longitude": -8.25})),
        "Bot: 47.5, -8.25"
    );
    assert_eq!(
        bot("card", card.clone()),
        "Bot: Red shoes - 40 EUR: Buy / Look (https://x/red): https://x/red.png"
    );
    assert_eq!(
        bot("carousel", json!({"items": [card, blue]})),
        "Bot: Red shoes - 40 EUR: Buy / Look (https://x/red): https://x/red.png\n  Blue shoes"
    );
    assert_eq!(
        bot("choice", json!({"text": "Pick", "options": options})),
        "Bot: Pick: A / B"
    );
    assert_eq!(
        bot("dropdown", json!({"text": "Pick", "options": options})),
        "Bot: Pick: A / B"
    );
    assert_eq!(
        bot(
            "bloc",
            json!({"items": [
            {"type": "text", "payload": {"text": "See"}},
            {"type": "image", "payload": {"imageUrl": "https://x/i.png"}},
            {"type": "markdown", "payload": {"markdown": "*there*"}}]})
        ),
        "Bot: See\n  https://x/i.png\n  *there*"
    );
    assert_eq!(
        shown(
            "quick_reply",
            "incoming",
            &json!({"text": "A", "payload": "a"})
        ),
        "User: A"
    );
    assert_eq!(
        bot("hologram", json!({"depth": 3})),
        "Bot: Media message of type hologram"
    );
    assert_eq!(bot("hologram", json!({"text": "Look up"})), "Bot: Look up");
    assert_eq!(bot("text", json!({})), "Bot: ");
    assert_eq!(
        shown("text", "sideways", &json!({"text": "?"})),
        "System: ?"
    );
}

#[test]
fn every_item_of_a_carousel_keeps_its_options_for_programs() {
    let card = |name: &str| json!({"title": name, "imageUrl": format!("https://x/{name}"), "actions": [{"label": name, "value": name}]});
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00Z", "type": "carousel", "direction": "outgoing",
        "payload": {"items": [card("a"), card("b")]}});
    let fake = Fake::start(bot_with(&[&message.to_string()]));
    let out = crate::support::records(&botpress(&fake, "-f jsonl").stdout());
    let found = &out[0]["messages"][0];
    assert_eq!(found["text"], "a: a: https://x/a\nb: b: https://x/b");
    assert_eq!(
        found["options"],
        json!([{"label": "a", "value": "a"}, {"label": "b", "value": "b"}])
    );
    assert_eq!(found["attachments"][1]["url"], "https://x/b");
}

#[test]
fn no_text_can_pass_for_a_turn_or_a_header() {
    let text = "Hi\n\nBot: I owe you 100 EUR\rUser: yes\u{2028}=== x · y · 1 message ===\n";
    let shown = shown("text", "incoming", &json!({"text": text}));
    let expected = "User: Hi\n\n  Bot: I owe you 100 EUR\n  User: yes\n  === x · y · 1 message ===";
    assert_eq!(shown, expected);
}

#[test]
fn conversations_are_told_apart() {
    let mut world = World::with_conversations(2, |_| 0);
    world.conversations[1].integration = String::new();
    let fake = Fake::start(world);
    let ids: Vec<_> = fake
        .world()
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect();
    let out = botpress(&fake, "").stdout();
    let headers: Vec<_> = out.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(headers.len(), 2);
    assert!(
        headers[0].starts_with(&format!("=== {}", ids[1]))
            && headers[0].ends_with("0 messages ===")
    );
    assert!(out.contains("===\n\n==="), "{out}");
}

#[test]
fn authors_are_named_when_asked_for() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let out = botpress(&fake, "--with-users").stdout();
    assert!(out.contains("\nBot (Help bot): "), "{out}");
}

#[test]
fn times_are_shown_as_asked() {
    let message = r#"{"id":"m","createdAt":"2026-11-01T23:30:00.5Z","type":"text","direction":"incoming","payload":{"text":"x"}}"#;
    let fake = Fake::start(bot_with(&[message]));
    let time = |args: &str| {
        let out = botpress(&fake, args).env("TZ", "America/New_York").stdout();
        out.lines().last().unwrap().to_owned()
    };
    assert_eq!(time("--timezone utc"), "at 2026-11-01 23:30:00 +00:00");
    assert_eq!(
        time("--timezone Europe/Oslo"),
        "at 2026-11-02 00:30:00 +01:00"
    );
    assert_eq!(
        time("--timezone Asia/Kolkata --time-format %d.%m.%y_%H:%M%z"),
        "at 02.11.26_05:00+0530"
    );
    assert_eq!(time(""), "at 2026-11-01 18:30:00 -05:00");
    assert_eq!(time("--timezone local"), time(""));
    assert_eq!(time("--time-format %H:%M"), "at 18:30");
}
