//! An earlier export in json or jsonl: read as a stream, one conversation at a time.
//!
//! ```text
//! file --> gunzip thread --> blocks --> parsing thread: array or lines, conversations --> events
//! ```

mod export;
mod latest;
mod options;
mod reader;
mod record;
mod split;
mod wanted;

pub use export::Saved;
pub use options::Options;
