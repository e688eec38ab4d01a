//! A split of an export into parts, such as `train=0.9,test=0.1`. A hash of its key says which part a conversation
//! belongs to, so the part is the same in every run, on every machine and in every version.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::io::{Compression, digest_prefix};
use crate::model::Conversation;

/// Shares are whole numbers of billionths, so that they add up exactly.
const WHOLE: u64 = 1_000_000_000;
const DIGITS: usize = 9;

/// The parts of an export, with their shares.
#[derive(Clone, Debug)]
pub struct Split {
    text: String,
    /// Names, and shares in billionths.
    parts: Vec<(String, u64)>,
}

impl Split {
    /// The index of the part that a conversation belongs to.
    ///
    /// The first 8 bytes of the SHA-256 of `source`, `account` and `id`, with a line feed between them, are a number; that
    /// number divided by 2^64 is a point between 0 and 1. The parts divide that range in their order (docs/chat.md).
    #[must_use]
    pub fn part_of(&self, conversation: &Conversation) -> usize {
        let source = conversation.source.name();
        let account = conversation.account.as_deref().unwrap_or_default();
        let key = format!("{source}\n{account}\n{}", conversation.id);
        let first_8_bytes = digest_prefix(key) >> 64;
        let point = (first_8_bytes * u128::from(WHOLE)) >> 64;
        let mut end = 0;
        let is_before_end = |(_, share): &(String, u64)| {
            end += u128::from(*share);
            point < end
        };
        // The last part ends at 1, which no point reaches.
        self.parts
            .iter()
            .position(is_before_end)
            .unwrap_or_default()
    }

    /// The file of each part: `chat.train.jsonl` for `chat.jsonl`.
    #[must_use]
    pub fn paths(&self, path: &Path) -> Vec<PathBuf> {
        let names = self.parts.iter().map(|(name, _)| name);
        names.map(|name| beside(path, name)).collect()
    }
}

/// The path with a name before its extension, or before its two extensions if the last one compresses.
#[must_use]
pub fn beside(path: &Path, name: &str) -> PathBuf {
    let (plain, gzip) = match Compression::of(path) {
        Compression::None => (path.to_owned(), None),
        Compression::Gzip => (path.with_extension(""), path.extension()),
    };
    let mut file = plain.file_stem().unwrap_or_default().to_owned();
    file.push(format!(".{name}"));
    for extension in [plain.extension(), gzip].into_iter().flatten() {
        file.push(".");
        file.push(extension);
    }
    path.with_file_name(file)
}

impl FromStr for Split {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts: Vec<(String, u64)> = Vec::new();
        for part in text.split(',') {
            let (name, share) = part
                .split_once('=')
                .ok_or("expected NAME=SHARE,NAME=SHARE, as in train=0.9,test=0.1")?;
            check_name(name)?;
            // Some systems do not tell file names apart by case.
            if parts
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
            {
                return Err(format!("there are two parts of the name {name}"));
            }
            let share = billionths(share).filter(|share| *share > 0);
            let share = share.ok_or_else(|| {
                format!("the share of {name} has to be a number above 0, such as 0.9, with at most {DIGITS} decimals")
            })?;
            parts.push((name.to_owned(), share));
        }
        let sum: u128 = parts.iter().map(|(_, share)| u128::from(*share)).sum();
        if sum != u128::from(WHOLE) {
            return Err(format!("the shares add up to {}, not to 1", decimal(sum)));
        }
        let text = text.to_owned();
        Ok(Self { text, parts })
    }
}

/// A part's name goes into the name of a file.
fn check_name(name: &str) -> Result<(), String> {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if name.is_empty() || !name.bytes().all(is_safe) {
        return Err(format!(
            "`{name}` is no name of a part: it may have letters, digits, `_` and `-`"
        ));
    }
    Ok(())
}

/// Reads a decimal number, in billionths.
fn billionths(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if fraction.len() > DIGITS || !are_digits(whole) || !are_digits(fraction) {
        return None;
    }
    format!("{whole}{fraction:0<DIGITS$}").parse().ok()
}

/// Writes billionths as a decimal number.
fn decimal(billionths: u128) -> String {
    let whole = u128::from(WHOLE);
    let text = format!("{}.{:0DIGITS$}", billionths / whole, billionths % whole);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

impl Serialize for Split {
    /// Writes it as on the command line.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}
