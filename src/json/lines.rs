//! Splits JSON lines as the bytes arrive, holding one line at a time.

use super::item::Item;
use super::item_buffer::ItemBuffer;

/// Finds the lines in bytes that arrive in chunks of any size. Blank lines are skipped.
#[derive(Debug)]
pub struct Lines {
    buffer: ItemBuffer,
    /// The number of the last line that was found, counted from 1, blank lines included.
    number: u64,
}

impl Lines {
    /// Creates a splitter that skips lines of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: ItemBuffer::new(limit),
            number: 0,
        }
    }

    /// Takes the next bytes. Call [`Self::next_item`] until it returns `None` before you push more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// Returns the next complete line with its number, or `None` when more bytes are needed.
    pub fn next_item(&mut self) -> Option<(u64, Item<'_>)> {
        loop {
            let buffer = &mut self.buffer;
            let Some(length) = memchr::memchr(b'\n', &buffer.bytes[buffer.at..]) else {
                buffer.end_look();
                return None;
            };
            let end = buffer.at + length;
            buffer.at = end + 1;
            self.number += 1;
            if buffer.is_cut() || !buffer.bytes[buffer.start..end].trim_ascii().is_empty() {
                return Some((self.number, trimmed(self.buffer.take(end, end + 1))));
            }
            buffer.start = end + 1;
        }
    }

    /// Returns the last line with its number, if it has no line end. Call this after the last bytes.
    pub fn last(&mut self) -> Option<(u64, Item<'_>)> {
        self.number += 1;
        let blank = !self.buffer.is_cut() && self.buffer.rest().trim_ascii().is_empty();
        let end = self.buffer.bytes.len();
        let line = trimmed(self.buffer.take(end, end));
        (!blank).then_some((self.number, line))
    }
}

fn trimmed(item: Item) -> Item {
    match item {
        Item::Whole(line) => Item::Whole(line.trim_ascii()),
        large @ Item::TooLarge(..) => large,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str, limit: usize, piece: usize) -> Vec<String> {
        let mut lines = Lines::new(limit);
        let mut found = Vec::new();
        let mut note = |(number, piece): (u64, Item)| {
            assert!((2..=6).contains(&number) || text.lines().count() < 2);
            found.push(match piece {
                Item::Whole(line) => String::from_utf8(line.to_vec()).unwrap(),
                Item::TooLarge(head, size) => format!("{size} from {}", char::from(head[0])),
            });
        };
        for bytes in text.as_bytes().chunks(piece) {
            lines.push(bytes);
            while let Some(piece) = lines.next_item() {
                note(piece);
            }
        }
        if let Some(piece) = lines.last() {
            note(piece);
        }
        found
    }

    #[test]
    fn lines_are_the_same_in_pieces_of_any_size() {
        let long = "x".repeat(9000);
        let text = format!("\n{{1}}\r\n  \n{long}\nab\n{{2}}");
        for piece in [1, 2, 3, 7, 4096, 100_000] {
            assert_eq!(split(&text, 9000, piece), ["{1}", &long, "ab", "{2}"]);
            assert_eq!(
                split(&text, 8999, piece),
                ["{1}", "9000 from x", "ab", "{2}"]
            );
            assert_eq!(
                split(&text, 1, piece),
                ["4 from {", "9000 from x", "2 from a", "3 from {"]
            );
        }
        assert!(split("", 9, 1).is_empty() && split("\n\r\n ", 9, 1).is_empty());
        assert_eq!(split(&long, 10, 100), ["9000 from x"]);
    }
}
