//! JSON text: split while it streams, walked in one pass, and written.
//!
//! Nothing here knows a vendor or what a conversation looks like.

pub mod array;
mod cursor;
mod item;
mod item_buffer;
mod lanes;
pub mod lenient;
pub mod lines;
mod part;
pub mod raw;
mod shape;
mod skip;
mod string;
mod write;

pub use cursor::{Cursor, first_field};
pub use item::Item;
pub use lanes::{LANES, below};
pub use part::Part;
pub use shape::shape_error;
pub use write::write_string;
