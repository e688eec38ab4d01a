//! Writes JSON strings faster than a general serializer. An export consists mostly of strings.

use std::io::Write;

use super::lanes::{LANES, below, special};
use super::string::plain_prefix_len;

/// From this many bytes on, a text is written by pieces. To prepare the room for a piece takes too long for a shorter one.
const LONG: usize = 256;

/// How many bytes of a text a piece has.
const PIECE: usize = 1024;

/// How many bytes of a text [`quote`] looks at. It takes the first half, and copies from the second.
const WINDOW: usize = 2 * LANES;

/// How many bytes [`quote`] may write to.
const ROOM: usize = 3 * LANES;

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

fn write_short(mut text: &[u8], out: &mut Vec<u8>) {
    loop {
        let (plain, rest) = text.split_at(plain_prefix_len(text));
        out.extend_from_slice(plain);
        let Some((special, rest)) = rest.split_first() else {
            return;
        };
        escape(*special, out);
        text = rest;
    }
}

/// Writes a part of a string. A record within a string has a quote or a backslash among seven bytes, so the part is put
/// together in a room that need not grow.
fn write_piece(mut piece: &[u8], out: &mut Vec<u8>) {
    // Every byte may need a backslash, and `quote` writes a little further.
    let mut room = [0; 2 * PIECE + ROOM];
    let mut end = 0;
    while let Some(window) = piece.first_chunk() {
        let (taken, rest) = piece.split_at(LANES);
        let space = room[end..].first_chunk_mut();
        if let Some(length) = space.and_then(|space| quote(window, space)) {
            end += length;
        } else {
            out.extend_from_slice(&room[..end]);
            end = 0;
            write_short(taken, out);
        }
        piece = rest;
    }
    out.extend_from_slice(&room[..end]);
    write_short(piece, out);
}

/// Writes the first half of the window with a backslash before each quote and each backslash. Returns how many bytes
/// these are, or `None` when there is a control character. Copies sixteen bytes after each backslash, since that takes no
/// longer than to copy one.
#[inline]
fn quote(window: &[u8; WINDOW], room: &mut [u8; ROOM]) -> Option<usize> {
    let taken = *window.first_chunk()?;
    if below(taken, b' ') != 0 {
        return None;
    }
    room[..LANES].copy_from_slice(&taken);
    let mut length = LANES;
    let mut found = special(taken);
    while found != 0 {
        let lane = found.trailing_zeros() as usize % LANES;
        // The length has grown by the backslashes so far.
        let place = length - LANES + lane;
        room[place] = b'\\';
        room[place + 1..=place + LANES].copy_from_slice(&window[lane..lane + LANES]);
        length += 1;
        found &= found - 1;
    }
    Some(length)
}

fn escape(special: u8, out: &mut Vec<u8>) {
    match special {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        8 => out.extend_from_slice(b"\\b"),
        12 => out.extend_from_slice(b"\\f"),
        byte => write!(out, "\\u{byte:04x}").unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut out = Vec::new();
        write_string(text, &mut out);
        let written = String::from_utf8(out).unwrap();
        prop_assert_eq!(written, serde_json::to_string(text).unwrap());
        Ok(())
    }

    proptest! {
        #[test]
        fn strings_are_written_as_serde_json_does(text in any::<String>(), odd in "[\\x00-\\x22\\\\/\\x7fa-h]{0,40}") {
            check(&text)?;
            check(&odd)?;
        }

        // They are written by pieces. Some have control characters, and most have only what takes a backslash.
        #[test]
        fn long_strings_are_written_as_serde_json_does(text in "([\"\\\\]{0,9}[a-zé]{0,9}\n?){100,400}", odd in "[\x00-\x22\\\\]{0,40}") {
            check(&text)?;
            check(&(text.clone() + &odd + &text))?;
        }
    }

    #[test]
    fn every_byte_of_a_piece_may_take_a_backslash() {
        for text in ["\"", "\\", "\"\\"] {
            for length in [LONG - 1, LONG, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7] {
                let text: String = text.chars().cycle().take(length).collect();
                check(&text).unwrap();
            }
        }
    }
}
