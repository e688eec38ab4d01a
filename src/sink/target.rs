//! Where an export goes.

use std::path::PathBuf;

use super::name::NameTemplate;

/// Where an export goes, and what is kept of it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where it goes.
    pub target: Target,
    /// Whether the files are hashed, for a summary.
    pub hashed: bool,
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

/// What earlier runs left at the destination.
#[derive(Clone, Copy, Debug)]
pub struct PriorOutput {
    /// Whether there is anything.
    pub has_output: bool,
    /// Whether this run appends to one file.
    pub append: bool,
    /// How many bytes of that file count; `None` when no run has opened it.
    pub bytes: Option<u64>,
    /// The run before was killed, so that there may be more.
    pub unclean: bool,
}
