//! How an export ended.

use std::path::PathBuf;

use crate::report::FileEntry;

/// What is left when an export has ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// The path of an incomplete export.
    pub partial: Option<PathBuf>,
    /// What was written.
    pub files: Vec<FileEntry>,
}

impl From<FileEntry> for Finished {
    fn from(file: FileEntry) -> Self {
        Self {
            partial: None,
            files: vec![file],
        }
    }
}
