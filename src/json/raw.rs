//! Vendor records as raw JSON text, and parsers that accept quirks which would otherwise lose a record.

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::part::Part;
use super::shape::shape_error;

/// How deep a value may be nested that is written to an export, so that it can be read again: `serde_json` reads 127
/// levels, and an export adds some.
const WRITTEN_LEVELS: u16 = 100;

/// How deep a value may be nested that is only looked at. A recursive walk down to this level takes little of a stack.
const READ_LEVELS: u16 = 256;

/// Parses a vendor's record.
///
/// # Errors
/// When a field does not have the expected shape. The error names the field.
pub fn parse<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T> {
    let text = raw.get();
    serde_json::from_str(text).map_err(|_| anyhow!(shape_error::<T>(text.as_bytes())))
}

/// Parses a value of any shape, so that an export can have it. What is nested too deep for that is null.
pub fn value(raw: &RawValue) -> Value {
    let json = raw.get();
    let is_bracket = |byte: &u8| matches!(byte, b'[' | b'{');
    let brackets = json.as_bytes().iter().filter(|byte| is_bracket(byte));
    if brackets.count() > WRITTEN_LEVELS.into() {
        return Part::of(&repaired(json), WRITTEN_LEVELS).value;
    }
    part(json, WRITTEN_LEVELS).value
}

/// Parses a value that is only looked at, as deep as possible.
pub fn deep(json: &str) -> Part {
    part(json, READ_LEVELS)
}

/// Parses a value. It is a part of it if `serde_json` cannot hold it, since it is nested too deep or has half an emoji.
fn part(json: &str, levels: u16) -> Part {
    let whole = serde_json::from_str::<Value>(json).map(Part::from);
    whole.unwrap_or_else(|_| Part::of(&repaired(json), levels))
}

/// Replaces each escaped half of a surrogate pair by U+FFFD. JavaScript leaves such a half when it cuts a string within
/// an emoji, and no Rust string can hold it.
pub fn repaired(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        at += found;
        match (
            surrogate(&text[at..]),
            text.get(at + 6..).and_then(surrogate),
        ) {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => at += 12,
            (Some(_), _) => {
                repaired.push_str(&text[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            // Another escape. Skip the character after the backslash, since it may be a backslash too.
            (None, _) => at = (at + 2).min(text.len()),
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[copied..]);
    Cow::Owned(repaired)
}

/// The value of the escaped surrogate that the text begins with, if any.
fn surrogate(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u32::from_str_radix(digits, 16)
        .ok()
        .filter(|unit| (0xD800..0xE000).contains(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Box<RawValue> {
        RawValue::from_string(text.to_owned()).unwrap()
    }

    #[test]
    fn half_an_emoji_does_not_lose_the_record() {
        let parsed = |text: &str| value(&raw(text)).as_str().unwrap().to_owned();
        assert_eq!(parsed(r#""a\ud83d""#), "a\u{fffd}");
        assert_eq!(
            parsed(r#""\ude00\ud83d\ude00\ud83dx""#),
            "\u{fffd}😀\u{fffd}x"
        );
        assert_eq!(parsed(r#""\\ud83d\n\ud83d""#), "\\ud83d\n\u{fffd}");
        assert_eq!(parsed(r#""\ud83d\ud83d\ude00""#), "\u{fffd}😀");
    }
}
