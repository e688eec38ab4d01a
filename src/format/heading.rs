//! What transcripts say about a conversation before its messages. Each text is on one line.

use std::fmt::Write as _;

use serde_json::Value;

use crate::model::{Conversation, Handover, Side};
use crate::text::{self, counted};
use crate::time::TimeStyle;

/// `2026-11-01 08:00 · webchat · Ana Lima · 3 messages · ID`, without what is not known.
pub fn facts(conversation: &Conversation, times: &TimeStyle) -> String {
    let parts = [
        conversation.created_at.map(|time| times.minute(time)),
        conversation.channel.as_deref().map(line),
        person(conversation).map(line),
        Some(counted(conversation.messages.len() as u64, "message")),
        Some(line(&conversation.id)),
    ];
    joined(parts)
}

/// `A lost parcel · Ana Lima on webchat, 1 November 2026`, without what is not known.
pub fn words(conversation: &Conversation, times: &TimeStyle) -> String {
    let noun = if conversation.is_ticket() {
        "Ticket"
    } else {
        "Conversation"
    };
    let mut about = person(conversation).map_or_else(|| noun.to_owned(), line);
    if let Some(channel) = &conversation.channel {
        let _ = write!(about, " on {}", line(channel));
    }
    if let Some(time) = conversation.created_at {
        let _ = write!(about, ", {}", times.date_in_words(time));
    }
    joined([title(conversation), Some(about)])
}

/// The name of the person who talks to the bot, if it is known.
pub fn person(conversation: &Conversation) -> Option<&str> {
    let name = conversation.person()?.name;
    name.filter(|name| !name.trim().is_empty())
}

/// The title, if there is one.
pub fn title(conversation: &Conversation) -> Option<String> {
    let title = conversation.title.as_deref().map(line);
    title.filter(|title| !title.is_empty())
}

/// `Ticket of conversation ID · agent Kari · ended: agent-closed-ticket`, or for a customer's conversation `Handover to
/// ticket ...`. Returns `None` when nothing is known of it but that there was one.
pub fn handover(handover: &Handover) -> Option<String> {
    let (what, other) = match handover.side {
        Side::Customer => ("Handover", "to ticket"),
        Side::Ticket => ("Ticket", "of conversation"),
    };
    let known = |before: &str, value: &Option<String>| {
        let value = value.as_deref()?;
        Some(format!("{before} {}", line(value)))
    };
    let place = known(&format!("{what} {other}"), &handover.conversation_id);
    let line = joined([
        Some(place.unwrap_or_else(|| what.to_owned())),
        known("agent", &handover.agent),
        known("ended:", &handover.ended),
    ]);
    (line != "Handover").then_some(line)
}

/// `topic=returns, n=7`. Tags of plugins that repeat the title or the handover are left out.
pub fn tags(conversation: &Conversation) -> Option<String> {
    let tags = conversation.tags.iter();
    let tags = tags.filter(|(key, value)| !repeats(conversation, key, value));
    let tags: Vec<_> = tags
        .map(|(key, value)| format!("{}={}", line(key), tag(value)))
        .collect();
    (!tags.is_empty()).then(|| tags.join(", "))
}

/// Whether a tag is a plugin's, which has a `#` in its name, and the heading says its value already.
fn repeats(conversation: &Conversation, key: &str, value: &Value) -> bool {
    let handover = conversation.handover.as_ref();
    let known = [
        conversation.title.as_ref(),
        handover.and_then(|handover| handover.conversation_id.as_ref()),
        handover.and_then(|handover| handover.agent.as_ref()),
        handover.and_then(|handover| handover.ended.as_ref()),
    ];
    let is_known = |text| known.iter().flatten().any(|known| *known == text);
    key.contains('#') && value.as_str().is_some_and(is_known)
}

/// A text is written as it is, unless it could be taken for several tags. Anything else is JSON.
fn tag(value: &Value) -> String {
    match value {
        Value::String(text) if !text.is_empty() && !text.contains([',', '=', '"']) => line(text),
        other => line(&other.to_string()),
    }
}

fn line(text: &str) -> String {
    text::one_line(text.trim())
}

fn joined<const N: usize>(parts: [Option<String>; N]) -> String {
    let mut known: Vec<_> = parts.into_iter().flatten().collect();
    known.retain(|part| !part.is_empty());
    known.join(" · ")
}
