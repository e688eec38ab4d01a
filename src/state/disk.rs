//! The files of a state.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::journal::Journal;

/// Where a state is stored. The lock allows only one run at a time.
#[derive(Debug)]
pub struct Disk {
    pub path: PathBuf,
    pub journal: Journal,
    #[expect(dead_code, reason = "it is held")]
    pub lock: File,
}

/// The files that a state at this path uses.
#[must_use]
pub fn files(path: &Path) -> [PathBuf; 3] {
    [
        path.to_owned(),
        beside(path, "journal"),
        beside(path, "lock"),
    ]
}

pub fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
