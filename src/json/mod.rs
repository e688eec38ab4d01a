//! JSON text: read as it streams, walked without a parse of its own for each value, and written.
//!
//! Nothing here knows a vendor or the shape of a conversation.

pub mod array;
mod cursor;
mod item;
pub mod lenient;
pub mod lines;
pub mod raw;
mod shape;
mod string;

pub use cursor::Cursor;
pub use item::Item;
pub use shape::shape_error;
pub use string::{lanes_below, write_string};
