//! Splits one huge JSON array into its elements as the bytes arrive, holding one element at a time.
//!
//! It looks at no more than it must: strings, and the brackets of an element's own kind. Whether an element is JSON
//! is for its parser to say.

use std::fmt;

use memchr::{memchr2, memchr3};
use simdutf8::compat::from_utf8;

use super::item::Item;

/// How much is kept of an element above the limit: enough to read an id that stands at its beginning.
const HEAD: usize = 4096;

/// The elements of an array whose bytes come in pieces of any size.
#[derive(Debug)]
pub struct Splitter {
    buffer: Vec<u8>,
    /// Where the element in hand begins; between elements, the next byte to look at.
    start: usize,
    /// Within an element, the next byte to look at.
    at: usize,
    state: State,
    limit: usize,
    /// How many bytes of the element in hand were dropped, since it is above the limit.
    dropped: usize,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before `[`.
    Before,
    /// After `[`: an element or the end.
    First,
    /// After a comma: an element.
    Next,
    Within(Element),
    /// After an element: a comma or the end.
    After,
    /// After `]`.
    End,
}

/// How the end of an element is found.
#[derive(Clone, Copy, Debug)]
enum Element {
    /// At the bracket that closes the `open`ed one.
    Nested(Nested),
    /// At its quote.
    String(StringState),
    /// A number or a word: before what cannot belong to it.
    Scalar,
}

#[derive(Clone, Copy, Debug)]
struct Nested {
    open: u8,
    close: u8,
    depth: usize,
    quoted: StringState,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum StringState {
    Outside,
    Inside,
    /// After a backslash: the next byte means itself.
    Escaped,
}

/// Why the bytes are not an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SplitError {
    /// It begins with something else than `[`.
    NoArray,
    /// This byte cannot stand where it does, between two elements or after the end.
    Garbage(u8),
    /// It ended before its `]`.
    Cut,
}

impl fmt::Display for SplitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoArray => f.write_str("it is no JSON array"),
            Self::Garbage(byte) => write!(f, "there is garbage in it: `{}`", byte.escape_ascii()),
            Self::Cut => f.write_str("it ended before its closing `]`"),
        }
    }
}

impl Splitter {
    /// A splitter that passes over elements of more than `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            at: 0,
            state: State::Before,
            limit,
            dropped: 0,
        }
    }

    /// Takes the next bytes. [`Self::next_item`] is to be called until it finds none before more are pushed.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.at = self.at.saturating_sub(self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The bytes that no element has taken yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Whether it stands within an element whose end has not been found yet.
    #[must_use]
    pub fn is_within(&self) -> bool {
        matches!(self.state, State::Within(_))
    }

    /// Offers the objects that come next to `read`, so that they need not be looked at twice: each with all valid text
    /// behind its beginning, to be read to its end. Ends at the first whose length `read` does not tell.
    ///
    /// # Errors
    /// As [`Self::next_item`].
    pub fn read_ahead(
        &mut self,
        mut read: impl FnMut(&str) -> Option<usize>,
    ) -> Result<(), SplitError> {
        if self.is_within() {
            return Ok(());
        }
        let text = valid(&self.buffer[self.start..]);
        let mut at = 0;
        loop {
            at += blanks(&text.as_bytes()[at..]);
            let Some(&byte) = text.as_bytes().get(at) else {
                break;
            };
            match self.state.after(byte)? {
                State::Within(_) if byte == b'{' => {
                    let Some(length) = read(&text[at..]) else {
                        break;
                    };
                    at += length;
                    self.state = State::After;
                }
                State::Within(_) => break,
                state => {
                    at += 1;
                    self.state = state;
                }
            }
        }
        self.start += at;
        Ok(())
    }

    /// The next element that is there to its end.
    ///
    /// # Errors
    /// When the bytes between the elements are not those of an array.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, SplitError> {
        loop {
            if let State::Within(element) = self.state {
                return Ok(self.within(element));
            }
            self.start += blanks(&self.buffer[self.start..]);
            let Some(&byte) = self.buffer.get(self.start) else {
                return Ok(None);
            };
            self.state = self.state.after(byte)?;
            match self.state {
                // An element's first byte belongs to it.
                State::Within(Element::Scalar) => self.at = self.start,
                State::Within(_) => self.at = self.start + 1,
                _ => self.start += 1,
            }
        }
    }

    /// To be asked when no more bytes come.
    ///
    /// # Errors
    /// When the array has not ended.
    pub fn finish(&self) -> Result<(), SplitError> {
        match self.state {
            State::End => Ok(()),
            _ => Err(SplitError::Cut),
        }
    }

    fn within(&mut self, element: Element) -> Option<Item<'_>> {
        let (element, end) = element.find_end(&self.buffer, self.at);
        let Some(end) = end else {
            self.state = State::Within(element);
            self.drop_above_limit();
            return None;
        };
        let start = std::mem::replace(&mut self.start, end);
        let size = end - start + std::mem::take(&mut self.dropped);
        self.state = State::After;
        if size > self.limit {
            let head = &self.buffer[start..end.min(start + HEAD)];
            return Some(Item::TooLarge(head, size));
        }
        Some(Item::Whole(&self.buffer[start..end]))
    }

    /// All bytes have been looked at; of an element above the limit only the head is kept.
    fn drop_above_limit(&mut self) {
        self.at = self.buffer.len();
        let size = self.at - self.start + self.dropped;
        let kept = self.start + HEAD;
        if size > self.limit && self.at > kept {
            self.dropped += self.at - kept;
            self.buffer.truncate(kept);
            self.buffer.shrink_to(2 * HEAD);
            self.at = kept;
        }
    }
}

impl State {
    /// What a byte that is not blank begins, outside of the elements.
    fn after(self, byte: u8) -> Result<Self, SplitError> {
        match (self, byte) {
            (Self::Before, b'[') => Ok(Self::First),
            (Self::Before, _) => Err(SplitError::NoArray),
            (Self::First | Self::After, b']') => Ok(Self::End),
            (Self::After, b',') => Ok(Self::Next),
            (Self::First | Self::Next, byte) => Element::begun_by(byte).map(Self::Within),
            _ => Err(SplitError::Garbage(byte)),
        }
    }
}

impl Element {
    fn begun_by(byte: u8) -> Result<Self, SplitError> {
        let nested = |close| {
            Self::Nested(Nested {
                open: byte,
                close,
                depth: 1,
                quoted: StringState::Outside,
            })
        };
        match byte {
            b'{' => Ok(nested(b'}')),
            b'[' => Ok(nested(b']')),
            b'"' => Ok(Self::String(StringState::Inside)),
            b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => Ok(Self::Scalar),
            _ => Err(SplitError::Garbage(byte)),
        }
    }

    /// Looks at the bytes from `at` on: the element's end, if it is among them, and where it stands after them.
    fn find_end(self, bytes: &[u8], at: usize) -> (Self, Option<usize>) {
        match self {
            Self::Nested(mut nested) => {
                let end = nested.find_end(bytes, at);
                (Self::Nested(nested), end)
            }
            Self::String(mut quoted) => {
                let end = quoted.find_end(bytes, at);
                (Self::String(quoted), end)
            }
            Self::Scalar => {
                let ends = |byte: &u8| matches!(byte, b',' | b']') || is_blank(*byte);
                (
                    self,
                    bytes[at..].iter().position(ends).map(|length| at + length),
                )
            }
        }
    }
}

impl Nested {
    fn find_end(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            if self.quoted != StringState::Outside {
                at = self.quoted.find_end(bytes, at)?;
            }
            at += memchr3(b'"', self.open, self.close, &bytes[at..])? + 1;
            match bytes[at - 1] {
                b'"' => self.quoted = StringState::Inside,
                byte if byte == self.open => self.depth += 1,
                _ => self.depth -= 1,
            }
            if self.depth == 0 {
                return Some(at);
            }
        }
    }
}

impl StringState {
    /// From within a string to behind its closing quote.
    fn find_end(&mut self, bytes: &[u8], mut at: usize) -> Option<usize> {
        loop {
            if *self == Self::Escaped {
                bytes.get(at)?;
                at += 1;
                *self = Self::Inside;
            }
            at += memchr2(b'"', b'\\', &bytes[at..])? + 1;
            if bytes[at - 1] == b'"' {
                *self = Self::Outside;
                return Some(at);
            }
            *self = Self::Escaped;
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_blank(**byte)).count()
}

/// The text that the bytes begin with, up to one that belongs to none.
fn valid(bytes: &[u8]) -> &str {
    from_utf8(bytes).unwrap_or_else(|error| {
        let whole = &bytes[..error.valid_up_to()];
        from_utf8(whole).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
