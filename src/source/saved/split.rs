//! Splits the bytes of an export into conversations: the elements of a json array, or the lines of jsonl.

use std::fmt;
use std::path::Path;

use super::options::is_packed;
use crate::json::Item;
use crate::json::array::{SplitError, Splitter};
use crate::json::lines::Lines;

/// Splits an export whose bytes are added in blocks of any size.
#[derive(Debug)]
pub struct Split {
    layout: Layout,
    limit: usize,
    /// How many elements of an array were found.
    elements: u64,
}

/// The layout of an export. The first byte decides.
#[derive(Debug)]
enum Layout {
    /// Only white space so far.
    Blank,
    Array(Splitter),
    Lines(Lines),
}

/// The position of a conversation in the file, counted from 1.
#[derive(Clone, Copy, Debug)]
pub enum Position {
    /// An element of the array.
    Element(u64),
    /// A line.
    Line(u64),
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(number) => write!(f, "conversation number {number}"),
            Self::Line(number) => write!(f, "the conversation in line {number}"),
        }
    }
}

impl Split {
    /// Makes a splitter for conversations of at most `limit` bytes each.
    pub fn new(limit: usize) -> Self {
        Self {
            layout: Layout::Blank,
            limit,
            elements: 0,
        }
    }

    /// Adds the next bytes. Before each further call, call [`Self::next_item`] until it returns `None`.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Layout::Blank = self.layout {
            match bytes.trim_ascii_start().first() {
                None => return,
                Some(b'[') => self.layout = Layout::Array(Splitter::new(self.limit)),
                Some(_) => self.layout = Layout::Lines(Lines::new(self.limit)),
            }
        }
        match &mut self.layout {
            Layout::Blank => {}
            Layout::Array(array) => array.push(bytes),
            Layout::Lines(lines) => lines.push(bytes),
        }
    }

    /// Returns the next complete conversation.
    ///
    /// # Errors
    /// When the bytes between the conversations are not those of a JSON array.
    pub fn next_item(&mut self) -> Result<Option<(Position, Item<'_>)>, SplitError> {
        let found = match &mut self.layout {
            Layout::Blank => None,
            Layout::Array(array) => array.next_item()?.map(|item| {
                self.elements += 1;
                (Position::Element(self.elements), item)
            }),
            Layout::Lines(lines) => lines
                .next_item()
                .map(|(number, item)| (Position::Line(number), item)),
        };
        Ok(found)
    }

    /// Returns the beginning of a last conversation whose end is missing. Call this when there are no more bytes.
    pub fn rest(&mut self) -> Option<(Position, Item<'_>)> {
        match &mut self.layout {
            Layout::Blank => None,
            Layout::Array(array) => array.is_within().then(|| {
                let position = Position::Element(self.elements + 1);
                (position, Item::Whole(array.rest()))
            }),
            Layout::Lines(lines) => lines
                .last()
                .map(|(number, item)| (Position::Line(number), item)),
        }
    }

    /// Checks that the bytes can be a complete export of this name.
    ///
    /// # Errors
    /// The reason in words, when bytes are missing.
    pub fn finish(&self, name: &Path) -> Result<(), String> {
        match &self.layout {
            Layout::Blank if is_array(name) => {
                Err("it is empty: a json export has at least `[]`".to_owned())
            }
            Layout::Array(array) => array.finish().map_err(|error| error.to_string()),
            Layout::Blank | Layout::Lines(_) => Ok(()),
        }
    }
}

/// Whether the name is that of a json file, packed or not.
fn is_array(name: &Path) -> bool {
    let inner = if is_packed(name) {
        Path::new(name.file_stem().unwrap_or_default())
    } else {
        name
    };
    inner
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
