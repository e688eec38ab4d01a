//! Text for the page's data. Control characters, and those that override the writing direction, are shown like `\u202e`,
//! so that the page shows what was written and no text changes the text around it.

use std::borrow::Cow;
use std::fmt::Write;

use serde::{Serialize, Serializer};

/// Text as the page shows it.
#[derive(Clone, Copy)]
pub struct Safe<'a>(pub &'a str);

impl Serialize for Safe<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&visible(self.0))
    }
}

/// The text with every character visible. Line ends become line feeds.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !is_suspicious(text.as_bytes()) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' => shown.push('\n'),
            c if is_hidden(c) => _ = write!(shown, "\\u{:04x}", u32::from(c)),
            c => shown.push(c),
        }
    }
    Cow::Owned(shown)
}

/// Whether there may be a hidden character, as far as single bytes tell. Looks at whole chunks, which is faster than to
/// stop at the first one.
fn is_suspicious(bytes: &[u8]) -> bool {
    let is_suspect = |byte: u8| {
        (byte < 0x20 && byte != b'\n') || (byte == 0x7f) || (byte == 0xc2) || (byte == 0xe2)
    };
    bytes.chunks(64).any(|chunk| {
        let found = |found, byte: &u8| found | is_suspect(*byte);
        chunk.iter().fold(false, found)
    })
}

/// Direction marks, which Arabic and Hebrew need, override nothing, so they stay.
fn is_hidden(c: char) -> bool {
    let overrides = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    overrides || (c.is_control() && !matches!(c, '\n' | '\t'))
}
