//! Finds the last copy of each conversation, in a file that several runs appended to.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;

use super::record::{self, Key};
use super::split::Split;
use crate::io::{decompress, digest_prefix};
use crate::json::Item;

/// The number of the last item of each conversation, by a digest of its key. This takes about 30 bytes per
/// conversation.
#[derive(Debug, Default)]
pub struct Latest(HashMap<u128, u64>);

impl Latest {
    /// Whether this item is the last copy of its conversation. Returns true when the conversation is not known.
    pub fn is_at(&self, number: u64, text: &str) -> bool {
        let last = record::key(text).and_then(|key| self.0.get(&digest(&key)));
        last.is_none_or(|last| *last <= number)
    }
}

/// Reads the whole file. Flaws are ignored here; they are reported when the file is read again.
///
/// # Errors
/// When it cannot be opened.
pub fn find(file: &Path, max_element: usize) -> Result<Latest> {
    let blocks = decompress::blocks(decompress::open(file)?);
    let mut split = Split::new(max_element);
    let (mut latest, mut number) = (Latest::default(), 0);
    while let Some(Ok(block)) = blocks.next(|| ()) {
        split.push(&block);
        while let Ok(Some((_, item))) = split.next_item() {
            number += 1;
            latest.note(number, item);
        }
    }
    if let Some((_, item)) = split.rest() {
        latest.note(number + 1, item);
    }
    Ok(latest)
}

impl Latest {
    fn note(&mut self, number: u64, item: Item) {
        if let Item::Whole(bytes) = item
            && let Ok(text) = std::str::from_utf8(bytes)
            && let Some(key) = record::key(text)
        {
            self.0.insert(digest(&key), number);
        }
    }
}

fn digest(key: &Key) -> u128 {
    let account = key.account.as_deref().unwrap_or_default();
    digest_prefix(format!("{}\n{account}\n{}", key.source, key.id))
}
