//! Walks JSON text value by value and keeps the text of each, so that one pass finds a record and the fields in it.
//!
//! It is several times faster than `serde_json` with a `RawValue` for each field.

use std::borrow::Cow;

use super::lenient::TextOrNone;
use super::skip::{next_byte, string_end, value_end};
use super::string::JsonStr;

/// A position in JSON text. After a method has returned `None`, the position is somewhere before the error.
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Creates a cursor before the first value.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes lie before the position.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Skips white space and returns the next byte without skipping it.
    pub fn peek(&mut self) -> Option<u8> {
        let (byte, at) = next_byte(self.text.as_bytes(), self.at)?;
        self.at = at;
        Some(byte)
    }

    /// Skips white space and then this byte. Returns `None` when another byte comes next.
    pub fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Skips the next value and returns its text. Returns `None` when there is no complete value.
    pub fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        self.skip()?;
        Some(&self.text[start..self.at])
    }

    /// Skips the next value if it is `null`, `false` or `[]`. Returns whether it was, or `None` when the text ends.
    pub fn pass_nothing(&mut self) -> Option<bool> {
        self.peek()?;
        let length = match &self.text.as_bytes()[self.at..] {
            [b'n', b'u', b'l', b'l', ..] => 4,
            [b'f', b'a', b'l', b's', b'e', ..] => 5,
            [b'[', b']', ..] => 2,
            _ => 0,
        };
        self.at += length;
        Some(length > 0)
    }

    /// Reads the next value with `read`, and skips the value when `read` returns `None`. Returns the result of `read`
    /// and the text of the value, or `None` when there is no complete value.
    pub fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<(Option<T>, &'a str)> {
        self.peek()?;
        let start = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = start;
            self.skip()?;
        }
        Some((found, &self.text[start..self.at]))
    }

    /// Walks through an array. `item` must read or skip each item.
    pub fn items(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.list([b'[', b']'], item)
    }

    /// Walks through an object. `member` must read or skip the value of each key.
    pub fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.list([b'{', b'}'], |cursor| {
            cursor.peek()?;
            let key = cursor.string()?;
            cursor.pass(b':')?;
            // A key with half of a surrogate pair is an error, as it is for `serde_json`.
            member(cursor, key.text().ok()?)
        })
    }

    /// The same as [`Self::members`], but accepts an array and treats it as an object without fields. The vendor is not
    /// known to send one, but a conversation should not be lost if it does.
    pub fn fields(
        &mut self,
        member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        match self.peek()? {
            b'[' => self.value().map(drop),
            _ => self.members(member),
        }
    }

    /// Reads the next value if it is a string, and skips any other. Returns `None` when there is no complete value.
    pub fn text_or_none(&mut self) -> Option<TextOrNone<'a>> {
        if self.peek()? == b'"' {
            return Some(self.string()?.into());
        }
        self.skip()?;
        Some(TextOrNone::default())
    }

    fn list(
        &mut self,
        [open, close]: [u8; 2],
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.pass(open)?;
        if self.pass(close).is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                byte => {
                    self.at += 1;
                    return (byte == close).then_some(());
                }
            }
        }
    }

    fn skip(&mut self) -> Option<()> {
        self.at = value_end(self.text, self.at)?;
        Some(())
    }

    fn string(&mut self) -> Option<JsonStr<'a>> {
        let start = self.at + 1;
        let (end, escapes) = string_end(self.text.as_bytes(), self.at)?;
        self.at = end;
        let text = &self.text[start..end - 1];
        Some(JsonStr { text, escapes })
    }
}

/// The JSON of the first field of this name in an object. What stands behind it is not looked at, and may be damaged.
pub fn first_field<'a>(object: &'a str, name: &str) -> Option<&'a str> {
    let mut found = None;
    // The walk ends at the field, or at what is damaged before it.
    let _ = Cursor::new(object).members(|cursor, key| {
        let value = cursor.value()?;
        if key == name {
            found = Some(value);
            return None;
        }
        Some(())
    });
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    /// Checks that the cursor accepts the same texts as `serde_json`, and that each text it returns is valid JSON.
    fn agrees(text: &str) -> Result<(), TestCaseError> {
        let is_json = |text| serde_json::from_str::<IgnoredAny>(text).is_ok();
        let mut cursor = Cursor::new(text);
        let found = cursor.value();
        let whole = found.is_some() && cursor.peek().is_none();
        prop_assert_eq!(whole, is_json(text), "{}", text);
        prop_assert!(found.is_none_or(is_json), "{}", text);
        Ok(())
    }

    proptest! {
        #[test]
        fn is_as_strict_as_serde_json(parts in prop::collection::vec(prop::sample::select(PARTS), 0..10)) {
            agrees(&parts.concat())?;
            agrees(&format!("[{}]", parts.concat()))?;
            agrees(&format!("\"{}\"", parts.concat()))?;
        }

        #[test]
        fn one_odd_byte_is_seen_as_serde_json_sees_it(at in any::<prop::sample::Index>(), odd in prop::sample::select(PARTS), dropped in 0..3_usize) {
            let (at, mut text) = (at.index(SAMPLE.len()), SAMPLE.to_owned());
            text.replace_range(at..(at + dropped).min(SAMPLE.len()), odd);
            agrees(&text)?;
            agrees(&SAMPLE[..at])?;
        }
    }

    const SAMPLE: &str = r#" {"id":10.5e-3,"a key": [true, false,null ,-0, 12],"\u00e9":"a \"quoted\" word\n","e":{},"l":[]}"#;

    const PARTS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "00e9",
        "\\n",
        "\\x",
        "/",
        "a",
        "null",
        "true",
        "false",
        "0",
        "1",
        "-",
        ".",
        "e",
        "E",
        "+",
        " ",
        "\n",
        "\t",
        "\u{1}",
        "\u{7f}",
        "\"a\"",
        "\"a\":",
        "\"long enough for eight\"",
        "[1]",
        "{}",
    ];

    #[test]
    fn any_depth_is_passed_over() {
        for depth in [1, 63, 64, 65, 100_000] {
            let text = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(Cursor::new(&text).value(), Some(&*text));
            assert_eq!(Cursor::new(&text[..text.len() - 1]).value(), None);
        }
    }
}
