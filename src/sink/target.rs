//! Where an export goes.

use std::path::PathBuf;

use super::name::NameTemplate;

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
    /// To a folder with one file per conversation.
    Folder {
        /// The folder.
        path: PathBuf,
        /// How its files are named.
        name: NameTemplate,
    },
}
