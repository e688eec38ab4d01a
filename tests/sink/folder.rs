//! `-d DIR`: one file per conversation.

use std::fs;

use super::names;
use crate::support::fake::{Conversation, Fake, REFERENCE, World, utc};
use crate::support::{botpress, ids, truth};

#[test]
fn a_folder_gets_a_file_a_conversation() {
    let odd = Conversation::new("../Ünsafe: CON?", REFERENCE);
    let fake = Fake::start(World::with_conversations(3, |_| 2).conversation(odd));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(
        botpress(&fake, "-d new/er").within(folder.path()).stdout(),
        ""
    );
    let names = names(&folder.path().join("new/er"));
    let mut expected: Vec<_> = fake.world().conversations[..3]
        .iter()
        .map(|known| format!("{}_{}.txt", &utc(known.created_at)[..10], known.id))
        .collect();
    expected.push("2026-11-20_____nsafe__CON_~".to_owned());
    expected.sort();
    assert_eq!(names.len(), 4);
    for (name, expected) in names.iter().zip(&expected) {
        assert!(name.starts_with(expected.as_str()), "{name} {expected}");
    }
    let one = fs::read_to_string(folder.path().join("new/er").join(&names[0])).unwrap();
    assert!(
        one.starts_with("=== ") && one.matches("=== ").count() == 1,
        "{one}"
    );
}

#[test]
fn each_form_works_in_a_folder() {
    let fake = Fake::start(World::with_conversations(5, |_| 2));
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "-d json -f json")
        .within(folder.path())
        .stdout();
    let mut found: Vec<_> = Vec::new();
    for name in names(&folder.path().join("json")) {
        let text = fs::read_to_string(folder.path().join("json").join(name)).unwrap();
        let whole: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        found.extend(ids(&whole));
    }
    let mut all = truth(&fake.world());
    all.sort();
    found.sort();
    assert_eq!(found, all);
}
