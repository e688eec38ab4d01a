//! A text in plain characters, in which more is found: without the encoding of addresses and of JSON, without characters that
//! nobody sees, and with the digits of ASCII.

use super::span::Span;

/// The first bytes of everything that is written in another way. Most texts have none of them.
const FIRST: &[u8] = b"%\\\xc2\xd9\xdb\xe2\xef";

/// A text in plain characters.
#[derive(Debug, Default)]
pub struct Plain {
    /// The text.
    pub text: String,
    /// What is written in another way, from left to right.
    changes: Vec<Change>,
}

/// A part of a text that is written in another way, in bytes.
#[derive(Clone, Copy, Debug)]
struct Change {
    /// Where it begins in the plain text, and where it ends.
    plain: (usize, usize),
    /// The same in the original text.
    original: (usize, usize),
}

impl Plain {
    /// The text in plain characters. `None` when it is plain.
    pub fn of(text: &str) -> Option<Self> {
        if !text.bytes().any(|byte| FIRST.contains(&byte)) {
            return None;
        }
        let mut plain = Self::default();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let begun = (plain.text.len(), at);
            let changed = changed(c, &text[at..]);
            let (shown, length) = changed.unwrap_or((Some(c), c.len_utf8()));
            plain.text.extend(shown);
            at += length;
            if changed.is_some() {
                plain.changes.push(Change {
                    plain: (begun.0, plain.text.len()),
                    original: (begun.1, at),
                });
            }
        }
        Some(plain).filter(|plain| !plain.changes.is_empty())
    }

    /// A span of the plain text as one of the original text.
    pub fn in_original(&self, span: Span) -> Span {
        let (before_start, before_end) = (
            self.changes
                .partition_point(|one| one.plain.0 <= span.start),
            self.changes.partition_point(|one| one.plain.0 < span.end),
        );
        let original = |place, before: usize, within: fn(Change) -> usize| {
            let change = before.checked_sub(1).map(|last| self.changes[last]);
            match change {
                None => place,
                Some(change) if place < change.plain.1 => within(change),
                Some(change) => change.original.1 + (place - change.plain.1),
            }
        };
        Span {
            start: original(span.start, before_start, |change| change.original.0),
            end: original(span.end, before_end, |change| change.original.1),
            ..span
        }
    }
}

/// The plain character at the beginning of a text, or none, and the length of what stands for it. `None` when the first
/// character is plain.
fn changed(first: char, text: &str) -> Option<(Option<char>, usize)> {
    match first {
        '%' => percent_encoded(text).map(|(c, length)| (Some(c), length)),
        '\\' => escaped(text).map(|(c, length)| (Some(c), length)),
        _ if first.is_ascii() => None,
        _ if is_unseen(first) => Some((None, first.len_utf8())),
        _ => narrowed(first).map(|c| (Some(c), first.len_utf8())),
    }
}

/// The character of `%20` or `%C3%B8`.
fn percent_encoded(text: &str) -> Option<(char, usize)> {
    let byte = |index: usize| {
        let digits = text.get(3 * index..3 * index + 3)?.strip_prefix('%')?;
        hex(digits).and_then(|byte| u8::try_from(byte).ok())
    };
    let length = match byte(0)? {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Vec<_> = (0..length).map(byte).collect::<Option<_>>()?;
    let c = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    Some((c, 3 * length))
}

/// The character of `\n` or `\u00f8`, as it stands in JSON within a text.
fn escaped(text: &str) -> Option<(char, usize)> {
    match text.as_bytes().get(1)? {
        b'n' | b'r' | b't' => Some((' ', 2)),
        b'u' => Some((char::from_u32(hex(text.get(2..6)?)?)?, 6)),
        _ => None,
    }
}

fn hex(digits: &str) -> Option<u32> {
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}

/// A character of full width, or a digit of Arabic, as ASCII.
fn narrowed(c: char) -> Option<char> {
    let code = u32::from(c);
    let ascii = match code {
        0xff01..=0xff5e => code - 0xfee0,
        0x660..=0x669 => code - 0x660 + u32::from('0'),
        0x6f0..=0x6f9 => code - 0x6f0 + u32::from('0'),
        _ => return None,
    };
    char::from_u32(ascii)
}

/// Whether nobody sees a character: it joins others, or says in which direction they are read.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::Plain;
    use crate::redact::class::Class;
    use crate::redact::span::Span;

    #[test]
    fn a_text_is_plain_and_its_places_are_known() {
        for (text, word, original) in [
            ("see Ola%20N%C3%B8r.pdf", "Nør", "N%C3%B8r"),
            ("see ０９０-１２, yes", "090-12", "０９０-１２"),
            ("x\u{200b}a\u{200b}b\u{200b}y", "ab", "a\u{200b}b"),
            ("\"\\u00d8de\\nA\"", "Øde", "\\u00d8de"),
            ("tel \u{202a}٢٢\u{202c}", "22", "٢٢"),
        ] {
            let plain = Plain::of(text).unwrap();
            let start = plain.text.find(word).unwrap();
            let place = (start, start + word.len());
            let span = plain.in_original(Span::new(place, Class::People, "X", ""));
            assert_eq!(&text[span.start..span.end], original);
        }
        for text in ["plain", "50% of C:\\x, %zz %C3%20", "Ærlig talt 😀 %e"] {
            assert!(Plain::of(text).is_none() || text.contains("%20"), "{text}");
        }
    }
}
