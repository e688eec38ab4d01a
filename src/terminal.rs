//! Text from the network, made harmless for a terminal: no escape sequence and no bidi trick reaches it.

mod screen;

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

pub use screen::Screen;

/// Shows control and bidi characters as `\u001b` instead of passing them on. Line feeds and tabs stay.
///
/// The form is JSON's, so JSON on a terminal means the same as before.
#[must_use]
pub fn neutralise(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_unsafe(c) {
            let _ = write!(safe, "\\u{:04x}", u32::from(c));
        } else {
            safe.push(c);
        }
    }
    Cow::Owned(safe)
}

fn is_unsafe(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            true
        }
        c => c.is_control(),
    }
}

/// A writer that neutralises what passes through. Each write must hold whole characters, as `write_all` of a `str` does.
#[derive(Debug)]
pub struct Neutral<W>(pub W);

impl<W: Write> Write for Neutral<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0
            .write_all(neutralise(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::neutralise;

    #[test]
    fn escape_sequences_and_bidi_are_shown() {
        assert_eq!(
            neutralise("a\x1b[31mb\u{202e}c\r\u{9b}"),
            "a\\u001b[31mb\\u202ec\\u000d\\u009b"
        );
        assert_eq!(neutralise("line\n\ttab é 🎉"), "line\n\ttab é 🎉");
    }
}
