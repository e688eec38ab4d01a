//! The flags of the redaction, and what they refuse.

use std::fs;

use serde_json::json;

use super::{KEY, boost_saved, bot, folder, redacted, saved};
use crate::support::botpress;
use crate::support::fake::Fake;

const TEXT: &str = "a@example.com from 192.0.2.17, Falcon 4111 1111 1111 1111";

fn shown(args: &str) -> String {
    redacted(&json!({}), &[TEXT], args).remove(0)
}

#[test]
fn classes_can_be_chosen_and_kept() {
    let only = shown("--redact email,ip");
    assert!(
        only.starts_with("[EMAIL-")
            && only.contains("[IP-")
            && only.ends_with("4111 1111 1111 1111"),
        "{only}"
    );
    let kept = shown("--redact --keep card,email");
    assert!(
        kept.starts_with("a@example.com from [IP-") && kept.ends_with("4111 1111 1111 1111"),
        "{kept}"
    );
    assert_eq!(shown("--redact=all --keep ip"), shown("--redact --keep ip"));
}

#[test]
fn a_list_has_words_and_expressions_of_ones_own() {
    let folder = folder();
    fs::write(
        folder.path().join("list"),
        "# ours\nproject falcon\nserver /192(\\.\\d+){3}/\n",
    )
    .unwrap();
    saved(folder.path(), &json!({}), &[TEXT]);
    let args = format!("-f text --redact email --redact-list list {KEY} --summary summary.json");
    let text = boost_saved(folder.path(), &args).stdout();
    assert!(
        text.contains("from [SERVER-") && text.contains(", [PROJECT-"),
        "{text}"
    );
    let counts = crate::support::summary(folder.path())["redacted"].clone();
    assert_eq!(counts, json!({"email": 1, "project": 1, "server": 1}));
}

#[test]
fn flags_that_make_no_sense_are_refused() {
    let folder = folder();
    saved(folder.path(), &json!({}), &[TEXT]);
    fs::write(folder.path().join("short"), "fifteen bytes..\n").unwrap();
    fs::write(folder.path().join("list"), "Wrong\n").unwrap();
    for (args, parts) in [
        ("--keep email", vec!["--keep goes with --redact"]),
        ("--redact-ids", vec!["--redact-ids goes with --redact"]),
        (
            "--redact-key-file key",
            vec!["--redact-key-file goes with --redact"],
        ),
        (
            "--redact mail",
            vec!["`mail` is no class", "email", "national-id"],
        ),
        (
            "--redact email --keep email",
            vec!["nothing is left to redact"],
        ),
        (
            "--redact email --region NO",
            vec!["--region is for telephone numbers"],
        ),
        ("--redact --region Norway", vec!["a region has two letters"]),
        (
            "--redact --redact-key-file short",
            vec!["at least 16 bytes", "15", "short"],
        ),
        ("--redact --redact-key-file -", vec!["give a file"]),
        ("--redact --redact-list list", vec!["list", "line 1"]),
        (
            "--redact --redact-raw --no-raw -f json",
            vec!["--redact-raw and --no-raw"],
        ),
        (
            "--redact --archive bot.db",
            vec!["an archive keeps everything", "-o"],
        ),
        (
            "--redact --redact-key-file key -o key",
            vec!["key is named twice"],
        ),
    ] {
        boost_saved(folder.path(), args).run().ends(2, &parts);
    }
    let missing = boost_saved(folder.path(), "--redact --redact-key-file none").run();
    missing.ends(1, &["could not read the key's file none"]);
}

#[test]
fn the_key_is_in_no_output() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!("-v -f json --redact {KEY} --summary summary.json");
    let run = botpress(&fake, &args).within(folder.path()).run();
    let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    for text in [run.stdout, run.stderr, summary] {
        assert!(!text.contains("sixteen bytes"), "{text}");
    }
}
