//! No text of a message breaks a format: what was said can be read back, and nothing passes for structure.
//! Markdown has tests of its own, since only its parser can tell.

use std::collections::HashMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::xlsx::{sheets, workbook};
use crate::run::tap::tap;
use crate::support::fake::Fake;
use crate::support::{bot_with, botpress, records};

/// What structure is made of, in one form or another.
const BITS: &[&str] = &[
    "a",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\t",
    "=== x ===\n",
    "\nUser: ",
    "\nat 2026-01-01",
    "\"",
    "'",
    ",",
    ";",
    "\\",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "＝1",
    "[",
    "]",
    "{",
    "}",
    "},\n{",
    "\u{0}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{202e}",
    "</script>",
    "<script>",
    "<!--",
    "]]>",
    "&amp;",
    "</article>",
    "\u{1b}[2J",
    "é",
    "🙂",
];

fn hostile() -> impl Strategy<Value = String> {
    let bits = prop::collection::vec(prop::sample::select(BITS), 0..12);
    prop_oneof![3 => bits.prop_map(|bits| bits.concat()), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_text_breaks_a_form(texts in prop::collection::vec(hostile(), 80)) {
        // A chat needs a question and an answer.
        let frame = |text: &str| [text.to_owned()];
        stays_whole(&[&frame("a"), &*texts, &frame("b")].concat());
    }
}

fn stays_whole(texts: &[String]) {
    let messages: Vec<_> = texts.iter().enumerate().map(message).collect();
    let messages: Vec<_> = messages.iter().map(String::as_str).collect();
    let fake = Fake::start(bot_with(&messages));
    let export = |form: &str| botpress(&fake, "-f").arg(form).stdout();

    let json: Vec<Value> = serde_json::from_str(&export("json")).unwrap();
    let lines = records(&export("jsonl"));
    for conversations in [&json, &lines] {
        assert_eq!(conversations.len(), 1);
        assert_eq!(
            said(conversations[0]["messages"].as_array().unwrap()),
            texts
        );
    }
    assert_eq!(said(&records(&export("messages"))), texts);
    assert_eq!(records(&export("chat")).len(), 1);
    let folder = tempfile::tempdir().unwrap();
    let told = records(&tap(&fake, "botpress", folder.path(), "").stdout());
    let rows = told.iter().filter(|line| line["type"] == "RECORD");
    let rows = rows.filter(|line| line["stream"] == "messages");
    let rows: Vec<_> = rows.map(|line| line["record"].clone()).collect();
    // No database takes a NUL.
    let kept: Vec<_> = texts
        .iter()
        .map(|text| text.replace('\0', "\u{fffd}"))
        .collect();
    assert_eq!(said(&rows), kept);

    let csv = export("csv");
    let rows =
        csv::Reader::from_reader(csv.as_bytes()).into_deserialize::<HashMap<String, String>>();
    let cells: Vec<_> = rows.map(|row| row.unwrap()["text"].clone()).collect();
    assert_eq!(cells.len(), texts.len());
    for (cell, text) in cells.iter().zip(texts) {
        assert!(
            cell == text || *cell == format!("'{text}"),
            "{cell:?} of {text:?}"
        );
        assert!(
            !cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']),
            "{cell:?}"
        );
    }

    let book = workbook(botpress(&fake, ""));
    let (_, rows) = sheets(&book).pop().expect("messages");
    let cells: Vec<_> = rows[1..].iter().map(|row| row[15].to_string()).collect();
    let lines = texts
        .iter()
        .map(|text| text.replace("\r\n", "\n").replace('\r', "\n"));
    assert_eq!(cells, lines.collect::<Vec<_>>());

    let text = export("text");
    assert_eq!(
        text.lines().filter(|line| line.starts_with("=== ")).count(),
        1,
        "{text}"
    );
    // A header, and of each turn its first line and its time; the lines between stand out from these.
    let own = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("  "));
    assert_eq!(own.count(), 1 + 2 * texts.len(), "{text}");

    let plain = Fake::start(bot_with(&[&message((0, &"a".to_owned()))]));
    // There are more blocks of data in a larger page, and they have letters and digits alone.
    let without_data =
        |page: String| page.replace("<script type=\"application/octet-stream\">", "");
    let plain = without_data(botpress(&plain, "-f html").stdout());
    let page = without_data(export("html"));
    for tag in ["<script", "<style", "<!--"] {
        assert_eq!(
            page.matches(tag).count(),
            plain.matches(tag).count(),
            "{tag} in {page}"
        );
    }
}

/// The `index`th message of the conversation, oldest first.
fn message((index, text): (usize, &String)) -> String {
    let direction = if text == "b" { "outgoing" } else { "incoming" };
    let time = format!("2026-11-19T10:{:02}:{:02}Z", index / 60, index % 60);
    let id = format!("m{index:02}");
    let payload = json!({"text": text});
    json!({"id": id, "createdAt": time, "type": "text", "direction": direction, "userId": text, "payload": payload})
        .to_string()
}

/// The texts of messages.
fn said(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap())
        .collect()
}
