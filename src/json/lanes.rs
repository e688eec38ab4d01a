//! Looks at eight bytes of a string at once, each in its lane of a number.

const ONES: u64 = u64::MAX / 255;

/// Sets the high bit of each lane with a quote, a backslash or a control character, as [`lanes_below`] does.
pub fn special_lanes(eight: u64) -> u64 {
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
pub fn lanes_with(eight: u64, byte: u8) -> u64 {
    const LOW: u64 = ONES * 0x7f;
    let other = eight ^ (ONES * u64::from(byte));
    !(((other & LOW) + LOW) | other | LOW)
}

/// Whether a byte needs an escape in a JSON string.
pub fn is_special(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..b' ')
}
