//! Any records in the place of a Botpress conversation and its messages: none breaks the program or a form of export.

#![no_main]

mod written;

use convexport::fuzz::{botpress_conversation, botpress_message};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

// An array: the conversation, and its messages.
fuzz_target!(|json: &str| {
    let Ok(records) = serde_json::from_str::<Vec<Box<RawValue>>>(json) else {
        return;
    };
    let mut records = records.into_iter();
    let Some(Ok(mut conversation)) = records
        .next()
        .map(|record| botpress_conversation(&record, true))
    else {
        return;
    };
    for record in records {
        let text = record.get().to_owned();
        if let Ok(message) = botpress_message(&record, true) {
            let raw = message.raw.as_ref().expect("it was asked for").get();
            assert_eq!(
                parsed(raw),
                parsed(&text),
                "a record is carried along as it is"
            );
            conversation.messages.push(message);
        }
    }
    written::in_all_forms(&conversation);
});

/// What serde can hold of it.
fn parsed(json: &str) -> Option<serde_json::Value> {
    serde_json::from_str(json).ok()
}
