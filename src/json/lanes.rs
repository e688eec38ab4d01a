//! Looks at sixteen bytes of a text at once, with the vector instructions of the processor. Each function returns a bit
//! for each byte; the lowest bit stands for the first byte.

use wide::u8x16;

/// How many bytes a look takes in.
pub const LANES: usize = 16;

/// Which bytes need an escape in a JSON string: quotes, backslashes and control characters.
#[inline]
pub fn special(bytes: [u8; LANES]) -> u32 {
    let bytes = u8x16::new(bytes);
    let marks = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
    (marks | bytes.simd_lt(u8x16::splat(b' '))).to_bitmask()
}

/// Which bytes are below `limit`.
#[inline]
#[must_use]
pub fn below(bytes: [u8; LANES], limit: u8) -> u32 {
    u8x16::new(bytes).simd_lt(u8x16::splat(limit)).to_bitmask()
}

/// Whether a byte needs an escape in a JSON string.
pub fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..b' ')
}
