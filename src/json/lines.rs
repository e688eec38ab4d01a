//! Splits JSON lines as the bytes arrive, holding one line at a time.

use super::item::Item;

/// How many bytes are kept of a line above the limit: enough to read an id near its beginning.
const HEAD: usize = 4096;

/// Finds the lines in bytes that arrive in chunks of any size. Blank lines are skipped.
#[derive(Debug)]
pub struct Lines {
    buffer: Vec<u8>,
    /// Where the current line begins.
    start: usize,
    /// The next byte to look at.
    at: usize,
    limit: usize,
    /// How many bytes of the current line were dropped because it is above the limit.
    dropped: usize,
    /// The number of the last line that was found, counted from 1, blank lines included.
    number: u64,
}

impl Lines {
    /// Creates a splitter that skips lines of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            at: 0,
            limit,
            dropped: 0,
            number: 0,
        }
    }

    /// Takes the next bytes. Call [`Self::next_item`] until it returns `None` before you push more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.at -= self.start;
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next complete line with its number, or `None` when more bytes are needed.
    pub fn next_item(&mut self) -> Option<(u64, Item<'_>)> {
        loop {
            let Some(length) = memchr::memchr(b'\n', &self.buffer[self.at..]) else {
                self.at = self.buffer.len();
                self.drop_above_limit();
                return None;
            };
            let (start, end) = (self.start, self.at + length);
            self.start = end + 1;
            self.at = self.start;
            self.number += 1;
            if self.dropped > 0 || !self.buffer[start..end].trim_ascii().is_empty() {
                return Some(self.line(start, end));
            }
        }
    }

    /// Returns the last line with its number, if it has no line end. Call this after the last bytes.
    pub fn last(&mut self) -> Option<(u64, Item<'_>)> {
        let (start, end) = (self.start, self.buffer.len());
        self.start = end;
        self.at = end;
        self.number += 1;
        let blank = self.dropped == 0 && self.buffer[start..].trim_ascii().is_empty();
        (!blank).then(|| self.line(start, end))
    }

    fn line(&mut self, start: usize, end: usize) -> (u64, Item<'_>) {
        let size = end - start + std::mem::take(&mut self.dropped);
        if size > self.limit {
            let head = &self.buffer[start..end.min(start + HEAD)];
            return (self.number, Item::TooLarge(head, size));
        }
        let line = self.buffer[start..end].trim_ascii();
        (self.number, Item::Whole(line))
    }

    /// Call this when all bytes have been looked at. Keeps only the head of a line above the limit.
    fn drop_above_limit(&mut self) {
        let kept = self.start + HEAD;
        if self.at - self.start + self.dropped > self.limit && self.at > kept {
            self.dropped += self.at - kept;
            self.buffer.truncate(kept);
            self.buffer.shrink_to(2 * HEAD);
            self.at = kept;
        }
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
