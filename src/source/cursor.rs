//! Walks JSON text value by value and knows the text of each, so that one pass gives a record and what is in it.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Deserializer;

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
        let rest = &self.text.as_bytes()[self.at..];
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.at += rest.iter().take_while(|byte| blank(byte)).count();
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next value and its text; none, and no step, where there is no whole value of that type.
    pub fn value<T: Deserialize<'a>>(&mut self) -> Option<(T, &'a str)> {
        self.peek()?;
        let text = &self.text[self.at..];
        let mut values = Deserializer::from_str(text).into_iter();
        let value = values.next()?.ok()?;
        let length = values.byte_offset();
        self.at += length;
        Some((value, &text[..length]))
    }

    /// The text of the next value, whatever it is.
    pub fn skip(&mut self) -> Option<&'a str> {
        Some(self.value::<IgnoredAny>()?.1)
    }

    /// Passes over this byte, if it is the next that is not blank.
    pub fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Walks over an array or an object; `item` is to take each item or member.
    pub fn items(
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
            if self.pass(close).is_some() {
                return Some(());
            }
            self.pass(b',')?;
        }
    }
}
