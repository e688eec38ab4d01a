//! What a run came to, as plain data: the JSON that `--summary` writes.

mod file_entry;
mod media_counts;
mod summary;

pub use file_entry::FileEntry;
pub use media_counts::MediaCounts;
pub use summary::{CountMismatch, Failure, Proof, Summary};
