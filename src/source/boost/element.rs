//! One element of the export's array, read in a single pass that keeps the vendor's fields and their order.

use std::borrow::Cow;
use std::fmt;

use anyhow::Result;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::source::lenient::{Id, Text, Words};

/// The fields of an element. One that is no JSON object leaves what could be read before its flaw.
#[derive(Default)]
pub struct Element<'a> {
    /// The messages of a conversation, each verbatim.
    pub messages: Option<Vec<&'a RawValue>>,
    /// All other fields, verbatim and in order.
    pub fields: Vec<(Cow<'a, str>, &'a RawValue)>,
}

impl<'a> Element<'a> {
    /// Reads an element's fields.
    ///
    /// # Errors
    /// When it is no JSON object, or its `messages` are no array.
    pub fn read(&mut self, text: &'a str) -> serde_json::Result<()> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Fields(self))?;
        deserializer.end()
    }

    /// A field's value, none where it is missing or of another type.
    pub fn get<T: Deserialize<'a>>(&self, name: &str) -> Option<T> {
        let (_, value) = self.fields.iter().find(|(key, _)| key == name)?;
        serde_json::from_str(value.get()).ok()
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
    pub fn raw(&self) -> Result<Box<RawValue>> {
        let mut text = String::from("{");
        for (key, value) in &self.fields {
            if text.len() > 1 {
                text.push(',');
            }
            text.push_str(&serde_json::to_string(key)?);
            text.push(':');
            text.push_str(value.get());
        }
        text.push('}');
        Ok(RawValue::from_string(text)?)
    }
}

struct Fields<'e, 'a>(&'e mut Element<'a>);

impl<'de> Visitor<'de> for Fields<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(Text(key)) = map.next_key()? {
            if key == "messages" {
                self.0.messages = Some(map.next_value()?);
            } else {
                self.0.fields.push((key, map.next_value()?));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_numbers_survive_without_the_messages() {
        let text = r#"{"z":1.0, "messages":[{"a":1},2], "id":7,"\u0061\"b":[1e400],"type":"conversation"}"#;
        let mut element = Element::default();
        element.read(text).unwrap();
        assert_eq!(
            element.raw().unwrap().get(),
            r#"{"z":1.0,"id":7,"a\"b":[1e400],"type":"conversation"}"#
        );
        assert_eq!(
            (element.kind().as_ref(), element.id().as_deref()),
            ("conversation", Some("7"))
        );
        assert_eq!(element.messages.unwrap().len(), 2);
    }

    #[test]
    fn what_stands_before_a_flaw_is_kept() {
        let mut element = Element::default();
        assert!(
            element
                .read(r#"{"type":"conversation","id":"x7",oops:1}"#)
                .is_err()
        );
        assert_eq!(element.id().as_deref(), Some("x7"));
    }
}
