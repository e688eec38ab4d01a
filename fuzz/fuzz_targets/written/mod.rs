//! Checks that every format stays valid, whatever the conversation says.

use std::io::Cursor;

use calamine::{Reader, Xlsx};
use convexport::fuzz::{Conversation, Format, Formatted, FormatterFactory, formatter_factory};
use serde_json::value::RawValue;

const FORMATS: [Format; 12] = [
    Format::Text,
    Format::Markdown,
    Format::Html,
    Format::Json,
    Format::Jsonl,
    Format::Messages,
    Format::Conversations,
    Format::Csv,
    Format::Xlsx,
    Format::Chat,
    Format::Singer,
    Format::List,
];

thread_local! {
    static FACTORIES: Vec<(Format, FormatterFactory)> =
        FORMATS.iter().map(|format| (*format, formatter_factory(*format))).collect();
}

/// Writes the conversation twice in every format, and checks that the output has two conversations.
pub fn in_all_forms(conversation: &Conversation) {
    FACTORIES.with(|factories| {
        for (format, factory) in factories {
            let messages = 2 * conversation.messages.len();
            match document(factory, conversation) {
                None => {}
                Some(bytes) if *format == Format::Xlsx => check_workbook(&bytes, messages),
                Some(bytes) => check(*format, &String::from_utf8(bytes).expect("UTF-8"), messages),
            }
        }
    });
}

fn check(format: Format, text: &str, messages: usize) {
    match format {
        Format::Text => {
            let headers = text.lines().filter(|line| line.starts_with("=== "));
            assert_eq!(headers.count(), 2, "a forged header in {text}");
            // Each turn has two lines that are not indented: the first one, and the time. So have what is below a
            // header, and takeovers.
            let others = ["=== ", "Title: ", "Handover", "Ticket", "Tags: ", "--- "];
            let own = text
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with("  "))
                .filter(|line| !others.iter().any(|start| line.starts_with(start)));
            assert_eq!(own.count(), 2 * messages, "a forged turn in {text}");
        }
        Format::Json => {
            let all = serde_json::from_str::<Vec<&RawValue>>(text);
            assert_eq!(all.expect("an array").len(), 2);
        }
        Format::Jsonl | Format::Chat => assert_eq!(lines(text), 2),
        Format::List | Format::Conversations => assert_eq!(lines(text), 2),
        Format::Messages => assert_eq!(lines(text), messages),
        // Two schemas, then two conversations and their messages.
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
        // Other tests parse these two formats. Here they only must not fail.
        Format::Markdown | Format::Html => {}
        Format::Xlsx => unreachable!("a workbook is no text"),
    }
}

fn check_workbook(bytes: &[u8], messages: usize) {
    let mut book = Xlsx::new(Cursor::new(bytes)).expect("a workbook");
    for (sheet, rows) in [("Conversations", 2), ("Messages", messages)] {
        let formulas = book.worksheet_formula(sheet).expect("a sheet");
        assert_eq!(formulas.used_cells().count(), 0, "formulas in {sheet}");
        let range = book.worksheet_range(sheet).expect("a sheet");
        assert_eq!(range.height(), 1 + rows, "rows of {sheet}");
    }
}

/// Checks that every line is JSON. Returns the number of lines.
fn lines(text: &str) -> usize {
    let lines = text
        .split_terminator('\n')
        .map(serde_json::from_str::<&RawValue>);
    lines.map(|line| line.expect("a line is JSON")).count()
}

/// Writes the document. Returns `None` when the format cannot hold the conversation.
fn document(factory: &FormatterFactory, conversation: &Conversation) -> Option<Vec<u8>> {
    let mut formatter = factory.formatter();
    let mut out = Vec::new();
    formatter.begin(&mut out);
    for _ in 0..2 {
        match formatter.conversation(conversation, &mut out) {
            Ok(Formatted::Written) => {}
            _ => return None,
        }
    }
    formatter.end(&mut out).expect("memory takes it");
    Some(out)
}
