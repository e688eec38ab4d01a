//! `singer`: the output of a Singer tap, for targets that load it into databases. It has a SCHEMA for each stream, a
//! RECORD for each conversation and message, and a STATE at the end, from which a later run can continue
//! (<https://hub.meltano.com/singer/spec>).

mod bookmark;
mod catalog;
mod records;
mod stream;

pub use bookmark::{Bookmark, state};
pub use catalog::{Catalog, discovered};
pub use records::Singer;
pub use stream::Stream;
