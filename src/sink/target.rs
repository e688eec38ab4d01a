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
    /// Whether they wrote anything.
    pub has_output: bool,
    /// Whether this run appends to one file.
    pub append: bool,
    /// The durable length of that file in bytes, or `None` when no run has opened it yet.
    pub bytes: Option<u64>,
    /// Whether the previous run was killed, so that the file may be longer.
    pub unclean: bool,
}
