//! The same value has the same pseudonym, wherever and whenever it is met.

use std::fs;

use serde_json::json;

use super::{KEY, boost_saved, bot, folder, redacted, saved, texts_of};
use crate::support::fake::Fake;
use crate::support::{botpress, records};

#[test]
fn a_value_has_one_pseudonym_however_it_is_written() {
    let texts = [
        "+47 22 33 44 55",
        "22334455",
        "0047 22334455",
        "A@Example.com",
        "a@example.COM",
        "4111-1111-1111-1111",
        "4111111111111111",
    ];
    let shown = redacted(&json!({}), &texts, "--redact --region NO");
    assert!(
        shown[0].starts_with("[PHONE-") && shown[0].len() == 14,
        "{}",
        shown[0]
    );
    assert_eq!((&shown[1], &shown[2]), (&shown[0], &shown[0]));
    assert_eq!(shown[3], shown[4]);
    assert_eq!(shown[5], shown[6]);
    assert_ne!(shown[3], shown[5]);
}

#[test]
fn the_digits_are_a_keyed_digest_of_class_and_value() {
    // printf 'EMAIL\0a@example.com' | openssl dgst -sha256 -hmac 'a key of more than sixteen bytes'
    let shown = redacted(&json!({}), &["a@example.com"], "--redact");
    assert_eq!(shown, ["[EMAIL-b416ff]"]);
}

#[test]
fn both_vendors_and_all_runs_have_the_same_pseudonyms_with_the_same_key() {
    let fake = Fake::start(bot());
    let folder = folder();
    let jsonl = botpress(&fake, &format!("-f jsonl --redact --region NO {KEY}"))
        .within(folder.path())
        .stdout();
    let botpress = texts_of(&records(&jsonl)[0]);
    saved(
        folder.path(),
        &json!({"name": "Ola Nordmann"}),
        &["NORDMANN here, ring 22 33 44 55 or ola.n@mail.example"],
    );
    let jsonl = boost_saved(
        folder.path(),
        &format!("-f jsonl --redact --region NO {KEY}"),
    )
    .stdout();
    assert_eq!(texts_of(&records(&jsonl)[0])[0], botpress[0]);
    assert!(botpress[0].starts_with("[PERSON-"), "{}", botpress[0]);
    fs::write(folder.path().join("key"), "another key of sixteen bytes").unwrap();
    let other = boost_saved(
        folder.path(),
        &format!("-f jsonl --redact --region NO {KEY}"),
    )
    .stdout();
    assert_ne!(other, jsonl);
}

#[test]
fn without_a_key_each_run_has_its_own_and_says_so() {
    let folder = folder();
    saved(folder.path(), &json!({}), &["a@example.com"]);
    let run = || {
        let run = boost_saved(folder.path(), "-f jsonl --redact").run();
        run.ends(0, &["the key of the pseudonyms is random"]);
        assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
        run.stdout
    };
    assert_ne!(run(), run());
    let quiet = boost_saved(folder.path(), "-f jsonl --redact -q").run();
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
}

#[test]
fn a_text_without_anything_personal_stays_byte_for_byte() {
    let texts = [
        "Order 12345 of 29.11.2026 costs 1 299,00 kr.",
        "  two  blanks\t\u{a0}and a tab\r\nor a line\u{2028}",
        "v1.2.3 at 12:30:45; see https://example.com/a?page=2#top",
        "e\u{301} [x] {y} <b>&amp;</b> \u{200d}👩‍👩‍👧 \u{202e}",
        "",
    ];
    assert_eq!(
        redacted(
            &json!({"name": "Ola Nordmann"}),
            &texts,
            "--redact --region NO"
        ),
        texts
    );
}
