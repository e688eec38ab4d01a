//! Ids: those of people are pseudonyms, those of conversations and messages only with `--redact-ids`.

use std::fs;

use super::{KEY, USER, bot, folder};
use crate::support::fake::{Conversation, DAY, Fake, REFERENCE, World};
use crate::support::files;
use crate::support::{botpress, records, summary};

#[test]
fn ids_of_conversations_and_messages_stay_unless_they_are_asked_for() {
    let fake = Fake::start(bot());
    let folder = folder();
    let run = |args: &str| {
        let args = format!("-f jsonl --with-users {KEY} --redact {args}");
        records(&botpress(&fake, &args).within(folder.path()).stdout()).remove(0)
    };
    let plain = records(&botpress(&fake, "-f jsonl --with-users").stdout()).remove(0);
    let (kept, hidden) = (run(""), run("--redact-ids"));
    assert_eq!(
        (&kept["id"], &kept["messages"][2]["id"]),
        (&plain["id"], &plain["messages"][2]["id"])
    );
    let id = hidden["id"].as_str().unwrap();
    assert!(id.starts_with("conversation-") && id.len() == 29, "{id}");
    let message = hidden["messages"][2]["id"].as_str().unwrap();
    assert!(
        message.starts_with("message-") && message.len() == 24,
        "{message}"
    );
    // Joins work in both: the user of the messages is the one in the list.
    let user = kept["messages"][0]["user_id"].as_str().unwrap();
    assert!(user.starts_with("[USER-") && user.len() == 23, "{user}");
    assert_eq!(kept["users"][0]["id"], user);
    assert_eq!(hidden["messages"][0]["user_id"], user);
    assert_ne!(kept["messages"][1]["user_id"], user);
    assert!(!kept.to_string().contains(USER));
}

#[test]
fn ids_within_texts_are_hidden_with_them() {
    let mut world = World::new().conversation(Conversation::new("talk-0001", REFERENCE - DAY));
    let said = r#"{"text": "See https://example.com/of-yours/talk-0001."}"#;
    world.say_as("talk-0001", REFERENCE - DAY, false, "text", said);
    let fake = Fake::start(world);
    let folder = folder();
    let run = |args: &str| {
        let args = format!("-f jsonl {KEY} --redact {args}");
        botpress(&fake, &args).within(folder.path()).run().stdout
    };
    assert!(run("").contains("/of-yours/talk-0001."));
    let hidden = run("--redact-ids");
    let id = records(&hidden)[0]["id"].as_str().unwrap().to_owned();
    assert!(hidden.contains(&format!("/of-yours/{id}.")), "{hidden}");
}

#[test]
fn file_names_and_messages_have_no_ids_that_are_hidden() {
    let fake = Fake::start(bot());
    let folder = folder();
    let args = format!(
        "-d out --redact --redact-ids {KEY} --conversation talk --conversation lost-0001 --summary summary.json"
    );
    let run = botpress(&fake, &args).within(folder.path()).run();
    let names = files(&folder.path().join("out"));
    assert!(
        names.len() == 1 && names[0].contains("conversation-"),
        "{names:?}"
    );
    let summary = summary(folder.path());
    assert_eq!(summary["files"][0]["name"], names[0]);
    let written = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    for text in [&written, &run.stderr] {
        assert!(
            !text.contains("lost-0001") && !text.contains("talk"),
            "{text}"
        );
    }
}
