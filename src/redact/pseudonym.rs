//! Pseudonyms: what stands in the place of a value. The same value gets the same one, as long as the key is the same.

use std::fmt;

use anyhow::Result;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::io::hex;
use crate::usage::{UsageError, usage};

/// The shortest key, in bytes.
pub const SHORTEST_KEY: usize = 16;

/// How many hex digits a pseudonym in a text has, and how many that of an id, which must not meet another one.
const IN_TEXT: usize = 6;
const OF_ID: usize = 16;

/// The word that the pseudonyms of people's ids have.
const USER: &str = "USER";

/// The key of the pseudonyms. Without it nobody can try out which value a pseudonym stands for.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl Key {
    /// A key of these bytes.
    ///
    /// # Errors
    /// When they are too few.
    pub fn of(bytes: &[u8]) -> Result<Self, UsageError> {
        if bytes.len() < SHORTEST_KEY {
            return Err(usage!(
                "a key has at least {SHORTEST_KEY} bytes, and this one has {}",
                bytes.len()
            ));
        }
        let hmac = Hmac::new_from_slice(bytes);
        hmac.map(Self)
            .map_err(|_| usage!("this key cannot be used"))
    }

    /// A key that nobody knows, for one run.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| anyhow::anyhow!("the system has no random bytes: {error}"))?;
        Ok(Self::of(&bytes)?)
    }

    /// What stands for a value in a text, such as `[EMAIL-7f3a9c]`.
    pub fn in_text(&self, label: &str, value: &str) -> String {
        let digits = self.digits(label, value, IN_TEXT);
        format!("[{label}-{digits}]")
    }

    /// What stands for the id of a person, such as `[USER-7f3a9c0123456789]`.
    pub fn of_user(&self, id: &str) -> String {
        format!("[{USER}-{}]", self.digits(USER, id, OF_ID))
    }

    /// What stands for an id of a conversation or message, such as `message-7f3a9c0123456789`. It is a file name, too.
    pub fn of_id(&self, label: &str, id: &str) -> String {
        let digits = self.digits(label, id, OF_ID);
        format!("{label}-{digits}")
    }

    /// Whether an id is what [`Self::of_id`] made.
    pub fn is_id(label: &str, id: &str) -> bool {
        let digits = id
            .strip_prefix(label)
            .and_then(|rest| rest.strip_prefix('-'));
        digits.is_some_and(|digits| digits.len() == OF_ID && digits.bytes().all(is_hex))
    }

    /// Tells keys and settings apart without telling what they are.
    pub fn fingerprint(&self, settings: &str) -> String {
        self.digits("fingerprint", settings, OF_ID)
    }

    fn digits(&self, label: &str, value: &str, length: usize) -> String {
        let mut hmac = self.0.clone();
        for part in [label.as_bytes(), b"\0", value.as_bytes()] {
            hmac.update(part);
        }
        hex(&hmac.finalize().into_bytes()[..length / 2])
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(***)")
    }
}

/// Whether these are the digits that a pseudonym in a text has behind its label.
pub fn is_digest(label: &str, digits: &str) -> bool {
    let is_long = label == USER && digits.len() == OF_ID;
    (digits.len() == IN_TEXT || is_long) && digits.bytes().all(is_hex)
}

fn is_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}
