//! Reads any records as a Botpress conversation and its messages. No record may crash the program or break a format.

#![no_main]

mod written;

use convexport::fuzz::{botpress_conversation, botpress_message};
use libfuzzer_sys::fuzz_target;
use serde_json::value::RawValue;

// The input is an array: the conversation, and then its messages.
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

/// The value, or `None` when serde cannot hold it.
fn parsed(json: &str) -> Option<serde_json::Value> {
    serde_json::from_str(json).ok()
}
