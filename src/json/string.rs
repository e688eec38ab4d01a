//! Reads and writes JSON strings faster than a general parser or serializer. An export consists mostly of strings.

use std::borrow::Cow;
use std::io::Write;

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
    let (eights, rest) = bytes.as_chunks();
    for (index, eight) in eights.iter().enumerate() {
        let found = special_lanes(u64::from_le_bytes(*eight));
        if found != 0 {
            return 8 * index + found.trailing_zeros() as usize / 8;
        }
    }
    8 * eights.len()
        + rest
            .iter()
            .position(|byte| is_special(*byte))
            .unwrap_or(rest.len())
}

const ONES: u64 = u64::MAX / 255;

/// Sets the high bit of each lane with a quote, a backslash or a control character, as [`lanes_below`] does.
fn special_lanes(eight: u64) -> u64 {
    // Flipping the second bit moves the quote to just above the control characters, and keeps those below it. So one
    // comparison finds both.
    lanes_below(eight ^ (ONES * 2), b' ' + 1) | lanes_below(eight ^ (ONES * u64::from(b'\\')), 1)
}

/// Compares eight bytes with `byte` at once: sets the high bit of each lane that is below it. Only the lowest bit that
/// is set is exact; a lane above it may be marked by mistake.
#[must_use]
pub fn lanes_below(eight: u64, byte: u8) -> u64 {
    eight.wrapping_sub(ONES * u64::from(byte)) & !eight & (ONES << 7)
}

/// Sets the high bit of each lane that is `byte`, and of no other.
fn lanes_with(eight: u64, byte: u8) -> u64 {
    const LOW: u64 = ONES * 0x7f;
    let other = eight ^ (ONES * u64::from(byte));
    !(((other & LOW) + LOW) | other | LOW)
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

/// Writes a JSON string, byte for byte as `serde_json` does.
pub fn write_string(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    if text.len() < LONG {
        write_short(text.as_bytes(), out);
    } else {
        text.as_bytes()
            .chunks(PIECE)
            .for_each(|piece| write_piece(piece, out));
    }
    out.push(b'"');
}

/// A text of so many bytes is written by pieces, which pays for the room that a piece needs.
const LONG: usize = 256;
const PIECE: usize = 1024;

/// How many bytes [`quote`] may write to.
const ROOM: usize = 24;

fn write_short(text: &[u8], out: &mut Vec<u8>) {
    let (eights, rest) = text.as_chunks();
    for eight in eights {
        if special_lanes(u64::from_le_bytes(*eight)) == 0 {
            out.extend_from_slice(eight);
            continue;
        }
        let mut room = [0; ROOM];
        match quote(*eight, &mut room) {
            Some(length) => out.extend_from_slice(&room[..length]),
            None => escape(eight, out),
        }
    }
    escape_some(rest, out);
}

/// Writes a part of a string. A record within a string has a quote or a backslash among seven bytes, so the part is put
/// together in a room that need not grow.
fn write_piece(piece: &[u8], out: &mut Vec<u8>) {
    // Every byte may need a backslash, and `quote` writes a little further.
    let mut room = [0; 2 * PIECE + ROOM];
    let mut end = 0;
    let (eights, rest) = piece.as_chunks();
    for eight in eights {
        let space = room[end..].first_chunk_mut();
        if let Some(length) = space.and_then(|space| quote(*eight, space)) {
            end += length;
        } else {
            out.extend_from_slice(&room[..end]);
            end = 0;
            escape(eight, out);
        }
    }
    out.extend_from_slice(&room[..end]);
    escape_some(rest, out);
}

/// Writes eight bytes with a backslash before each quote and each backslash. Returns how many bytes these are, or `None`
/// when there is a control character. Copies all that is left after each backslash, since to copy eight bytes takes no
/// longer than to copy one.
#[inline]
fn quote(eight: [u8; 8], room: &mut [u8; ROOM]) -> Option<usize> {
    let lanes = u64::from_le_bytes(eight);
    if lanes_below(lanes, b' ') != 0 {
        return None;
    }
    room[..8].copy_from_slice(&eight);
    let mut length = 8;
    let mut found = lanes_with(lanes, b'"') | lanes_with(lanes, b'\\');
    while found != 0 {
        let lane = found.trailing_zeros() / 8;
        // The length has grown by the backslashes so far.
        let place = length - 8 + lane as usize;
        room[place] = b'\\';
        room[place + 1..place + 9].copy_from_slice(&(lanes >> (8 * lane)).to_le_bytes());
        length += 1;
        found &= found - 1;
    }
    Some(length)
}

/// Writes bytes that mostly need no escape.
fn escape_some(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.iter().any(|byte| is_special(*byte)) {
        escape(bytes, out);
    } else {
        out.extend_from_slice(bytes);
    }
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..b' ')
}

fn escape(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            0..32 => write!(out, "\\u{byte:04x}").unwrap_or_default(),
            _ => out.push(*byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::json::raw::repaired;

    proptest! {
        #[test]
        fn strings_are_written_as_serde_json_does(text in any::<String>(), odd in "[\\x00-\\x22\\\\/\\x7fa-h]{0,40}") {
            // A long text is written by pieces.
            let long = odd.repeat(100);
            for text in [text, odd, long] {
                let mut out = Vec::new();
                write_string(&text, &mut out);
                prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
            }
        }

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
