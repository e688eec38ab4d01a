//! The options for an earlier export.

use std::path::{Path, PathBuf};

/// Which file, and how to read it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The file; `-` is stdin.
    pub input: PathBuf,
    /// Whether only the last copy of each conversation is wanted.
    pub latest: bool,
    /// The largest size of a conversation, in bytes.
    pub max_element: usize,
}

/// Whether the name is that of a packed file.
pub fn is_packed(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("gz" | "zst"))
}
