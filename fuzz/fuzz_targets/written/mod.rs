//! What any conversation must come to, whatever its records say: every form stays whole.

use clap::{Parser, ValueEnum};
use convexport::cli::{Cli, Command};
use convexport::format::{Form, Format};
use convexport::model::Conversation;
use serde_json::value::RawValue;

thread_local! {
    static FORMS: Vec<(Format, Form)> =
        Format::value_variants().iter().map(|format| (*format, form(*format))).collect();
}

/// Writes the conversation twice in every form, and looks whether two conversations are in it.
pub fn in_all_forms(conversation: &Conversation) {
    FORMS.with(|forms| {
        for (format, form) in forms {
            if let Some(text) = document(form, conversation) {
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
        Format::Index => assert_eq!(lines(text), 2),
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

/// The document, where the form has a place for the conversation.
fn document(form: &Form, conversation: &Conversation) -> Option<String> {
    let mut formatter = form.formatter();
    if formatter.leaves_out(conversation).is_some() {
        return None;
    }
    let mut out = Vec::new();
    formatter.begin(&mut out).expect("memory");
    for _ in 0..2 {
        formatter.conversation(conversation, &mut out).ok()?;
    }
    formatter.end(&mut out).expect("memory");
    Some(String::from_utf8(out).expect("UTF-8"))
}

/// As the command line asks for it.
fn form(format: Format) -> Form {
    let args = [
        "convexport",
        "boost",
        "--input",
        "-",
        "--format",
        format.name(),
    ];
    match Cli::parse_from(args).command {
        Command::Boost(args) => Form::of(&args.output).expect("a form"),
        _ => unreachable!("boost was asked for"),
    }
}
