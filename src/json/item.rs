//! One value in a stream of JSON.

/// What a splitter finds: an element of an array, or a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    /// All of its bytes.
    Whole(&'a [u8]),
    /// It is above the limit and was skipped. Holds its first bytes, and its length in bytes.
    TooLarge(&'a [u8], usize),
}
