//! Reads JSON strings faster than a general parser. An export consists mostly of strings.

use std::borrow::Cow;

use super::lanes::{LANES, is_special, special};

/// The inside of a JSON string.
#[derive(Clone, Copy, Debug)]
pub struct JsonStr<'a> {
    /// The JSON text between the quotes.
    pub text: &'a str,
    /// Whether it contains backslashes.
    pub escapes: bool,
}

impl<'a> JsonStr<'a> {
    /// Decodes the string. Borrows the text if it has no escapes.
    ///
    /// # Errors
    /// [`LossyText`] when it has halves of surrogate pairs, which no Rust string can hold.
    pub fn text(self) -> Result<Cow<'a, str>, LossyText> {
        if self.escapes {
            self.unescaped().map(Cow::Owned)
        } else {
            Ok(Cow::Borrowed(self.text))
        }
    }

    // A separate function keeps the common case short enough to be inlined.
    #[inline(never)]
    fn unescaped(self) -> Result<String, LossyText> {
        let mut text = String::with_capacity(self.text.len());
        let mut whole = true;
        let mut rest = self.text;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            text.push_str(&rest[..at]);
            let (decoded, length) = decode_escape(&rest[at..]);
            whole &= decoded.is_some();
            text.push(decoded.unwrap_or(char::REPLACEMENT_CHARACTER));
            rest = rest.get(at + length..).unwrap_or_default();
        }
        text.push_str(rest);
        if whole {
            Ok(text)
        } else {
            Err(LossyText(text))
        }
    }
}

/// A text with U+FFFD in place of each half of a surrogate pair. JavaScript leaves such a half when it cuts a string
/// within an emoji.
#[derive(Debug)]
pub struct LossyText(pub String);

/// The character that an escape stands for, `None` for half of a surrogate pair, and the length of the escape.
fn decode_escape(escape: &str) -> (Option<char>, usize) {
    let c = match escape.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(escape),
        other => char::from(other.copied().unwrap_or_default()),
    };
    (Some(c), 2)
}

/// [`decode_escape`] for `\u` escapes. Two of them may form one surrogate pair.
fn unicode(escape: &str) -> (Option<char>, usize) {
    let Some(first) = unit(escape) else {
        return (None, 6);
    };
    let one = char::from_u32(first.into());
    let two = || {
        char::decode_utf16([first, escape.get(6..).and_then(unit)?])
            .next()?
            .ok()
    };
    match one {
        Some(_) => (one, 6),
        None => two().map_or((None, 6), |c| (Some(c), 12)),
    }
}

/// The UTF-16 unit of the escape that the text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    u16::from_str_radix(digits, 16).ok()
}

/// How many bytes come before a quote, a backslash or a control character.
#[must_use]
pub fn plain_prefix_len(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk() {
        let found = special(*chunk);
        if found != 0 {
            return at + found.trailing_zeros() as usize;
        }
        at += LANES;
    }
    at + plain_tail_len(bytes, &bytes[at..])
}

/// [`plain_prefix_len`] for the last few bytes, when all before them is plain.
#[inline(never)]
fn plain_tail_len(bytes: &[u8], tail: &[u8]) -> usize {
    let plain = match bytes.last_chunk() {
        Some(last) => special(*last).trailing_zeros() as usize - (LANES - tail.len()),
        None => tail.iter().take_while(|byte| !is_special(**byte)).count(),
    };
    plain.min(tail.len())
}

/// The length of the escape that the bytes begin with. Returns `None` when they begin with no valid escape.
#[must_use]
pub fn escape_len(bytes: &[u8]) -> Option<usize> {
    match bytes.get(1)? {
        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(2),
        b'u' => bytes
            .get(2..6)?
            .iter()
            .all(u8::is_ascii_hexdigit)
            .then_some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::raw::repaired;

    proptest! {
        #[test]
        fn escapes_are_read_as_serde_json_does(
            parts in prop::collection::vec(prop::sample::select(PARTS), 0..12),
        ) {
            let text = parts.concat();
            let quoted = JsonStr { text: &text, escapes: text.contains('\\') };
            let expected = |json: &str| serde_json::from_str::<String>(json).ok();
            let json = format!("\"{text}\"");
            match quoted.text() {
                Ok(text) => prop_assert_eq!(Some(text.into_owned()), expected(&json)),
                Err(LossyText(text)) => {
                    prop_assert_eq!(expected(&json), None);
                    prop_assert_eq!(Some(text), expected(&repaired(&json)));
                }
            }
        }

        #[test]
        fn what_is_plain_ends_at_the_first_special_byte(bytes in prop::collection::vec(any::<u8>(), 0..40), odd in "[ !-#a\\x1f\\\\\u{80}-\u{ff}]{0,40}") {
            for bytes in [&bytes, odd.as_bytes()] {
                let special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
                prop_assert_eq!(plain_prefix_len(bytes), bytes.iter().position(special).unwrap_or(bytes.len()));
            }
        }
    }

    const PARTS: &[&str] = &[
        "a",
        "é",
        "words and words",
        "\\n",
        "\\r",
        "\\t",
        "\\b",
        "\\f",
        "\\/",
        "\\\"",
        "\\\\",
        "\\u0000",
        "\\u00e5",
        "\\uD83D",
        "\\ude00",
        "\\ud83d\\ude00",
        "\\ud83dd",
        "\\uffff",
        "ude00",
        "😀",
    ];
}
