//! SHA-256 digests.

use sha2::{Digest, Sha256};

/// Bytes in hex, as `sha256sum` writes them.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).unwrap_or_default());
            }
            text
        })
}

/// The first half of a SHA-256. 128 bits are enough to avoid collisions.
#[must_use]
pub fn digest_prefix(bytes: impl AsRef<[u8]>) -> u128 {
    let digest = Sha256::digest(bytes);
    digest
        .iter()
        .take(16)
        .fold(0, |number, byte| number << 8 | u128::from(*byte))
}
