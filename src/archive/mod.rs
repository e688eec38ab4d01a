//! The archive: one SQLite database that every run brings up to date. It forgets a message only when it is told to.
//!
//! ```text
//! run --> Writer: one transaction per second --> database <-- Reader: render, search, verify, what is known
//!           union: an incoming conversation and the stored one
//! ```
//!
//! The tables are a public format: `schema.sql` and docs/archive.md describe them.

mod backlog;
mod coverage;
mod database;
mod forget;
mod forgotten;
mod hits;
mod ledger;
mod media;
mod merge;
mod mirror;
mod note;
mod reader;
mod rows;
mod runs;
mod schema;
mod search;
mod union;
mod verify;
mod wanted;
mod writer;

pub use backlog::{MediaCount, WantedMedia};
pub use coverage::Coverage;
pub use database::{explained, files, is_archive};
pub use hits::{Hit, MARKS};
pub use media::folder as media_folder;
pub use merge::Merged;
pub use mirror::{Mirror, MirrorEntry, MirrorFile};
pub use reader::{Changed, Filter, Reader};
pub use runs::{Ended, Kind, Selection};
pub use schema::SCHEMA;
pub use search::{Query, Search};
pub use verify::verify;
pub use wanted::{Found, Wanted};
pub use writer::Writer;
