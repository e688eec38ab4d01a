//! Splits one huge JSON array into its elements as the bytes arrive, holding one element at a time.
//!
//! It looks only at what it must: strings, and the brackets of an element's own kind. It does not check that an element
//! is valid JSON; the element's parser does.

use std::fmt;

use memchr::{memchr2, memchr3};
use simdutf8::compat::from_utf8;

use super::item::Item;
use super::item_buffer::ItemBuffer;

/// Finds the elements of an array whose bytes arrive in chunks of any size.
#[derive(Debug)]
pub struct Splitter {
    /// Its `start` is the next byte to look at between elements, its `at` within one.
    buffer: ItemBuffer,
    state: State,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before `[`.
    Before,
    /// After `[`: an element or the end follows.
    First,
    /// After a comma: an element follows.
    Next,
    Within(Element),
    /// After an element: a comma or the end follows.
    After,
    /// After `]`.
    End,
}

/// How the end of an element is found.
#[derive(Clone, Copy, Debug)]
enum Element {
    /// It ends at the matching closing bracket.
    Nested(Nested),
    /// It ends at its closing quote.
    String(StringState),
    /// A number, `true`, `false` or `null`: it ends before the first byte that cannot belong to it.
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
    /// After a backslash: the next byte cannot end the string.
    Escaped,
}

/// Why the bytes are not an array.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SplitError {
    /// It does not begin with `[`.
    NoArray,
    /// This byte is not allowed here, between two elements or after the end.
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
    /// Creates a splitter that skips elements of more than `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: ItemBuffer::new(limit),
            state: State::Before,
        }
    }

    /// Takes the next bytes. Call [`Self::next_item`] until it returns `None` before you push more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }

    /// The bytes that no element has taken yet.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        self.buffer.rest()
    }

    /// Whether the current position is within an element whose end has not been found yet.
    #[must_use]
    pub fn is_within(&self) -> bool {
        matches!(self.state, State::Within(_))
    }

    /// Passes the next objects to `read`, so that their bytes need not be scanned twice. `read` gets the valid text
    /// from the object's beginning on, and returns the object's length. Stops at the first object for which it returns
    /// `None`.
    ///
    /// # Errors
    /// The same as those of [`Self::next_item`].
    pub fn read_ahead(
        &mut self,
        mut read: impl FnMut(&str) -> Option<usize>,
    ) -> Result<(), SplitError> {
        if self.is_within() {
            return Ok(());
        }
        let text = valid(self.buffer.rest());
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
        self.buffer.start += at;
        Ok(())
    }

    /// Returns the next complete element, or `None` when more bytes are needed.
    ///
    /// # Errors
    /// When the bytes between the elements do not belong to an array.
    pub fn next_item(&mut self) -> Result<Option<Item<'_>>, SplitError> {
        loop {
            if let State::Within(element) = self.state {
                return Ok(self.within(element));
            }
            self.buffer.start += blanks(self.buffer.rest());
            let Some(&byte) = self.buffer.rest().first() else {
                return Ok(None);
            };
            self.state = self.state.after(byte)?;
            match self.state {
                // An element's first byte belongs to it.
                State::Within(Element::Scalar) => self.buffer.at = self.buffer.start,
                State::Within(_) => self.buffer.at = self.buffer.start + 1,
                _ => self.buffer.start += 1,
            }
        }
    }

    /// Call this after the last bytes.
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
        let (element, end) = element.find_end(&self.buffer.bytes, self.buffer.at);
        let Some(end) = end else {
            self.state = State::Within(element);
            self.buffer.end_look();
            return None;
        };
        self.state = State::After;
        Some(self.buffer.take(end, end))
    }
}

impl State {
    /// The state after a byte outside of the elements. The byte must not be white space.
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

    /// Searches the bytes from `at` on for the element's end. Returns the state after these bytes, and the end if
    /// found.
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
    /// Returns the position after the closing quote, or `None` when more bytes are needed.
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

/// The valid UTF-8 text at the beginning of the bytes.
fn valid(bytes: &[u8]) -> &str {
    from_utf8(bytes).unwrap_or_else(|error| {
        let whole = &bytes[..error.valid_up_to()];
        from_utf8(whole).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests;
