//! Nothing personal is in any format, file name, summary or message.

use std::fs::{self, File};
use std::io::Read;

use super::{KEY, PERSONAL, bot, check_clean, folder};
use crate::support::fake::{Action, Fake, Rule};
use crate::support::files;
use crate::support::{botpress, convexport, records, side_by_side};

const FORMATS: &[&str] = &[
    "text",
    "markdown",
    "html",
    "json",
    "jsonl",
    "messages",
    "conversations",
    "csv",
    "csv --rows conversations",
    "chat",
];

#[test]
fn no_format_has_anything_personal() {
    let fake = Fake::start(bot());
    side_by_side(FORMATS, |format| {
        let folder = folder();
        let args = format!("-f {format} --redact {KEY} -v --summary summary.json");
        let run = botpress(&fake, &args).within(folder.path()).run();
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(
            run.stdout.contains("talk") || format.starts_with("chat"),
            "{}",
            run.stdout
        );
        check_clean(format, &run.stdout);
        check_clean("stderr", &run.stderr);
        check_clean(
            "the summary",
            &fs::read_to_string(folder.path().join("summary.json")).unwrap(),
        );
    });
    // Without the redaction all of it is there.
    let plain = botpress(&fake, "-f json --with-users --with-state profile").stdout();
    for personal in PERSONAL {
        assert!(plain.contains(personal), "{personal}");
    }
}

#[test]
fn everything_that_can_be_asked_for_is_covered() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!("-f jsonl --with-users --with-state profile --redact {KEY}");
    let run = botpress(&fake, &args).within(folder.path()).stdout();
    check_clean("jsonl", &run);
    let conversation = &records(&run)[0];
    let name = conversation["users"][0]["name"].as_str().unwrap();
    assert!(name.starts_with("[PERSON-") && name.len() == 15, "{name}");
    let message = &conversation["messages"][0];
    assert_eq!(message["author"], name);
    assert_eq!(message["user_id"], conversation["users"][0]["id"]);
    assert_eq!(conversation["title"], format!("{name} asks"));
    assert_eq!(conversation["tags"]["topic"], "billing");
    assert_eq!(conversation["states"]["profile"]["step"], 3);
    assert!(conversation.get("raw").is_none() && message.get("raw").is_none());
    let last = conversation["messages"][6]["text"].as_str().unwrap();
    assert!(last.ends_with("Order 12345 is on its way."), "{last}");
}

#[test]
fn a_workbook_has_nothing_personal() {
    let fake = Fake::start(bot());
    let folder = folder();
    botpress(&fake, &format!("-o all.xlsx --redact {KEY}"))
        .within(folder.path())
        .stdout();
    let file = File::open(folder.path().join("all.xlsx")).unwrap();
    let mut book = zip::ZipArchive::new(file).unwrap();
    for index in 0..book.len() {
        let mut text = String::new();
        book.by_index(index)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        check_clean("the workbook", &text);
    }
}

#[test]
fn names_are_known_though_nobody_asks_to_see_the_users() {
    let fake = Fake::start(bot());
    let folder = folder();
    let jsonl = botpress(&fake, &format!("-f jsonl --redact {KEY}"))
        .within(folder.path())
        .stdout();
    let conversation = &records(&jsonl)[0];
    assert!(conversation.get("users").is_none());
    assert_eq!(
        conversation["messages"][0]["author"],
        serde_json::Value::Null
    );
    let text = conversation["messages"][1]["text"].as_str().unwrap();
    assert!(text.starts_with("Hi [PERSON-"), "{text}");
}

#[test]
fn what_was_asked_for_names_nobody() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!(
        "--participant {} --tag ola.nordmann@example.com=yes --redact {KEY} -f html --summary summary.json",
        super::USER
    );
    let run = botpress(&fake, &args).within(folder.path()).stdout();
    check_clean("the page", &run);
    let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    check_clean("the summary", &summary);
}

#[test]
fn messages_and_errors_name_nobody() {
    let fake = Fake::start(bot().rule(Rule::on("/users/").answer(Action::Status(500))));
    let folder = folder();
    let args = format!("-v --retries 1 -f jsonl --redact {KEY} --summary summary.json");
    let run = botpress(&fake, &args).within(folder.path()).run();
    assert!(run.stderr.contains("[USER-"), "{}", run.stderr);
    assert!(!run.stderr.contains(super::USER), "{}", run.stderr);
    let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    assert!(!summary.contains(super::USER), "{summary}");
}

#[test]
fn the_summary_counts_what_was_replaced() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!("-d out -f text --redact {KEY} --summary summary.json");
    botpress(&fake, &args).within(folder.path()).stdout();
    let counts = crate::support::summary(folder.path())["redacted"].clone();
    for class in ["card", "national-id", "ip", "birth-date", "url"] {
        assert_eq!(counts[class], 1, "{class}: {counts}");
    }
    assert!(counts["people"].as_u64() > Some(5), "{counts}");
    assert_eq!(files(&folder.path().join("out")).len(), 1);
    // Without the flag there is no such key.
    botpress(&fake, "-o all.jsonl --summary summary.json")
        .within(folder.path())
        .stdout();
    assert!(
        crate::support::summary(folder.path())
            .get("redacted")
            .is_none()
    );
}

#[test]
fn an_earlier_export_is_redacted_as_well_and_again() {
    let fake = Fake::start(bot());
    let folder = folder();
    botpress(&fake, "-o all.jsonl --with-users --with-state profile")
        .within(folder.path())
        .stdout();
    let render = |args: &str| {
        convexport("render")
            .args(args)
            .within(folder.path())
            .stdout()
    };
    let once = render(&format!("all.jsonl -f jsonl --redact {KEY}"));
    check_clean("the export", &once);
    fs::write(folder.path().join("once.jsonl"), &once).unwrap();
    fs::write(folder.path().join("key"), "another key of sixteen bytes").unwrap();
    assert_eq!(render(&format!("once.jsonl -f jsonl --redact {KEY}")), once);
}
