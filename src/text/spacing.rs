//! Finds where the words of a text stand a single space apart.

use crate::json;

/// The length of the prefix whose words are separated by single spaces. It can be copied as it is.
pub fn evenly_spaced_len(words: &str) -> usize {
    let blank = |byte: u8| is_blank(byte.into());
    let uneven = |pair: &[u8]| blank(pair[0]) && (pair[0] != b' ' || blank(pair[1]));
    let bytes = words.as_bytes();
    let mut at = 0;
    while let Some(chunk) = bytes[at..].first_chunk() {
        if may_be_uneven(*chunk)
            && let Some(found) = chunk.windows(2).position(uneven)
        {
            return at + found;
        }
        // The last byte has not been compared with the one after it, so it is looked at again.
        at += json::LANES - 1;
    }
    let rest = &bytes[at..];
    let end = rest.windows(2).position(uneven);
    at + end.unwrap_or_else(|| rest.len() - usize::from(rest.last().copied().is_some_and(blank)))
}

/// Whether these bytes may contain two spaces in a row, or any byte below a space. It can be wrong only by returning
/// true.
fn may_be_uneven(bytes: [u8; json::LANES]) -> bool {
    let spaces = json::below(bytes, b' ' + 1);
    (json::below(bytes, b' ') | (spaces & (spaces >> 1))) != 0
}

/// Whether HTML takes a character for white space.
pub fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}
