//! Reads any text as the sessions of a conversation of boost.ai's API v4. No text may crash the program, lose a message or
//! break a format.

#![no_main]

mod written;

use convexport::fuzz::{Element, boost_conversation};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|sessions: &str| {
    let text = format!(r#"{{"id":1,"sessions":{sessions},"environment":"live"}}"#);
    let mut element = Element::default();
    let read = element.read_whole(&text, true);
    let json = serde_json::from_str::<Value>(&text).ok();
    if let Some(json) = &json {
        assert_eq!(read.is_ok(), json.is_object(), "only objects are elements");
    }
    // Any text may bring other fields along, such as the messages of v3.
    if read.is_err() || !element.has_sessions() {
        return;
    }
    let Ok(conversation) = boost_conversation(&mut element, true) else {
        return;
    };
    let raw = conversation.raw.as_ref().expect("it was asked for").get();
    let raw: Value = serde_json::from_str(raw).expect("a record is JSON");
    let ids = raw["sessions"].as_array().into_iter().flatten();
    let ids = ids.flat_map(|session| session["messages"].as_array().into_iter().flatten());
    // A key that is given twice makes the last one count, and its messages stay.
    assert!(ids.count() <= conversation.messages.len(), "each id has its message");
    for message in &conversation.messages {
        let raw = message.raw.as_ref().expect("it was asked for").get();
        assert!(!raw.contains('\n'), "a record is on one line");
    }
    written::in_all_forms(&conversation);
});
