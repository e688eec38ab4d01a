//! Checks that a run uses no file for two purposes.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::archive;
use crate::cli::Paths;
use crate::sink::Target;
use crate::usage::usage;

/// Checks that no file is named twice, and that the archive and the summary are not in the folder of the export.
///
/// # Errors
/// A usage error that names the file.
pub fn check_distinct_paths(paths: &Paths) -> Result<()> {
    let own = own_files(paths);
    let files = own
        .iter()
        .cloned()
        .chain(paths.target.paths())
        .chain(paths.inputs.iter().cloned());
    let mut seen = HashSet::new();
    for file in files.filter(|path| path != Path::new("-")) {
        if !seen.insert(place(&file)) {
            bail!(usage!(
                "{} is named twice: as output, archive, summary, template, catalog or input",
                file.display()
            ));
        }
    }
    let Target::Folder { path: folder, .. } = &paths.target else {
        return Ok(());
    };
    let folder = place(folder);
    let within = |file: &&PathBuf| *file != Path::new("-") && place(file).starts_with(&folder);
    if let Some(file) = own.iter().find(within) {
        bail!(usage!(
            "{} lies in the folder of the export, where a conversation could be named like it: keep it beside",
            file.display()
        ));
    }
    Ok(())
}

/// The files that a run writes besides the export. SQLite keeps files beside an archive.
fn own_files(paths: &Paths) -> Vec<PathBuf> {
    let archive = paths.archive.iter().flat_map(|path| archive::files(path));
    archive.chain(paths.summary.clone()).collect()
}

/// The path of a file, which is the same for all names of the file.
fn place(file: &Path) -> PathBuf {
    fs::canonicalize(file)
        .or_else(|_| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
}
