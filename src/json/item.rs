//! One value of a stream of JSON.

/// What a splitter finds: an element of an array, or a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Item<'a> {
    /// All its bytes.
    Whole(&'a [u8]),
    /// It is above the limit and was passed over: its first bytes, and how many bytes it had.
    TooLarge(&'a [u8], usize),
}
