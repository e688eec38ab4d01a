//! Makes text safe to show on a terminal: no escape sequence and no bidi trick reaches it.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows control and bidi characters as `\u001b` instead of passing them on. Line feeds and tabs stay.
///
/// This is how JSON writes them, so JSON on a terminal keeps its meaning.
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
