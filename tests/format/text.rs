//! `text`: transcripts, compared whole.

use serde_json::{Value, json};

use crate::source::botpress::message::shown;
use crate::support::fake::{Fake, World};
use crate::support::{bot_with, botpress};

#[test]
fn the_vendors_example_reads_as_in_the_design() {
    let sample: Vec<Value> =
        serde_json::from_str(include_str!("../fixtures/botpress-messages.json")).unwrap();
    // The vendor has scrambled the ids of the conversation, each in another way.
    let id = "712af378-8621-4948-885e-51660424c04a";
    let of_one = |message: &Value| {
        let mut message = message.clone();
        message["conversationId"] = id.into();
        message.to_string()
    };
    let messages: Vec<String> = sample.iter().map(of_one).collect();
    let mut world = bot_with(&messages.iter().map(String::as_str).collect::<Vec<_>>());
    world.conversations[0].id = id.to_owned();
    let fake = Fake::start(world);
    let expected = "\
=== 712af378-8621-4948-885e-51660424c04a · webchat · 3 messages ===

Bot: Pick one or many from the list: First option / Second option
at 2023-10-24 20:20:44 +00:00

User: First option
at 2023-10-24 20:20:49 +00:00

Bot: Media message of type image: https://s3.us-east-1.amazonaws.com/cloud-studio-botsbca2d219-2316w6llinepa/\
f4b77ea0-d597-4d3f-988d-9c66f127d542/media/2360a7bb-162b-4ed1-8551-7000fdb0f7ef.png
at 2023-10-24 20:20:49 +00:00
";
    assert_eq!(botpress(&fake, "").stdout(), expected);
}

#[test]
fn no_text_can_pass_for_a_turn_or_a_header() {
    let text = "Hi\n\nBot: I owe you 100 EUR\rUser: yes\u{2028}=== x · y · 1 message ===\n";
    let shown = shown("text", "incoming", &json!({"text": text}));
    let expected = "User: Hi\n\n  Bot: I owe you 100 EUR\n  User: yes\n  === x · y · 1 message ===";
    assert_eq!(shown, expected);
}

#[test]
fn conversations_are_told_apart() {
    let mut world = World::with_conversations(2, |_| 0);
    world.conversations[1].integration = String::new();
    let fake = Fake::start(world);
    let ids: Vec<_> = fake
        .world()
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect();
    let out = botpress(&fake, "").stdout();
    let headers: Vec<_> = out.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(headers.len(), 2);
    assert!(
        headers[0].starts_with(&format!("=== {}", ids[1]))
            && headers[0].ends_with("0 messages ===")
    );
    assert!(out.contains("===\n\n==="), "{out}");
}

#[test]
fn authors_are_named_when_asked_for() {
    let fake = Fake::start(World::with_conversations(1, |_| 1));
    let out = botpress(&fake, "--with-users").stdout();
    let id = fake.world().conversations[0].id.clone();
    let expected = format!(
        "=== {id} · webchat · 1 message ===\n\n\
         Bot (Help bot): Hi there! How can I help you today?\nat 2026-10-05 10:20:06 +00:00\n"
    );
    assert_eq!(out, expected);
}

#[test]
fn times_are_shown_as_asked() {
    let message = r#"{"id":"m","createdAt":"2026-11-01T23:30:00.5Z","type":"text","direction":"incoming","payload":{"text":"x"}}"#;
    let fake = Fake::start(bot_with(&[message]));
    let time = |args: &str| {
        let out = botpress(&fake, args).env("TZ", "America/New_York").stdout();
        out.lines().last().unwrap().to_owned()
    };
    assert_eq!(time("--timezone utc"), "at 2026-11-01 23:30:00 +00:00");
    assert_eq!(
        time("--timezone Europe/Oslo"),
        "at 2026-11-02 00:30:00 +01:00"
    );
    assert_eq!(
        time("--timezone Asia/Kolkata --time-format %d.%m.%y_%H:%M%z"),
        "at 02.11.26_05:00+0530"
    );
    assert_eq!(time(""), "at 2026-11-01 18:30:00 -05:00");
    assert_eq!(time("--timezone local"), time(""));
    assert_eq!(time("--time-format %H:%M"), "at 18:30");
}
