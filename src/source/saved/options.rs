//! What a user can ask of an earlier export.

use std::path::{Path, PathBuf};

/// Which file, and how it is read.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file; `-` is stdin.
    pub input: PathBuf,
    /// Whether only the last copy of each conversation is wanted.
    pub latest: bool,
    /// Conversations with more bytes are refused.
    pub max_element: usize,
}

/// Whether a file of this name is a packed one.
pub fn is_packed(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("gz" | "zst"))
}
