//! Finds where a JSON value ends. It is as strict as `serde_json`, because the text of a value is written to the output
//! as it is.
//!
//! Each function takes the position of the first byte and returns the position behind the last, or `None` when the text
//! is no complete value. A position in a register is faster than one that is kept in a struct.

use serde::de::IgnoredAny;
use serde_json::Deserializer;

use super::string::{escape_len, plain_prefix_len};

/// Values that are nested deeper than this are left to `serde_json`, which needs no stack to skip them.
const DEPTH: u8 = 64;

/// The end of the value at this position. White space may stand before it.
pub fn value_end(text: &str, at: usize) -> Option<usize> {
    value(text, at, DEPTH)
}

/// The end of the string at this position, and whether the string contains escapes.
pub fn string_end(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    if *bytes.get(at)? != b'"' {
        return None;
    }
    let start = at + 1;
    let end = start + plain_prefix_len(&bytes[start..]);
    match bytes.get(end)? {
        b'"' => Some((end + 1, false)),
        b'\\' => Some((escaped_end(bytes, end)?, true)),
        _ => None,
    }
}

/// The first byte at or after this position that is not white space, and its position.
pub fn next_byte(bytes: &[u8], mut at: usize) -> Option<(u8, usize)> {
    loop {
        match *bytes.get(at)? {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            byte => return Some((byte, at)),
        }
    }
}

/// The end of a string of which an escape begins at this position. A separate function keeps the common case small.
#[inline(never)]
fn escaped_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += escape_len(&bytes[at..])?,
            _ => return None,
        }
        at += plain_prefix_len(&bytes[at..]);
    }
}

fn value(text: &str, at: usize, depth: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let (byte, at) = next_byte(bytes, at)?;
    match byte {
        b'"' => string_end(bytes, at).map(|(end, _)| end),
        b'{' | b'[' if depth == 0 => deep_end(text, at),
        b'{' => items(bytes, at, b'}', |at| {
            let (_, at) = next_byte(bytes, at)?;
            let (end, _) = string_end(bytes, at)?;
            let (colon, at) = next_byte(bytes, end)?;
            (colon == b':').then_some(())?;
            value(text, at + 1, depth - 1)
        }),
        b'[' => items(bytes, at, b']', |at| value(text, at, depth - 1)),
        b't' => literal(bytes, at, b"true"),
        b'f' => literal(bytes, at, b"false"),
        b'n' => literal(bytes, at, b"null"),
        _ => number(bytes, at),
    }
}

fn items(
    bytes: &[u8],
    at: usize,
    close: u8,
    item: impl Fn(usize) -> Option<usize>,
) -> Option<usize> {
    let (first, mut at) = next_byte(bytes, at + 1)?;
    if first == close {
        return Some(at + 1);
    }
    loop {
        let (byte, end) = next_byte(bytes, item(at)?)?;
        at = end + 1;
        if byte != b',' {
            return (byte == close).then_some(at);
        }
    }
}

fn deep_end(text: &str, at: usize) -> Option<usize> {
    let mut values = Deserializer::from_str(&text[at..]).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    Some(at + values.byte_offset())
}

fn literal(bytes: &[u8], at: usize, literal: &[u8]) -> Option<usize> {
    bytes[at..]
        .starts_with(literal)
        .then_some(at + literal.len())
}

fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    at = past_one_of(bytes, at, b"-");
    at = match bytes.get(at)? {
        b'0' => at + 1,
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at = digits(bytes, past_one_of(bytes, at + 1, b"+-"))?;
    }
    Some(at)
}

fn past_one_of(bytes: &[u8], at: usize, some: &[u8]) -> usize {
    let found = bytes.get(at).is_some_and(|byte| some.contains(byte));
    at + usize::from(found)
}

fn digits(bytes: &[u8], at: usize) -> Option<usize> {
    let count = bytes[at..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    (count > 0).then_some(at + count)
}
