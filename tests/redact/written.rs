//! What is personal is found however it is encoded, and in texts that were made to take long.

use serde_json::json;

use super::{KEY, boost_saved, folder, redacted, saved, texts_of};
use crate::support::records;

/// What becomes of a text of Ola Nordmann, whose number is known.
fn shown(text: &str) -> String {
    let user = json!({"name": "Ola Nordmann", "phone": "+47 22 33 44 55"});
    redacted(&user, &[text], "--redact").remove(0)
}

/// A text with `[EMAIL]` for each `[EMAIL-7f3a9c]`.
fn without_digits(text: &str) -> String {
    let digits = regex::Regex::new("-[0-9a-f]{6}\\]").unwrap();
    digits.replace_all(text, "]").into_owned()
}

#[test]
fn encoded_texts_are_read() {
    for (text, expected) in [
        (
            "https://x.example/CV%20Ola%20Nordmann.pdf",
            "https://x.example/CV%20[PERSON].pdf",
        ),
        (
            "https://x.example/?from=ola%40mail.example&page=2",
            "https://x.example/?from=[EMAIL]&page=2",
        ),
        (
            r#"{"a":"Ola\nNordmann","b":"\u004fla"}"#,
            r#"{"a":"[PERSON]","b":"[PERSON]"}"#,
        ),
        ("to ｏｌａ＠mail.example", "to [EMAIL]"),
        ("tel ２２３３４４５５", "tel [PHONE]"),
        ("tel ٢٢٣٣٤٤٥٥", "tel [PHONE]"),
        ("22\u{200b}33\u{200b}44\u{200b}55", "[PHONE]"),
        ("this is nordmann85", "this is [PERSON]"),
    ] {
        assert_eq!(without_digits(&shown(text)), expected, "{text}");
    }
    // An address has the same pseudonym in a parameter as on its own.
    let both = shown("https://x.example/?page=2&from=per%40mail.example per@mail.example");
    let mut parts = both.split(['=', ' ']).skip(2);
    assert!(
        parts.next() == parts.next() && both.ends_with(']'),
        "{both}"
    );
}

#[test]
fn encoded_texts_without_identifiers_stay() {
    for text in [
        "100%25 of https://x.example/a%20b%C3%B8%ff?x=%2",
        r"C:\new\users \u12 \ud800 \",
        "全角：１２、３４％ \u{200f}שלום\u{200f}",
        "👩\u{200d}👧 \u{feff}e\u{301}",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn numbers_in_brackets_are_no_pseudonyms() {
    for text in ["[47-22334455]", "[TLF-22334455]", "[0047-22334455]"] {
        let shown = shown(text);
        assert!(
            shown.contains("[PHONE-") && !shown.contains("2233"),
            "{text}: {shown}"
        );
    }
    // A pseudonym does not protect the address around it.
    let address = "https://x.example/?from=[EMAIL-7f3a9c]&token=abcdef012345";
    let shown = shown(address);
    assert!(shown.starts_with("[URL-"), "{shown}");
}

#[test]
fn texts_that_were_made_to_take_long_do_not() {
    // Each took hours when it was looked at from each of its words on.
    let texts = [
        "van der ".repeat(40_000),
        "see Will, it ".repeat(20_000),
        "order 1234567 ".repeat(20_000),
        "[EMAIL-aabbcc] a@b.example ".repeat(20_000),
    ];
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let folder = folder();
    let names = [
        "Jan van der Berg".to_owned(),
        "Will Smith".to_owned(),
        "ae".repeat(50_000),
    ];
    let people: Vec<_> = names.iter().map(|name| json!({ "name": name })).collect();
    saved(folder.path(), &json!({ "users": people }), &texts);
    let args = format!("-f jsonl --redact {KEY}");
    let shown = texts_of(&records(&boost_saved(folder.path(), &args).stdout())[0]);
    assert_eq!(shown[0], texts[0]);
    assert!(!shown[1].contains("Will") && !shown[3].contains('@'));
    assert_eq!(shown[2], texts[2]);
}
