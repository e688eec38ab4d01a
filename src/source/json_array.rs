//! Splits one huge JSON array into its elements as the bytes arrive, holding one element at a time.
//!
//! It looks at no more than it must: strings, and the brackets of an element's own kind. Whether an element is JSON
//! is for its parser to say.

use std::fmt;

use memchr::{memchr2, memchr3};

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
    String(Quoted),
    /// A number or a word: before what cannot belong to it.
    Scalar,
}

#[derive(Clone, Copy, Debug)]
struct Nested {
    open: u8,
    close: u8,
    depth: usize,
    quoted: Quoted,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quoted {
    Outside,
    Inside,
    /// After a backslash: the next byte means itself.
    Escaped,
}

/// What the splitter finds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Piece<'a> {
    /// The bytes of one element.
    Element(&'a [u8]),
    /// An element above the limit, passed over: its first bytes, and how many it had.
    TooLarge(&'a [u8], usize),
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

    /// Takes the next bytes. [`Self::next_piece`] is to be called until it finds none before more are pushed.
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
    /// As [`Self::next_piece`].
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
    pub fn next_piece(&mut self) -> Result<Option<Piece<'_>>, SplitError> {
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

    fn within(&mut self, element: Element) -> Option<Piece<'_>> {
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
            return Some(Piece::TooLarge(head, size));
        }
        Some(Piece::Element(&self.buffer[start..end]))
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
                quoted: Quoted::Outside,
            })
        };
        match byte {
            b'{' => Ok(nested(b'}')),
            b'[' => Ok(nested(b']')),
            b'"' => Ok(Self::String(Quoted::Inside)),
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
            if self.quoted != Quoted::Outside {
                at = self.quoted.find_end(bytes, at)?;
            }
            at += memchr3(b'"', self.open, self.close, &bytes[at..])? + 1;
            match bytes[at - 1] {
                b'"' => self.quoted = Quoted::Inside,
                byte if byte == self.open => self.depth += 1,
                _ => self.depth -= 1,
            }
            if self.depth == 0 {
                return Some(at);
            }
        }
    }
}

impl Quoted {
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
    let length = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    std::str::from_utf8(&bytes[..length]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;
    use serde_json::value::RawValue;

    use super::*;

    /// The elements of `bytes` pushed in pieces that end at `cuts`, or why there are none.
    fn split(
        bytes: &[u8],
        cuts: &[usize],
        limit: usize,
        ahead: bool,
    ) -> Result<Vec<(Vec<u8>, usize)>, SplitError> {
        let mut splitter = Splitter::new(limit);
        let mut elements = Vec::new();
        let mut from = 0;
        for to in cuts.iter().copied().chain([bytes.len()]) {
            splitter.push(&bytes[from..to]);
            from = to;
            if ahead {
                splitter.read_ahead(|text| {
                    let mut values =
                        serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
                    values.next()?.ok()?;
                    let bytes = text.as_bytes()[..values.byte_offset()].to_vec();
                    let length = bytes.len();
                    elements.push((bytes, length));
                    Some(length)
                })?;
            }
            while let Some(piece) = splitter.next_piece()? {
                elements.push(match piece {
                    Piece::Element(bytes) => (bytes.to_vec(), bytes.len()),
                    Piece::TooLarge(head, size) => (head.to_vec(), size),
                });
            }
        }
        splitter.finish()?;
        Ok(elements)
    }

    fn agrees(bytes: &[u8], cuts: &[usize]) -> Result<(), TestCaseError> {
        agrees_with(split(bytes, cuts, usize::MAX, false), bytes)?;
        agrees_with(split(bytes, cuts, usize::MAX, true), bytes)
    }

    /// Agrees with `serde_json`: the same elements, or an error somewhere where it has one.
    fn agrees_with(
        found: Result<Vec<(Vec<u8>, usize)>, SplitError>,
        bytes: &[u8],
    ) -> Result<(), TestCaseError> {
        let expected = serde_json::from_slice::<Vec<&RawValue>>(bytes);
        if let Ok(expected) = expected {
            let expected: Vec<_> = expected
                .iter()
                .map(|raw| raw.get().as_bytes().to_vec())
                .collect();
            let found: Vec<_> = found.unwrap().into_iter().map(|(bytes, _)| bytes).collect();
            prop_assert_eq!(found, expected);
        } else {
            let is_json =
                |(bytes, _): &(Vec<u8>, usize)| serde_json::from_slice::<&RawValue>(bytes).is_ok();
            prop_assert!(!found.is_ok_and(|elements| elements.iter().all(is_json)));
        }
        Ok(())
    }

    fn json() -> impl Strategy<Value = String> {
        let string = "[a-z\\[\\]{}\"\\\\ ,:é😀\n]{0,8}"
            .prop_map(|text| serde_json::to_string(&text).unwrap());
        let leaf = prop_oneof![
            Just("null".to_owned()),
            Just("true".to_owned()),
            "-?[1-9][0-9]{0,5}(\\.[0-9]{1,3})?(e[0-9])?",
            string.clone(),
        ];
        let blank = prop_oneof![Just(""), Just(" "), Just("\r\n\t")];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            let items = prop::collection::vec((blank.clone(), inner.clone()), 0..5);
            let members = prop::collection::vec((string.clone(), blank.clone(), inner), 0..5);
            let array = items.prop_map(|items| {
                let items: Vec<_> = items
                    .into_iter()
                    .map(|(blank, item)| format!("{blank}{item}{blank}"))
                    .collect();
                format!("[{}]", items.join(","))
            });
            let object = members.prop_map(|members| {
                let member = |(key, blank, value)| format!("{key}{blank}:{blank}{value}");
                format!(
                    "{{{}}}",
                    members
                        .into_iter()
                        .map(member)
                        .collect::<Vec<_>>()
                        .join(",")
                )
            });
            prop_oneof![array, object]
        })
    }

    fn array() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(json(), 0..6)
            .prop_map(|items| format!(" [{}]\n", items.join(", ")).into_bytes())
    }

    proptest! {
        #[test]
        fn agrees_at_every_boundary(bytes in array()) {
            for cut in 0..=bytes.len() {
                agrees(&bytes, &[cut])?;
            }
            agrees(&bytes, &(0..bytes.len()).collect::<Vec<_>>())?;
        }

        #[test]
        fn agrees_on_mutations(
            mut bytes in array(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        ) {
            for (place, byte, way) in edits {
                let at = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
                let byte = b"[]{}\",\\: 0n".get(usize::from(byte) % 14).copied().unwrap_or(byte);
                match way {
                    0 => bytes.insert(at, byte),
                    1 if !bytes.is_empty() => drop(bytes.remove(at)),
                    _ if !bytes.is_empty() => bytes[at] = byte,
                    _ => {}
                }
            }
            let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            cuts.sort_unstable();
            agrees(&bytes, &cuts)?;
        }

        #[test]
        fn large_elements_are_passed_over(sizes in prop::collection::vec(0..20_000_usize, 1..6), chunk in 1..5000_usize) {
            let items: Vec<_> = sizes.iter().map(|size| format!("{{\"id\":\"{}\"}}", "x".repeat(*size))).collect();
            let bytes = format!("[{}]", items.join(",")).into_bytes();
            let cuts: Vec<_> = (chunk..bytes.len()).step_by(chunk).collect();
            let found = split(&bytes, &cuts, 9000, false).unwrap();
            prop_assert_eq!(found.len(), items.len());
            for ((bytes, size), item) in found.iter().zip(&items) {
                prop_assert_eq!(*size, item.len());
                let kept = if item.len() > 9000 { HEAD } else { item.len() };
                prop_assert_eq!(bytes.as_slice(), &item.as_bytes()[..kept]);
            }
        }
    }

    #[test]
    fn memory_is_given_back_after_a_large_element() {
        let mut splitter = Splitter::new(10_000);
        splitter.push(b"[\"");
        for _ in 0..1000 {
            splitter.push(&[b'x'; 10_000]);
            assert_eq!(splitter.next_piece(), Ok(None));
            assert!(splitter.buffer.capacity() < 50_000);
        }
    }
}
