//! Fields that a vendor writes with more than one type, or may in future. A value of an unexpected type must not make a
//! conversation fail.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::string::JsonStr;

/// The text of a JSON string, or `None` for any other JSON value.
#[derive(Default)]
pub struct TextOrNone<'a>(pub Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for TextOrNone<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?.get();
        Ok(Self::of(raw))
    }
}

impl<'a> From<JsonStr<'a>> for TextOrNone<'a> {
    fn from(quoted: JsonStr<'a>) -> Self {
        Self(Some(quoted.text().unwrap_or_else(|lossy| lossy.0.into())))
    }
}

fn quoted(json: &str) -> Option<JsonStr<'_>> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    let escapes = memchr::memchr(b'\\', text.as_bytes()).is_some();
    Some(JsonStr { text, escapes })
}

impl<'a> TextOrNone<'a> {
    /// Decodes a JSON string; borrows the text if it has no escapes. Holds `None` for any other JSON value.
    pub fn of(json: &'a str) -> Self {
        quoted(json).map(Self::from).unwrap_or_default()
    }

    /// Parses the text. Returns `None` when there is no text, or when it cannot be parsed.
    pub fn parse<T: std::str::FromStr>(&self) -> Option<T> {
        self.0.as_deref()?.parse().ok()
    }

    /// The text as a `String`, empty when there is none.
    pub fn into_string(self) -> String {
        self.0.unwrap_or_default().into_owned()
    }
}

/// An id: an integer here, a string elsewhere in the vendor's API (vendors/boost.md, Response).
#[derive(Debug, PartialEq)]
pub struct Id(pub String);

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let odd = || format!("expected an id, a number or a string, not {raw}");
        id(raw).map(Self).ok_or_else(|| D::Error::custom(odd()))
    }
}

/// The id in a JSON number or string. Returns `None` for any other JSON value.
pub fn id(json: &str) -> Option<String> {
    match json.as_bytes().first()? {
        b'"' => Some(quoted(json)?.text().ok()?.into_owned()),
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

/// A value of type `T`, or `None` when the JSON has another type.
pub struct Maybe<T>(pub Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        Ok(Self(serde_json::from_str(raw.get()).ok()))
    }
}
