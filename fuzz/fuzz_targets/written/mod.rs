//! What any conversation must come to, whatever its records say: every form stays whole.

use clap::ValueEnum;
use convexport::format::Format;
use convexport::model::Conversation;
use convexport::time::{TimeStyle, Zone};
use serde_json::value::RawValue;

/// Writes the conversation twice in every form, and looks whether two conversations are in it.
pub fn in_all_forms(conversation: &Conversation) {
    for format in Format::value_variants() {
        let text = document(*format, conversation);
        match format {
            Format::Text => {
                let headers = text.lines().filter(|line| line.starts_with("=== "));
                assert_eq!(headers.count(), 2, "a forged header in {text}");
                let turns = text.split("\n\n").count() - 2;
                assert!(turns <= 2 * conversation.messages.len() + 2, "a forged turn in {text}");
            }
            Format::Json => {
                let all = serde_json::from_str::<Vec<&RawValue>>(&text);
                assert_eq!(all.expect("an array").len(), 2);
            }
            Format::Jsonl => {
                let lines = text.split_terminator('\n').map(serde_json::from_str::<&RawValue>);
                assert_eq!(lines.map(|line| line.expect("a line is JSON")).count(), 2);
            }
            #[allow(unreachable_patterns, reason = "of further forms, that they do not panic")]
            _ => {}
        }
    }
}

fn document(format: Format, conversation: &Conversation) -> String {
    let times = TimeStyle::new(Zone::Local, "%F %T %:z").expect("a format");
    let mut formatter = format.formatter(&times);
    let mut out = Vec::new();
    formatter.begin(&mut out).expect("memory");
    formatter.conversation(conversation, &mut out).expect("memory");
    formatter.conversation(conversation, &mut out).expect("memory");
    formatter.end(&mut out).expect("memory");
    String::from_utf8(out).expect("UTF-8")
}
