//! How each type of message reads in words.

use serde_json::{Value, json};

use crate::support::fake::Fake;
use crate::support::{bot_with, botpress, records};

/// The transcript of one message of this type, without its time.
pub fn shown(kind: &str, direction: &str, payload: &Value) -> String {
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00Z", "conversationId": "talk", "userId": "u",
        "type": kind, "direction": direction, "payload": payload, "tags": {},
    });
    let fake = Fake::start(bot_with(&[&message.to_string()]));
    let out = botpress(&fake, "").stdout();
    let turn = out
        .strip_prefix("=== 2026-11-19 12:00 · webchat · 1 message · talk ===\n\n")
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
        "Bot: Red shoes - 40 EUR\n  Buy / Look (https://x/red)\n  image: https://x/red.png"
    );
    assert_eq!(
        bot("carousel", json!({"items": [card, blue]})),
        "Bot: Red shoes - 40 EUR\n  Buy / Look (https://x/red)\n  image: https://x/red.png\n\n  Blue shoes"
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
        shown(
            "quick_reply",
            "incoming",
            &json!({"text": "A", "payload": "a"})
        ),
        "User: A"
    );
    let link = json!({"text": "See https://x.example/?a=1", "options": options});
    assert_eq!(
        bot("choice", link),
        "Bot: See https://x.example/?a=1\n  A / B"
    );
    let click = json!({"payload": "a"});
    assert_eq!(shown("quick_reply", "incoming", &click), "User: a");
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
fn a_bloc_has_the_words_of_all_its_items() {
    let bot = |payload: Value| shown("bloc", "outgoing", &payload);
    assert_eq!(
        bot(json!({"items": [
            {"type": "text", "payload": {"text": "See"}},
            {"type": "image", "payload": {"imageUrl": "https://x/i.png"}},
            {"type": "hologram", "payload": {"depth": 3}},
            {"type": "markdown", "payload": {"markdown": "*there*"}}]})),
        "Bot: See\n  Media message of type hologram\n  *there*\n  image: https://x/i.png"
    );
    assert_eq!(
        bot(json!({"items": [{"type": "image", "payload": {"imageUrl": "https://x/i.png"}}]})),
        "Bot: Media message of type image: https://x/i.png"
    );
    assert_eq!(
        bot(json!({"items": [
            {"type": "text", "payload": {"text": "A photo of your parcel:"}},
            {"type": "image", "payload": {"imageUrl": "https://x/p.jpg", "title": "Parcel"}}]})),
        "Bot: A photo of your parcel:\n  Parcel: https://x/p.jpg"
    );
}

#[test]
fn words_that_end_with_a_mark_need_no_colon_behind_them() {
    let options = json!([{"label": "Yes", "value": "y"}, {"label": "No", "value": "n"}]);
    for (text, said) in [
        ("Is it here", "Is it here: Yes / No"),
        ("Is it here?", "Is it here? Yes / No"),
        ("Pick one: ", "Pick one: Yes / No"),
        ("你好：", "你好： Yes / No"),
        ("", "Yes / No"),
        ("One\ntwo:", "One\n  two:\n  Yes / No"),
    ] {
        let payload = json!({"text": text, "options": options});
        assert_eq!(
            shown("choice", "outgoing", &payload),
            format!("Bot: {said}")
        );
    }
    let photo = json!({"imageUrl": "https://x/p.jpg", "title": "A photo of your parcel:"});
    assert_eq!(
        shown("image", "incoming", &photo),
        "User: A photo of your parcel: https://x/p.jpg"
    );
}

/// Signed addresses are long, and nobody reads them.
#[test]
fn long_addresses_stand_behind_the_words() {
    let signed = |name: &str| format!("https://files.example.com/{name}?signature=a%2Bb");
    let options = json!([{"label": "Bill", "value": signed("bill")}, {"label": "Shop", "value": "https://x/"}]);
    let choice = json!({"text": "What next?", "options": options});
    let (bill, picture) = (signed("bill"), signed("i.png"));
    assert_eq!(
        shown("choice", "outgoing", &choice),
        format!("Bot: What next? Bill / Shop (https://x/)\n  Bill: {bill}")
    );
    let card = json!({"title": "Order 7", "imageUrl": picture, "actions": options});
    assert_eq!(
        shown("card", "outgoing", &card),
        format!("Bot: Order 7\n  Bill / Shop (https://x/)\n  Bill: {bill}\n  image: {picture}")
    );
    let cards = json!({"items": [card, {"title": "Order 8"}]});
    assert_eq!(
        shown("carousel", "outgoing", &cards),
        format!(
            "Bot: Order 7\n  Bill / Shop (https://x/)\n  Bill: {bill}\n  image: {picture}\n\n  Order 8"
        )
    );
}

#[test]
fn every_item_of_a_carousel_keeps_its_options_for_programs() {
    let card = |name: &str| json!({"title": name, "imageUrl": format!("https://x/{name}"), "actions": [{"label": name, "value": name}]});
    let message = json!({
        "id": "m", "createdAt": "2026-11-01T10:00:00Z", "type": "carousel", "direction": "outgoing",
        "payload": {"items": [card("a"), card("b")]}});
    let fake = Fake::start(bot_with(&[&message.to_string()]));
    let out = records(&botpress(&fake, "-f jsonl").stdout());
    let found = &out[0]["messages"][0];
    assert_eq!(found["text"], "a\na\n\nb\nb");
    assert_eq!(
        found["options"],
        json!([{"label": "a", "value": "a"}, {"label": "b", "value": "b"}])
    );
    assert_eq!(
        found["attachments"][1],
        json!({"type": "image", "url": "https://x/b", "title": "b"})
    );
}
