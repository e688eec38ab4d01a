//! The options for earlier exports and archives.

use std::path::{Path, PathBuf};

use crate::archive::{Changed, Search};

/// What to read, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Files, folders and archives; `-` is stdin.
    pub inputs: Vec<PathBuf>,
    /// The largest size of a conversation, in bytes.
    pub max_element: usize,
    /// Which conversations of an archive are wanted, by the run that changed them last.
    pub changed: Option<Changed>,
    /// Which conversations of an archive are wanted, by their words.
    pub search: Option<Search>,
    /// Whether the conversations of an archive name its media, by their paths.
    pub media: bool,
}

/// Whether the name is that of a packed file.
pub fn is_packed(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("gz" | "zst"))
}
