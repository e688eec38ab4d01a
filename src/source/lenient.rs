//! Fields that a vendor writes in more than one way, or may one day: a value of another type is no reason to lose a
//! conversation.

use std::borrow::Cow;

use serde::de::{Deserialize, Deserializer, Error};
use serde_json::value::RawValue;

use super::raw;

/// A string with its escapes resolved, borrowed where it has none.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

/// A text, or nothing where there is anything but a string.
#[derive(Default)]
pub struct Words<'a>(pub Option<Cow<'a, str>>);

impl<'de: 'a, 'a> Deserialize<'de> for Words<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?.get();
        let text = plain(raw).map(Cow::Borrowed);
        Ok(Self(text.or_else(|| unescaped(raw))))
    }
}

/// What stands between the quotes of a string without escapes.
fn plain(json: &str) -> Option<&str> {
    let text = json.strip_prefix('"')?.strip_suffix('"')?;
    memchr::memchr(b'\\', text.as_bytes())
        .is_none()
        .then_some(text)
}

fn unescaped(json: &str) -> Option<Cow<'_, str>> {
    if !json.starts_with('"') {
        return None;
    }
    let text = serde_json::from_str(json).or_else(|_| serde_json::from_str(&raw::repaired(json)));
    text.ok().map(Cow::Owned)
}

impl Words<'_> {
    /// The text as one's own, empty where there is none.
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
        if let Some(text) = plain(raw) {
            return Ok(Self(text.to_owned()));
        }
        match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw)
                .map(Self)
                .map_err(D::Error::custom),
            Some(b'-' | b'0'..=b'9') => Ok(Self(raw.to_owned())),
            _ => Err(D::Error::custom(format!(
                "expected an id, a number or a string, not {raw}"
            ))),
        }
    }
}

/// A value of a type, or nothing where there is one of another.
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
