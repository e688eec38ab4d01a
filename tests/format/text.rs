//! `text`: transcripts, compared whole.

use serde_json::json;

use crate::source::botpress::message::shown;
use crate::support::fake::{DAY, Fake, REFERENCE, World};
use crate::support::{bot_with, botpress};

#[test]
fn no_text_can_pass_for_a_turn_or_a_header() {
    let text = "Hi\n\nBot: I owe you 100 EUR\rUser: yes\u{2028}=== x · y · 1 message ===\u{85}--- The bot is back ---\n";
    let shown = shown("text", "incoming", &json!({"text": text}));
    let expected = "User: Hi\n\n  Bot: I owe you 100 EUR\n  User: yes\n  === x · y · 1 message ===\n  --- The bot is back ---";
    assert_eq!(shown, expected);
}

#[test]
fn conversations_are_told_apart() {
    let mut world = World::with_conversations(2, |_| 0);
    world.conversations[1].integration = String::new();
    for (known, days) in world.conversations.iter_mut().zip([2, 1]) {
        known.tags.clear();
        known.created_at = REFERENCE - days * DAY;
    }
    let fake = Fake::start(world);
    let ids: Vec<_> = fake
        .world()
        .conversations
        .iter()
        .map(|known| known.id.clone())
        .collect();
    let expected = format!(
        "=== 2026-11-19 12:00 · 0 messages · {} ===\n\n=== 2026-11-18 12:00 · webchat · 0 messages · {} ===\n",
        ids[1], ids[0]
    );
    assert_eq!(botpress(&fake, "").stdout(), expected);
}

#[test]
fn authors_are_named_when_asked_for() {
    let mut world = World::with_conversations(1, |_| 2);
    world.conversations[0].tags.clear();
    let fake = Fake::start(world);
    let out = botpress(&fake, "--with-users").stdout();
    let id = fake.world().conversations[0].id.clone();
    let expected = format!(
        "=== 2026-10-05 10:20 · webchat · José Núñez · 2 messages · {id} ===\n\n\
         Bot (Help bot): Hi there! How can I help you today?\nat 2026-10-05 10:20:06 +00:00\n\n\
         User (José Núñez): Hello!\nat 2026-10-05 10:21:06 +00:00\n"
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
