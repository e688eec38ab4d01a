//! Writes JSON strings faster than a general serializer. An export consists mostly of strings.

use std::io::Write;

use super::lanes::{is_special, lanes_below, lanes_with, special_lanes};

/// From this many bytes on, a text is written by pieces. To prepare the room for a piece takes too long for a shorter one.
const LONG: usize = 256;

/// How many bytes of a text a piece has.
const PIECE: usize = 1024;

/// How many bytes [`quote`] may write to.
const ROOM: usize = 24;

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
