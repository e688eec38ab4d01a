//! Where an export goes.

use std::path::PathBuf;

use super::name::NameTemplate;
use super::split::Split;

/// Where an export goes, and what is kept of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// The destination.
    pub target: Target,
    /// Whether the files are hashed, for a summary.
    pub hashed: bool,
    /// Whether an export without conversations may replace a file that has some.
    pub allow_empty: bool,
}

/// Where an export goes.
#[derive(Clone, Debug)]
pub enum Target {
    /// To stdout.
    Stdout,
    /// To one file, which may be a device or a pipe.
    File(PathBuf),
    /// To one file for each part of a split.
    Split {
        /// The path from which the names of the files are made.
        path: PathBuf,
        /// The parts.
        split: Split,
    },
    /// To a folder with one file per conversation.
    Folder {
        /// The folder.
        path: PathBuf,
        /// How its files are named.
        name: NameTemplate,
    },
}

impl Target {
    /// The files or the folder that it writes.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        match self {
            Self::Stdout => Vec::new(),
            Self::File(path) | Self::Folder { path, .. } => vec![path.clone()],
            Self::Split { path, split } => split.paths(path),
        }
    }
}
