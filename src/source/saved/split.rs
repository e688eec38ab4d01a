//! The conversations in the bytes of an export: the elements of a json array, or the lines of jsonl.

use std::fmt;
use std::path::Path;

use super::lines::Lines;
use crate::source::json_array::{Piece, SplitError, Splitter};

/// An export whose bytes come in pieces of any size.
#[derive(Debug)]
pub struct Split {
    form: Form,
    limit: usize,
    /// How many elements of an array were found.
    elements: u64,
}

/// The form of an export, told by its first byte.
#[derive(Debug)]
enum Form {
    /// Nothing but blanks so far.
    Blank,
    Array(Splitter),
    Lines(Lines),
}

/// Where in the file a conversation is.
#[derive(Clone, Copy, Debug)]
pub enum Place {
    /// In this element of the array, from 1.
    Element(u64),
    /// In this line, from 1.
    Line(u64),
}

impl fmt::Display for Place {
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
            form: Form::Blank,
            limit,
            elements: 0,
        }
    }

    /// Takes the next bytes. [`Self::next_piece`] is to be called until it finds none before more are pushed.
    pub fn push(&mut self, bytes: &[u8]) {
        if let Form::Blank = self.form {
            match bytes.trim_ascii_start().first() {
                None => return,
                Some(b'[') => self.form = Form::Array(Splitter::new(self.limit)),
                Some(_) => self.form = Form::Lines(Lines::new(self.limit)),
            }
        }
        match &mut self.form {
            Form::Blank => {}
            Form::Array(array) => array.push(bytes),
            Form::Lines(lines) => lines.push(bytes),
        }
    }

    /// The next conversation that is there to its end.
    ///
    /// # Errors
    /// When the bytes between the conversations are not those of an array.
    pub fn next_piece(&mut self) -> Result<Option<(Place, Piece<'_>)>, SplitError> {
        let found = match &mut self.form {
            Form::Blank => None,
            Form::Array(array) => array.next_piece()?.map(|piece| {
                self.elements += 1;
                (Place::Element(self.elements), piece)
            }),
            Form::Lines(lines) => lines
                .next_piece()
                .map(|(number, piece)| (Place::Line(number), piece)),
        };
        Ok(found)
    }

    /// What is there of a last conversation whose end has not been seen. To be called when no more bytes come.
    pub fn rest(&mut self) -> Option<(Place, Piece<'_>)> {
        match &mut self.form {
            Form::Blank => None,
            Form::Array(array) => array.is_within().then(|| {
                let place = Place::Element(self.elements + 1);
                (place, Piece::Element(array.rest()))
            }),
            Form::Lines(lines) => lines
                .last()
                .map(|(number, piece)| (Place::Line(number), piece)),
        }
    }

    /// Whether the bytes can be all of the export of this name.
    ///
    /// # Errors
    /// In words, when more must have been there.
    pub fn finish(&self, name: &Path) -> Result<(), String> {
        match &self.form {
            Form::Blank if is_array(name) => {
                Err("it is empty: a json export has at least `[]`".to_owned())
            }
            Form::Array(array) => array.finish().map_err(|error| error.to_string()),
            Form::Blank | Form::Lines(_) => Ok(()),
        }
    }
}

/// Whether a file of this name holds an array, packed or not.
fn is_array(name: &Path) -> bool {
    let inner = if super::is_packed(name) {
        Path::new(name.file_stem().unwrap_or_default())
    } else {
        name
    };
    inner
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
