//! Earlier exports in json or jsonl, and archives: read as a stream, one conversation at a time.
//!
//! ```text
//! file --> gunzip thread --> blocks --> parsing thread: array or lines, conversations --> events
//! archive ------------------------------> the same thread --------------------------> events
//! ```

mod archive;
mod export;
mod foreign;
mod input;
mod media;
mod options;
mod reader;
mod record;
mod split;
mod wanted;

pub use export::Saved;
pub use options::Options;
