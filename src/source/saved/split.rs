//! The conversations in the bytes of an export: the elements of a json array, or the lines of jsonl.

use std::fmt;
use std::path::Path;

use super::options::is_packed;
use crate::json::Item;
use crate::json::array::{SplitError, Splitter};
use crate::json::lines::Lines;

/// An export whose bytes come in pieces of any size.
#[derive(Debug)]
pub struct Split {
    layout: Layout,
    limit: usize,
    /// How many elements of an array were found.
    elements: u64,
}

/// How an export is laid out, told by its first byte.
#[derive(Debug)]
enum Layout {
    /// Nothing but white space so far.
    Blank,
    Array(Splitter),
    Lines(Lines),
}

/// Where in the file a conversation is, counted from 1.
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
    /// An export whose conversations have at most `limit` bytes each.
    pub fn new(limit: usize) -> Self {
        Self {
            layout: Layout::Blank,
            limit,
            elements: 0,
        }
    }

    /// Takes the next bytes. [`Self::next_item`] is to be called until it finds none before more are pushed.
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

    /// The next conversation that is there to its end.
    ///
    /// # Errors
    /// When the bytes between the conversations are not those of an array.
    pub fn next_item(&mut self) -> Result<Option<(Position, Item<'_>)>, SplitError> {
        let found = match &mut self.layout {
            Layout::Blank => None,
            Layout::Array(array) => array.next_item()?.map(|piece| {
                self.elements += 1;
                (Position::Element(self.elements), piece)
            }),
            Layout::Lines(lines) => lines
                .next_item()
                .map(|(number, piece)| (Position::Line(number), piece)),
        };
        Ok(found)
    }

    /// What is there of a last conversation whose end has not been seen. To be called when no more bytes come.
    pub fn rest(&mut self) -> Option<(Position, Item<'_>)> {
        match &mut self.layout {
            Layout::Blank => None,
            Layout::Array(array) => array.is_within().then(|| {
                let place = Position::Element(self.elements + 1);
                (place, Item::Whole(array.rest()))
            }),
            Layout::Lines(lines) => lines
                .last()
                .map(|(number, piece)| (Position::Line(number), piece)),
        }
    }

    /// Whether the bytes can be all of the export of this name.
    ///
    /// # Errors
    /// In words, when more must have been there.
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

/// Whether a file of this name holds an array, packed or not.
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
