//! The conversation's own people are found by what their record knows of them.

use serde_json::json;

use super::redacted;

fn ola(text: &str) -> String {
    let user = json!({"name": "Ola Nordmann"});
    redacted(&user, &[text], "--redact").remove(0)
}

#[test]
fn a_name_is_found_however_it_is_written() {
    for text in [
        "I am Ola Nordmann.",
        "ola",
        "NORDMANN",
        "Nordmann, Ola",
        "Ola\nNordmann",
        "(Ola)",
        "Ola’s bill",
        "Olas bil",
        "this is Nord-\nmann",
        "ola.nordmann",
        "olanordmann",
        "«Nordmann»",
        "Ola-Nordmann",
        "O\u{301}la",
        "ola_nordmann",
    ] {
        let shown = ola(text);
        assert!(shown.contains("[PERSON-"), "{text}: {shown}");
        let shown = shown.to_lowercase();
        assert!(
            !shown.contains("nordm") && !shown.contains("ola"),
            "{text}: {shown}"
        );
    }
}

#[test]
fn words_that_only_resemble_a_name_stay() {
    for text in [
        "Nordmannen bor her",
        "cola and Nordmanns-tre",
        "granola",
        "Ole",
    ] {
        let shown = ola(text);
        assert!(
            !shown.contains("[PERSON-") || text.contains("Nordmanns"),
            "{text}: {shown}"
        );
    }
}

#[test]
fn diacritics_and_scripts_make_no_difference() {
    let shown =
        |name: &str, text: &str| redacted(&json!({ "name": name }), &[text], "--redact").remove(0);
    for (name, text) in [
        ("José Núñez", "JOSE NUNEZ"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Bjørn Ødegård", "bjorn odegard"),
        ("山田 太郎", "私は山田太郎です"),
        ("مريم حسن", "أنا مريم"),
        ("Siân O'Brien", "sian obrien"),
    ] {
        let shown = shown(name, text);
        assert!(shown.contains("[PERSON-"), "{name}: {shown}");
    }
}

#[test]
fn a_name_that_is_also_a_word_is_only_a_name_where_it_is_written_as_one() {
    let user = json!({"name": "Will Rose"});
    let texts = [
        "Will you send it? I will. The price rose.",
        "I spoke with Will about it",
        "will rose wrote that",
        "Mr Rose called",
        "Prices rose again. Will it work",
    ];
    let shown = redacted(&user, &texts, "--redact");
    assert_eq!(shown[0], texts[0]);
    assert!(
        shown[1].starts_with("I spoke with [PERSON-"),
        "{}",
        shown[1]
    );
    assert!(shown[2].starts_with("[PERSON-"), "{}", shown[2]);
    assert!(shown[3].starts_with("Mr [PERSON-"), "{}", shown[3]);
    assert_eq!(shown[4], texts[4]);
}

#[test]
fn what_a_record_calls_somebodys_is_found_in_texts() {
    let user = json!({
        "profile": {"first_name": "Kari", "address": {"street": "Storgata 15"}, "username": "kari_the_cat"},
        "phone": "+47 22 33 44 55",
        "customer_id": "C-00912-XY",
        "email": "k@example.com",
    });
    let texts = [
        "kari lives at storgata 15",
        "22334455 or 47 223 34 455",
        "kari_the_cat is C-00912-XY",
        "K@EXAMPLE.com",
    ];
    let shown = redacted(&user, &texts, "--redact=people");
    assert!(
        shown[0].starts_with("[PERSON-") && shown[0].contains(" lives at [ADDRESS-"),
        "{}",
        shown[0]
    );
    assert!(
        shown[1].starts_with("[PHONE-") && shown[1].contains(" or [PHONE-"),
        "{}",
        shown[1]
    );
    assert!(
        shown[2].starts_with("[HANDLE-") && shown[2].contains(" is [USER-"),
        "{}",
        shown[2]
    );
    assert!(shown[3].starts_with("[EMAIL-"), "{}", shown[3]);
}

#[test]
fn a_bots_name_and_a_guests_are_no_names() {
    let texts = ["the guest is here", "Guest? Human help please"];
    assert_eq!(
        redacted(&json!({"name": "Guest"}), &texts, "--redact"),
        texts
    );
}
