//! Reads any text as an element of boost.ai's stream. No text may crash the program or break a format.

#![no_main]

mod written;

use std::hint::black_box;

use convexport::fuzz::{Element, boost_conversation};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: &str| {
    // The splitter returns elements without white space around them.
    let text = text.trim_matches([' ', '\n', '\r', '\t']);
    let mut element = Element::default();
    let read = element.read_whole(text, true);
    let json = serde_json::from_str::<Value>(text).ok();
    if let Some(json) = &json {
        assert_eq!(read.is_ok(), json.is_object(), "only objects are elements");
    }
    // An element with an error is named by the fields before the error.
    black_box((element.text("type"), element.id()));
    if read.is_err() {
        return;
    }
    if let Ok(conversation) = boost_conversation(&mut element, true) {
        for message in &conversation.messages {
            let raw = message.raw.as_ref().expect("it was asked for").get();
            assert!(!raw.contains('\n'), "a record is on one line");
        }
        written::in_all_forms(&conversation);
    }
});
