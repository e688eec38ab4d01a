//! `--redact`: personal data is taken out of everything that is written. `tests/redaction/` measures how much is found.

mod archive;
mod everywhere;
mod flags;
mod ids;
mod names;
mod pseudonyms;
mod raw;
mod tap;
mod written;

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::fake::{Conversation, DAY, REFERENCE, User, World};
use crate::support::{Convexport, convexport, records};

/// The id of the user of [`bot`].
pub const USER: &str = "user_01HZX3K9Q2TESTUSER42";

/// What is known of the user, and what is said. None of it may be in an output.
pub const PERSONAL: &[&str] = &[
    "Nordmann",
    "NORDMANN",
    "ola.n",
    "22334455",
    "22 33 44 55",
    "Storgata",
    "17054026641",
    "4111 1111",
    "192.0.2.17",
    "59.9139",
    "abcdef0123",
    "3.4.1985",
    USER,
];

/// A key of the pseudonyms.
pub const KEY: &str = "--redact-key-file key";

/// A bot with a conversation that has personal data in each of its parts.
pub fn bot() -> World {
    let mut talk = Conversation::new("talk", REFERENCE - DAY);
    USER.clone_into(&mut talk.participants[1]);
    talk.tags = vec![
        ("insights#title".to_owned(), "Ola Nordmann asks".to_owned()),
        ("whatsapp:userPhone".to_owned(), "4722334455".to_owned()),
        ("ola.nordmann@example.com".to_owned(), "yes".to_owned()),
        ("topic".to_owned(), "billing".to_owned()),
    ];
    let bot = talk.participants[0].clone();
    let mut world = World::new().conversation(talk);
    world.users.push(User {
        id: bot,
        name: Some("Help bot".to_owned()),
        ..User::default()
    });
    world.users.push(User {
        id: USER.to_owned(),
        name: Some("Ola Nordmann".to_owned()),
        tags: vec![
            ("email".to_owned(), "ola.nordmann@example.com".to_owned()),
            ("whatsapp:userPhone".to_owned(), "+4722334455".to_owned()),
            ("address".to_owned(), "Storgata 15, Oslo".to_owned()),
        ],
        ..User::default()
    });
    let mut at = REFERENCE - DAY;
    let mut say = |from_user: bool, kind: &str, payload: Value| {
        at += 1_000;
        world.say_as("talk", at, from_user, kind, &payload.to_string());
    };
    say(
        true,
        "text",
        json!({"text": "NORDMANN here, ring 22 33 44 55 or ola.n@mail.example"}),
    );
    say(
        false,
        "choice",
        json!({"text": "Hi Ola!", "options": [
        {"label": "Write to Nordmann", "value": "mail:ola.nordmann@example.com"}]}),
    );
    say(false, "text", json!({"text": "When were you born?"}));
    say(
        true,
        "text",
        json!({"text": "3.4.1985, fnr 17054026641, card 4111 1111 1111 1111"}),
    );
    say(
        true,
        "location",
        json!({"latitude": 59.9139, "longitude": 10.7522, "address": "Storgata 15, Oslo"}),
    );
    say(
        true,
        "file",
        json!({"fileUrl": "https://files.example/cv.pdf?sig=abcdef0123", "title": "Ola Nordmann cv"}),
    );
    say(
        false,
        "text",
        json!({"text": format!("{USER} came from 192.0.2.17. Order 12345 is on its way.")}),
    );
    let state = json!({"owner": {"name": "Ola Nordmann"}, "phone": 22_334_455, "step": 3});
    world.state("talk", "profile", &state.to_string())
}

/// A folder with the key.
pub fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("key"),
        "a key of more than sixteen bytes\n",
    )
    .unwrap();
    folder
}

/// Checks that nothing personal is in a text.
pub fn check_clean(what: &str, text: &str) {
    for personal in PERSONAL {
        assert!(!text.contains(personal), "{what} has {personal}: {text}");
    }
}

/// A saved answer of boost.ai with one conversation, of what its user is known by and the texts that the user wrote.
pub fn saved(folder: &Path, user: &Value, texts: &[&str]) {
    let time = "2026-01-02T00:00:00+00:00";
    let messages: Vec<_> = (1..)
        .zip(texts)
        .map(|(id, text)| json!({"id": id, "time": time, "type": "question", "question": {"input": text}}))
        .collect();
    let conversation = json!({
        "type": "conversation", "id": 7, "time": {"created": time}, "user_information": user, "messages": messages,
    });
    let answer = json!([{"type": "query_info"}, conversation, {"type": "post_query_info", "conversations": 1}]);
    fs::write(folder.join("answer.json"), answer.to_string()).unwrap();
}

/// `convexport boost` over that answer.
pub fn boost_saved(folder: &Path, args: &str) -> Convexport {
    convexport("boost --input answer.json")
        .args(args)
        .within(folder)
}

/// The texts of its messages, redacted with the key.
pub fn redacted(user: &Value, texts: &[&str], args: &str) -> Vec<String> {
    let folder = folder();
    saved(folder.path(), user, texts);
    let jsonl = boost_saved(folder.path(), &format!("-f jsonl {KEY} {args}")).stdout();
    texts_of(&records(&jsonl)[0])
}

/// The texts of a conversation.
pub fn texts_of(conversation: &Value) -> Vec<String> {
    let messages = conversation["messages"].as_array().unwrap();
    messages
        .iter()
        .map(|message| message["text"].as_str().unwrap().to_owned())
        .collect()
}
