//! `singer`: what a Singer tap writes, for targets that load it into databases: SCHEMA of each stream, a RECORD of each
//! conversation and message, and at the end a STATE from which a later run can go on
//! (<https://hub.meltano.com/singer/spec>).

mod bookmark;
mod catalog;
mod records;
mod stream;

pub use bookmark::{Bookmark, state};
pub use catalog::{Catalog, discovered};
pub use records::Singer;
pub use stream::Stream;
