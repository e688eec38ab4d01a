//! What an element of an export becomes: the documented shape, and its own bytes in `raw`.

use serde_json::{Value, json};

use crate::support::{convexport, records};

#[test]
fn the_shape_is_the_documented_one() {
    let out = convexport("boost --input tests/fixtures/boost-export.json -f jsonl").stdout();
    assert_eq!(out.lines().count(), 1);
    let record = &records(&out)[0];
    let sample: Value =
        serde_json::from_str(include_str!("../../fixtures/boost-export.json")).unwrap();
    let mut theirs = sample[1].clone();
    let messages = theirs.as_object_mut().unwrap().remove("messages").unwrap();
    assert_eq!(record["raw"], theirs);
    assert_eq!(record["source"], "boost");
    assert_eq!(record["id"], "1000001");
    assert_eq!(record["created_at"], "2021-01-28T16:20:48.812727Z");
    assert_eq!(record["updated_at"], "2021-01-28T16:20:59.324965Z");
    assert_eq!(
        (&record["channel"], &record["tags"]),
        (&Value::Null, &json!({}))
    );
    let found = record["messages"].as_array().unwrap();
    assert_eq!(found.len(), 5);
    assert_eq!(found[1]["raw"], messages[1]);
    assert_eq!(found[3]["raw"], messages[3]["button_clicked"]);
    let mut click = found[3].clone();
    click.as_object_mut().unwrap().remove("raw");
    let expected = json!({
        "id": "1000006:click", "created_at": "2021-01-28T16:20:59.324965Z", "role": "user", "user_id": null,
        "author": null, "type": "button_click", "text": "Action buttons", "options": [], "attachments": [],
    });
    assert_eq!(click, expected);
    let options = json!([
        {"label": "Action buttons", "value": "7"}, {"label": "Boost.AI", "value": "https://www.frankenthalerfoundation.org"},
        {"label": "Api arrays", "value": "10"}, {"label": "Named api arrays", "value": "11"}, {"label": "JSON", "value": "12"}]);
    assert_eq!(found[2]["options"], options);
    let attachments = json!([
        {"type": "image", "url": "<image URL>", "title": null}, {"type": "video", "url": "<video URL>", "title": null}]);
    assert_eq!(found[2]["attachments"], attachments);
}

#[test]
fn raw_is_verbatim_and_odd_strings_lose_nothing() {
    let talk = r#"{"zeta":1.0,"type":"conversation","id":12345678901234567890123,"e":1e400,"messages":[{"b":"\u00e9","id":"x","type":"question","question":{"input":"half \ud83d, whole \ud83d\ude00"},"a":[1.50]}],"last":[]}"#;
    let answer = format!(
        r#"[{{"type":"query_info"}},{talk},{{"type":"post_query_info","conversations":1}}]"#
    );
    let out = convexport("boost --input - -f jsonl")
        .stdin(&answer)
        .stdout();
    let message = talk
        .split_once("\"messages\":[")
        .unwrap()
        .1
        .split_once("],\"last\"")
        .unwrap()
        .0;
    let ours = r#"{"source":"boost","account":null,"id":"12345678901234567890123","created_at":null,"updated_at":null,"channel":null,"title":null,"tags":{},"handover":null,"messages":[{"id":"x","created_at":null,"role":"user","user_id":null,"author":null,"type":"question","text":"half �, whole 😀","options":[],"attachments":[],"raw":"#;
    let theirs =
        r#"{"zeta":1.0,"type":"conversation","id":12345678901234567890123,"e":1e400,"last":[]}"#;
    assert_eq!(out, format!("{ours}{message}}}],\"raw\":{theirs}}}\n"));
    let bare = convexport("boost --input - -f jsonl --no-raw")
        .stdin(&answer)
        .stdout();
    assert!(!bare.contains("raw"), "{bare}");
}
