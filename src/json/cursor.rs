//! Walks JSON text value by value and knows the text of each, so that one pass gives a record and what is in it.
//!
//! As strict as `serde_json`, since what it passes over is written as a record. It is here because it is several times
//! faster than a deserializer that has to be asked for the text of each value.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::lenient::TextOrNone;
use super::string::{JsonStr, escape_len, plain_prefix_len};

/// What is nested deeper within a value is left to `serde_json`, which needs no stack for it.
const DEPTH: u8 = 64;

/// Where a walk is. After a step that gives none it stands somewhere before the flaw.
pub struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// Before the first value.
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// How many bytes it has passed.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The next byte that is not blank.
    pub fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte()? {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Passes over this byte, if it is the next that is not blank.
    pub fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Passes over the next value and gives its text; none where there is no whole value.
    pub fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        self.walk(DEPTH)?;
        Some(&self.text[start..self.at])
    }

    /// What `read` makes of the next value, if anything, and its text; none where there is no whole value.
    pub fn attempt<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<(Option<T>, &'a str)> {
        self.peek()?;
        let start = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = start;
            self.walk(DEPTH)?;
        }
        Some((found, &self.text[start..self.at]))
    }

    /// Walks over an array; `item` is to take each item.
    pub fn items(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.list([b'[', b']'], item)
    }

    /// Walks over an object; `member` is to take the value of each key.
    pub fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.list([b'{', b'}'], |cursor| {
            cursor.peek()?;
            let key = cursor.string()?;
            cursor.pass(b':')?;
            // A key with half a character is no text.
            member(cursor, key.text().ok()?)
        })
    }

    /// As [`Self::members`]. An array in the place of an object is one without fields: nothing the vendor does, and no
    /// reason to lose a conversation.
    pub fn fields(
        &mut self,
        member: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        match self.peek()? {
            b'[' => self.value().map(drop),
            _ => self.members(member),
        }
    }

    /// Passes over the next value and gives its words; none where there is no whole value.
    pub fn text_or_none(&mut self) -> Option<TextOrNone<'a>> {
        if self.peek()? == b'"' {
            return Some(self.string()?.into());
        }
        self.walk(DEPTH)?;
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

    fn walk(&mut self, depth: u8) -> Option<()> {
        match self.peek()? {
            b'"' => self.walk_string().map(drop),
            b'{' | b'[' if depth == 0 => self.walk_deep(),
            b'{' => self.list([b'{', b'}'], |cursor| {
                cursor.peek()?;
                cursor.walk_string()?;
                cursor.pass(b':')?;
                cursor.walk(depth - 1)
            }),
            b'[' => self.list([b'[', b']'], |cursor| cursor.walk(depth - 1)),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    fn walk_deep(&mut self) -> Option<()> {
        let mut values = Deserializer::from_str(&self.text[self.at..]).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        self.at += values.byte_offset();
        Some(())
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        let rest = &self.text.as_bytes()[self.at..];
        rest.starts_with(word).then(|| self.at += word.len())
    }

    fn number(&mut self) -> Option<()> {
        self.one_of(b"-");
        if !self.one_of(b"0") {
            self.digits()?;
        }
        if self.one_of(b".") {
            self.digits()?;
        }
        if self.one_of(b"eE") {
            self.one_of(b"+-");
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.byte().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn one_of(&mut self, bytes: &[u8]) -> bool {
        let found = self.byte().is_some_and(|byte| bytes.contains(&byte));
        self.at += usize::from(found);
        found
    }

    fn string(&mut self) -> Option<JsonStr<'a>> {
        let start = self.at + 1;
        let escapes = self.walk_string()?;
        let text = &self.text[start..self.at - 1];
        Some(JsonStr { text, escapes })
    }

    /// Passes over a string; whether it has escapes.
    fn walk_string(&mut self) -> Option<bool> {
        let (quote, inside) = self.text.as_bytes().get(self.at..)?.split_first()?;
        let length = plain_prefix_len(inside);
        if (*quote, inside.get(length)?) != (b'"', &b'"') {
            return self.walk_escapes();
        }
        self.at += length + 2;
        Some(false)
    }

    /// As [`Self::walk_string`]. Apart, so that the usual way is short.
    #[inline(never)]
    fn walk_escapes(&mut self) -> Option<bool> {
        let bytes = self.text.as_bytes();
        if self.byte()? != b'"' {
            return None;
        }
        let mut at = self.at + 1;
        loop {
            at += plain_prefix_len(&bytes[at..]);
            match bytes.get(at)? {
                b'"' => break,
                b'\\' => at += escape_len(&bytes[at..])?,
                _ => return None,
            }
        }
        self.at = at + 1;
        Some(true)
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Passes over the same texts as `serde_json`, and over nothing that is no JSON.
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
