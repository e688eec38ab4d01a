//! Makes file names from any template and any ids. No name may lead out of the folder, and no two conversations may
//! share a name.

#![no_main]

use std::path::{Component, Path};

use convexport::fuzz::{Conversation, NameTemplate, botpress_conversation};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

// The input has the template, the channel, and then one id per line.
fuzz_target!(|text: &str| {
    let mut lines = text.split('\n');
    let template = lines.next().unwrap_or_default().parse::<NameTemplate>();
    let (Ok(template), Some(channel)) = (template, lines.next()) else {
        return;
    };
    let mut taken: Vec<(String, String)> = Vec::new();
    for id in lines {
        let name = template.file_name(&conversation(id, channel), "json");
        let mut parts = Path::new(&name).components();
        assert!(
            parts.all(|part| matches!(part, Component::Normal(_))),
            "{name}"
        );
        assert!(
            name.split('/')
                .all(|part| !part.is_empty() && part.len() < 240),
            "{name}"
        );
        // Names must differ even where case does not count, as on macOS and Windows.
        let plain = name.to_lowercase();
        let other = taken.iter().find(|(other, of)| *other == plain && of != id);
        assert!(other.is_none(), "{name} is of {id} and of {other:?}");
        taken.push((plain, id.to_owned()));
    }
});

fn conversation(id: &str, channel: &str) -> Conversation {
    let record = json!({"id": id, "createdAt": "2026-11-20T10:00:00Z", "integration": channel});
    let record = serde_json::value::to_raw_value(&record).expect("JSON");
    botpress_conversation(&record, false).expect("a conversation")
}
