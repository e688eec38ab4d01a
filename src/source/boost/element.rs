//! One element of the export's array, read in a single pass that keeps the vendor's fields and their order.

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::message;
use crate::model::{Message, Record};
use crate::source::cursor::Cursor;
use crate::source::lenient::{Id, Text, Words};

/// The fields of an element. One that is no JSON object leaves what could be read before its flaw.
#[derive(Default)]
pub struct Element<'a> {
    /// The messages of a conversation, or why they are none.
    pub messages: Option<Result<Vec<Message>>>,
    /// All other fields, verbatim and in order.
    pub fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Element<'a> {
    /// Reads the object that the text begins with; its length, none when it is not whole.
    pub fn read(&mut self, text: &'a str, keep_raw: bool) -> Option<usize> {
        let mut cursor = Cursor::new(text);
        cursor.items(*b"{}", |cursor| {
            let (Text(key), _) = cursor.value()?;
            cursor.pass(b':')?;
            if key == "messages" {
                self.messages = Some(message::messages(cursor, keep_raw)?);
            } else {
                self.fields.push((key, cursor.skip()?));
            }
            Some(())
        })?;
        Some(cursor.at())
    }

    /// Reads the object that is the whole text.
    ///
    /// # Errors
    /// Says why it is none.
    pub fn read_whole(&mut self, text: &'a str, keep_raw: bool) -> Result<()> {
        if self.read(text, keep_raw) == Some(text.len()) {
            return Ok(());
        }
        serde_json::from_str::<IgnoredAny>(text)?;
        Err(anyhow!("it is no object, or a key of it is no text"))
    }

    /// A field's value, none where it is missing or of another type.
    pub fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let (_, value) = self.fields.iter().find(|(key, _)| key == name)?;
        serde_json::from_str(value).ok()
    }

    /// Its `type`, empty where it has none.
    pub fn kind(&self) -> Cow<'a, str> {
        self.get::<Words>("type")
            .and_then(|words| words.0)
            .unwrap_or_default()
    }

    /// Its `id`, where that could be read.
    pub fn id(&self) -> Option<String> {
        self.get::<Id>("id").map(|id| id.0)
    }

    /// The element without its messages, as the vendor wrote it.
    pub fn raw(&self) -> Result<Record> {
        let mut text = String::with_capacity(256);
        for (key, value) in &self.fields {
            text.push(if text.is_empty() { '{' } else { ',' });
            text.push_str(&serde_json::to_string(key)?);
            text.push(':');
            text.push_str(value);
        }
        if text.is_empty() {
            text.push('{');
        }
        text.push('}');
        Ok(Record::of_json(&text))
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
            element.raw().unwrap().get(),
            r#"{"z":1.0,"id":7,"a\"b":[1e400],"type":"conversation"}"#
        );
        assert_eq!(
            (element.kind().as_ref(), element.id().as_deref()),
            ("conversation", Some("7"))
        );
        assert_eq!(element.messages.unwrap().unwrap().len(), 2);
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
