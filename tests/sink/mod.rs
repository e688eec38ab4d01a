//! Where an export goes: stdout, a file, the parts of a split, a folder.

use std::fs;
use std::path::Path;

mod file;
mod folder;
pub mod name;
mod split;
mod stdout;

/// The names in a folder.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
