//! What any conversation must come to, whatever its records say: every form stays whole.

use convexport::fuzz::{Conversation, Format, Formatted, FormatterFactory, formatter_factory};
use serde_json::value::RawValue;

const FORMATS: [Format; 10] = [
    Format::Text,
    Format::Markdown,
    Format::Html,
    Format::Json,
    Format::Jsonl,
    Format::Messages,
    Format::Csv,
    Format::Chat,
    Format::Singer,
    Format::List,
];

thread_local! {
    static FACTORIES: Vec<(Format, FormatterFactory)> =
        FORMATS.iter().map(|format| (*format, formatter_factory(*format))).collect();
}

/// Writes the conversation twice in every format, and looks whether two conversations are in it.
pub fn in_all_forms(conversation: &Conversation) {
    FACTORIES.with(|factories| {
        for (format, factory) in factories {
            if let Some(text) = document(factory, conversation) {
                check(*format, &text, 2 * conversation.messages.len());
            }
        }
    });
}

fn check(format: Format, text: &str, messages: usize) {
    match format {
        Format::Text => {
            let headers = text.lines().filter(|line| line.starts_with("=== "));
            assert_eq!(headers.count(), 2, "a forged header in {text}");
            // Of each turn the first line and the time; the lines between stand out from these.
            let own = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("  "));
            assert_eq!(own.count(), 2 + 2 * messages, "a forged turn in {text}");
        }
        Format::Json => {
            let all = serde_json::from_str::<Vec<&RawValue>>(text);
            assert_eq!(all.expect("an array").len(), 2);
        }
        Format::Jsonl | Format::Chat => assert_eq!(lines(text), 2),
        Format::List => assert_eq!(lines(text), 2),
        Format::Messages => assert_eq!(lines(text), messages),
        // Each stream's schema, and then its records.
        Format::Singer => assert_eq!(lines(text), 2 + 2 + messages),
        Format::Csv => {
            let mut rows = 0;
            for row in csv::Reader::from_reader(text.as_bytes()).records() {
                rows += 1;
                let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
                assert!(
                    !row.expect("a row").iter().any(formula),
                    "a formula in {text}"
                );
            }
            assert_eq!(rows, messages);
        }
        // Their own tests parse what these become; here they only must not fail.
        Format::Markdown | Format::Html => {}
    }
}

/// How many lines of JSON these are.
fn lines(text: &str) -> usize {
    let lines = text
        .split_terminator('\n')
        .map(serde_json::from_str::<&RawValue>);
    lines.map(|line| line.expect("a line is JSON")).count()
}

/// The document; `None` when the format has no place for the conversation.
fn document(factory: &FormatterFactory, conversation: &Conversation) -> Option<String> {
    let mut formatter = factory.formatter();
    let mut out = Vec::new();
    formatter.begin(&mut out);
    for _ in 0..2 {
        match formatter.conversation(conversation, &mut out) {
            Ok(Formatted::Written) => {}
            _ => return None,
        }
    }
    formatter.end(&mut out);
    Some(String::from_utf8(out).expect("UTF-8"))
}
