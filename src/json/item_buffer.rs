//! The bytes of a stream of which one item is looked at, with a limit on what is held.

use super::item::Item;

/// How many bytes are kept of an item above the limit: enough to read an id near its beginning.
pub const HEAD: usize = 4096;

/// Bytes that have come and are not used up.
#[derive(Debug)]
pub struct ItemBuffer {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Where the current item begins.
    pub start: usize,
    /// The next byte to look at.
    pub at: usize,
    limit: usize,
    /// How many bytes of the current item were dropped because it is above the limit.
    dropped: usize,
}

impl ItemBuffer {
    /// An empty buffer for items of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            at: 0,
            limit,
            dropped: 0,
        }
    }

    /// Adds the next bytes, and frees those before the current item.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.at = self.at.saturating_sub(self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The bytes of the current item that are held.
    pub fn rest(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Whether a part of the current item was dropped.
    pub fn is_cut(&self) -> bool {
        self.dropped > 0
    }

    /// Takes the current item, which ends at `end`. The next one begins at `next`.
    pub fn take(&mut self, end: usize, next: usize) -> Item<'_> {
        let start = std::mem::replace(&mut self.start, next);
        let size = end - start + std::mem::take(&mut self.dropped);
        if size > self.limit {
            let head = &self.bytes[start..end.min(start + HEAD)];
            return Item::TooLarge(head, size);
        }
        Item::Whole(&self.bytes[start..end])
    }

    /// Notes that all bytes have been looked at. Keeps only the head of an item above the limit.
    pub fn end_look(&mut self) {
        self.at = self.bytes.len();
        let kept = self.start + HEAD;
        if self.at - self.start + self.dropped > self.limit && self.at > kept {
            self.dropped += self.at - kept;
            self.bytes.truncate(kept);
            self.bytes.shrink_to(2 * HEAD);
            self.at = kept;
        }
    }
}
