//! Where each conversation comes last, in an export that grew by each run.

use std::collections::HashMap;
use std::path::Path;

use anyhow::Result;

use super::record::{self, Key};
use super::split::Split;
use crate::io::{decompress, digest_prefix};
use crate::json::Item;

/// The number of the last piece that has a conversation, by a digest of its key: some 30 bytes a conversation.
#[derive(Debug, Default)]
pub struct Latest(HashMap<u128, u64>);

impl Latest {
    /// Whether this piece is the last that has its conversation; also when it is one of which that is not known.
    pub fn is_at(&self, number: u64, text: &str) -> bool {
        let last = record::key(text).and_then(|key| self.0.get(&digest(&key)));
        last.is_none_or(|last| *last <= number)
    }
}

/// Reads through the file. What is wrong with it shows when it is read again.
///
/// # Errors
/// When it cannot be opened.
pub fn find(file: &Path, max_element: usize) -> Result<Latest> {
    let blocks = decompress::blocks(decompress::open(file)?);
    let mut split = Split::new(max_element);
    let (mut latest, mut number) = (Latest::default(), 0);
    while let Some(Ok(block)) = blocks.next(|| ()) {
        split.push(&block);
        while let Ok(Some((_, piece))) = split.next_item() {
            number += 1;
            latest.note(number, piece);
        }
    }
    if let Some((_, piece)) = split.rest() {
        latest.note(number + 1, piece);
    }
    Ok(latest)
}

impl Latest {
    fn note(&mut self, number: u64, piece: Item) {
        if let Item::Whole(bytes) = piece
            && let Ok(text) = std::str::from_utf8(bytes)
            && let Some(key) = record::key(text)
        {
            self.0.insert(digest(&key), number);
        }
    }
}

fn digest(key: &Key) -> u128 {
    digest_prefix(format!("{}\n{}", key.source, key.id))
}
