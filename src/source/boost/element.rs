//! Reads an element of the export's array in one pass, and keeps the vendor's fields and their order.

use std::borrow::Cow;
use std::fmt::Write;

use anyhow::{Result, anyhow};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::message::{self, Messages};
use super::v4::{self, Sessions};
use crate::json::Cursor;
use crate::json::lenient::{TextOrNone, id};
use crate::model::Record;

/// The fields of an element. If its JSON is flawed, these are the fields before the flaw.
#[derive(Default)]
pub struct Element<'a> {
    /// The messages of a conversation, or why they cannot be read.
    pub messages: Option<Result<Messages>>,
    /// The sessions of a conversation of API v4, or why they cannot be read.
    pub sessions: Option<Result<Sessions<'a>>>,
    /// All fields but `messages`, verbatim and in order.
    pub fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Element<'a> {
    /// Reads the object at the beginning of the text and returns its length. Returns `None` when the object is
    /// incomplete.
    pub fn read(&mut self, text: &'a str, keep_raw: bool) -> Option<usize> {
        let mut cursor = Cursor::new(text);
        cursor.members(|cursor, key| {
            if key == "messages" {
                let messages = message::messages(cursor, keep_raw)?;
                // The raw record has no messages, so dropping one of two lists would lose data.
                let twice = self.messages.is_some();
                let twice = twice.then(|| Err(anyhow!("duplicate field `messages`")));
                self.messages = Some(twice.unwrap_or(messages));
            } else if key == "sessions" {
                let (sessions, json) = cursor.attempt(|cursor| v4::sessions(cursor, keep_raw))?;
                let twice = self.sessions.is_some() || sessions.is_none();
                let twice = twice.then(|| Err(anyhow!("duplicate field `sessions`")));
                self.sessions = twice.or(sessions);
                self.fields.push((key, json));
            } else {
                self.fields.push((key, cursor.value()?));
            }
            Some(())
        })?;
        Some(cursor.at())
    }

    /// Reads an object that must be the whole text.
    ///
    /// # Errors
    /// When the text is not an object.
    pub fn read_whole(&mut self, text: &'a str, keep_raw: bool) -> Result<()> {
        if self.read(text, keep_raw) == Some(text.len()) {
            return Ok(());
        }
        serde_json::from_str::<IgnoredAny>(text)?;
        Err(anyhow!("it is no object, or a key of it is no text"))
    }

    /// The JSON of a field. If the field is repeated, the last one counts.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a str> {
        let (_, value) = self.fields.iter().rev().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// Whether it is a conversation of API v4: only there the messages are in sessions.
    #[must_use]
    pub fn has_sessions(&self) -> bool {
        self.sessions.is_some() && self.messages.is_none()
    }

    /// The number of conversations that the element reports. Returns `None` when it reports none.
    ///
    /// # Errors
    /// When the value is not a number.
    pub fn conversations(&self) -> serde_json::Result<Option<u64>> {
        serde_json::from_str(self.field("conversations").unwrap_or("null"))
    }

    /// The text of a field. It is empty when there is none.
    #[must_use]
    pub fn text(&self, name: &str) -> Cow<'a, str> {
        self.field(name)
            .and_then(|json| TextOrNone::of(json).0)
            .unwrap_or_default()
    }

    /// What it says of an error. How API v4 says one is not known, so the usual names are tried.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        let names = ["error", "message", "detail"];
        let error = names.iter().find_map(|name| self.field(name))?;
        let words = TextOrNone::of(error).0.unwrap_or(error.into());
        Some(words.into_owned())
    }

    /// The `id`. Returns `None` when it cannot be read.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        self.field("id").and_then(id)
    }

    /// The element without its messages, as the vendor wrote it.
    #[must_use]
    pub fn raw(&self) -> Record {
        let sessions = match &self.sessions {
            Some(Ok(sessions)) if self.messages.is_none() => Some(&*sessions.record),
            _ => None,
        };
        let mut text = String::with_capacity(256 + sessions.map_or(0, str::len));
        for (key, json) in &self.fields {
            let value = sessions.filter(|_| key == "sessions").unwrap_or(json);
            text.push(if text.is_empty() { '{' } else { ',' });
            let _ = write!(text, "{}:", Value::from(&**key));
            text.push_str(value);
        }
        if text.is_empty() {
            text.push('{');
        }
        text.push('}');
        Record::of_json(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_survive_without_the_messages() {
        let text = r#"{"z":1.0, "messages":[{"id":1},{"id":2}], "id":7,"\u0061\"b":[1e400],"type":"conversation"}"#;
        let mut element = Element::default();
        element.read_whole(text, true).unwrap();
        assert_eq!(
            element.raw().get(),
            r#"{"z":1.0,"id":7,"a\"b":[1e400],"type":"conversation"}"#
        );
        assert_eq!(
            (element.text("type").as_ref(), element.id().as_deref()),
            ("conversation", Some("7"))
        );
        assert_eq!(element.messages.unwrap().unwrap().list.len(), 2);
    }

    #[test]
    fn what_stands_before_a_flaw_is_kept() {
        let mut element = Element::default();
        assert!(
            element
                .read_whole(r#"{"type":"conversation","id":"x7",oops:1}"#, true)
                .is_err()
        );
        assert_eq!(element.id().as_deref(), Some("x7"));
    }
}
