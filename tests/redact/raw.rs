//! `--redact-raw`: the vendor's records, with each string and number looked at.

use serde_json::{Value, json};

use super::{KEY, boost_saved, bot, check_clean, folder, saved};
use crate::support::fake::Fake;
use crate::support::{botpress, records};

fn raw(user: &Value, text: &str) -> Value {
    let folder = folder();
    saved(folder.path(), user, &[text]);
    let args = format!("-f jsonl --redact --redact-raw {KEY}");
    records(&boost_saved(folder.path(), &args).stdout()).remove(0)
}

#[test]
fn records_have_nothing_personal_and_keep_what_is_harmless() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!("-f jsonl --with-users --with-state profile --redact --redact-raw {KEY}");
    let jsonl = botpress(&fake, &args).within(folder.path()).stdout();
    check_clean("jsonl", &jsonl);
    let conversation = &records(&jsonl)[0];
    assert_eq!(conversation["raw"]["id"], "talk");
    assert_eq!(conversation["raw"]["integration"], "webchat");
    let message = &conversation["messages"][4];
    assert_eq!(message["raw"]["id"], message["id"]);
    assert_eq!(message["raw"]["type"], "location");
    assert_eq!(message["raw"]["userId"], message["user_id"]);
    assert!(
        message["raw"]["createdAt"]
            .as_str()
            .unwrap()
            .starts_with("20")
    );
    let address = message["raw"]["payload"]["address"].as_str().unwrap();
    assert!(address.starts_with("[ADDRESS-"), "{address}");
}

#[test]
fn what_nobody_can_tell_to_be_harmless_is_dropped() {
    let user = json!({
        "name": "Ola Nordmann",
        "score": 17,
        "vip": true,
        "note": "likes tea",
        "number": 123_456_789,
        "big": 4_722_334_455_u64,
        "token": "dGhpcyBpcyBhIHNlY3JldCB0b2tlbiAxMjM0NTY3ODkw",
        "deep": {"list": ["ola", 1, null, {"email": "o@example.com"}]},
    });
    let conversation = raw(&user, "hei");
    let user = &conversation["raw"]["user_information"];
    assert_eq!((&user["score"], &user["vip"]), (&json!(17), &json!(true)));
    // No document says what a note is, so it may name anybody.
    assert_eq!(user["note"], Value::Null);
    assert_eq!(
        (&user["number"], &user["big"]),
        (&Value::Null, &Value::Null)
    );
    assert!(
        user["token"].as_str().unwrap().starts_with("[ID-"),
        "{user}"
    );
    assert!(
        user["name"].as_str().unwrap().starts_with("[PERSON-"),
        "{user}"
    );
    assert_eq!(user["deep"]["list"][0], user["name"]);
    assert_eq!(user["deep"]["list"][1], 1);
    assert!(
        user["deep"]["list"][3]["email"]
            .as_str()
            .unwrap()
            .starts_with("[EMAIL-"),
        "{user}"
    );
}

#[test]
fn keys_are_redacted_and_what_is_too_deep_is_dropped() {
    let deep = format!("{}\"ola\"{}", "[".repeat(90), "]".repeat(90));
    let user = json!({"name": "Ola Nordmann", "a@example.com": 1, "deep": serde_json::from_str::<Value>(&deep).unwrap()});
    let text = raw(&user, "hei").to_string();
    assert!(
        !text.contains("a@example.com") && !text.contains("ola"),
        "{text}"
    );
    assert!(text.contains("null]]"), "{text}");
}
