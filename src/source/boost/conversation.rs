//! Converts an element of the export to a conversation (vendors/boost.md, Response).

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::element::Element;
use super::message::Messages;
use super::v4::Names;
use crate::json::Cursor;
use crate::model::{Conversation, Vendor};
use crate::time::Timestamp;

/// Reads the conversation of an element, of either version. Without `names`, ids stand for themselves.
///
/// # Errors
/// When a field is missing or has the wrong type; the error names it.
pub fn conversation(
    element: &mut Element,
    keep_raw: bool,
    names: Option<&Names>,
) -> Result<Conversation> {
    if element.has_sessions() {
        return of_sessions(element, keep_raw, names);
    }
    let messages = element.messages.take();
    let messages = messages.context("missing field `messages`")??;
    let mut conversation = of_messages(element, messages, keep_raw)?;
    let times = element.field("time").and_then(times);
    (conversation.created_at, conversation.updated_at) = times.unwrap_or_default();
    Ok(conversation)
}

/// Reads a conversation of API v4.
fn of_sessions(
    element: &mut Element,
    keep_raw: bool,
    names: Option<&Names>,
) -> Result<Conversation> {
    let raw = keep_raw.then(|| element.raw());
    let sessions = element.sessions.take();
    let sessions = sessions.context("missing field `sessions`")??;
    let mut facts = sessions.facts;
    let mut conversation = of_messages(element, sessions.messages, false)?;
    let has_authors = facts.name_agents(&mut conversation.messages, names);
    facts.order_sessions(&mut conversation.messages);
    let first = conversation.messages.first();
    conversation.created_at = facts
        .created_at()
        .or(first.and_then(|first| first.created_at));
    conversation.updated_at = facts.updated_at;
    let (tags, has_names) = facts.tags(names);
    conversation.tags = tags;
    conversation.lacks_names = !(has_authors && has_names);
    conversation.raw = raw;
    Ok(conversation)
}

fn of_messages(element: &Element, messages: Messages, keep_raw: bool) -> Result<Conversation> {
    Ok(Conversation {
        source: Vendor::Boost,
        account: None,
        id: element.id().context("missing field `id`")?,
        created_at: None,
        updated_at: None,
        channel: None,
        title: None,
        tags: BTreeMap::new(),
        handover: None,
        messages: messages.list,
        users: None,
        states: None,
        reported_count: None,
        fetched_since: None,
        lacks_names: false,
        has_odd_content: messages.has_odd_content,
        raw: keep_raw.then(|| element.raw()),
    })
}

/// Reads the times of the beginning and of the last change.
fn times(json: &str) -> Option<(Option<Timestamp>, Option<Timestamp>)> {
    let (mut created, mut last) = (None, None);
    Cursor::new(json).fields(|cursor, key| {
        match &*key {
            "created" => created = cursor.text_or_none()?.parse(),
            "last_message_created" => last = cursor.text_or_none()?.parse(),
            _ => drop(cursor.value()?),
        }
        Some(())
    })?;
    Some((created, last))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    proptest! {
        #[test]
        fn what_is_no_json_never_becomes_a_record(
            whole in prop::sample::select(vec![CONVERSATION, SESSIONS]),
            edits in prop::collection::vec((any::<prop::sample::Index>(), "[{}\\[\\],:\"\\\\0-9a-z\\x00-\\x20é-]", 0..2_usize), 1..4),
        ) {
            let mut text = whole.to_owned();
            for (at, odd, dropped) in edits {
                let at = text.floor_char_boundary(at.index(text.len()));
                let end = text.ceil_char_boundary(at + dropped);
                text.replace_range(at..end, &odd);
            }
            let mut element = Element::default();
            let is_json = |json: &str| serde_json::from_str::<IgnoredAny>(json).is_ok();
            let read = element.read_whole(&text, true);
            prop_assert!(read.is_err() || is_json(&text), "{}", text);
            if read.is_ok() && let Ok(conversation) = conversation(&mut element, true, None) {
                let mut line = Vec::new();
                conversation.write_json(&mut line).unwrap();
                let line = String::from_utf8(line).unwrap();
                prop_assert!(is_json(&line) && !line.contains('\n'), "{}", line);
            }
        }
    }

    const CONVERSATION: &str = r#"{"type":"conversation","id":7,"time":{"created":"2021-01-28T17:12:07.421407+01:00"},"messages":[{"id":"8","time":null,"type":"answer","button_clicked":{"id":1,"text":"x"},"content":[{"type":"text","text":"<p>\ud83d\udce6</p>\n"},{"type":"json","json":{"a":[1.50]}},{"type":"link","buttons":[{"id":3,"text":"y","hidden":false}]}]},{"id":9,"type":"question","question":{"input":"Hi"}}],"e":-1.5e+3}"#;

    const SESSIONS: &str = r#"{"id":7,"environment":"live","sessions":[{"id":3,"created":"2021-01-28T17:12:07.421407+01:00","session_tags":["a"],"feedback":{"rating":"thumbs_up","text":null},"messages":[{"id":"8","created":null,"content":[{"type":"text","text":"<p>\ud83d\udce6</p>\n"}],"goals":[{"goal":{"id":1},"event_type":"x"}]},{"id":9,"is_customer":true,"original_question":"Hi","skill":{"id":2}}],"a\u0062":[1.50]}],"e":-1.5e+3}"#;
}
