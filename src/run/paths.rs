//! Checks that a run uses no file for two purposes.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use same_file::Handle;

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
        .chain(unfinished(&paths.target))
        .chain(paths.inputs.iter().cloned());
    check_stdout(&paths.target, &own)?;
    check_pages(&paths.target, &own)?;
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
    let summary = paths.summary.iter().filter(|path| *path != Path::new("-"));
    let summary = summary.flat_map(|path| [path.clone(), partial(path)]);
    archive.chain(summary).collect()
}

/// The names that stdout has on Unix.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Checks that no other file is where the data goes.
fn check_stdout(target: &Target, own: &[PathBuf]) -> Result<()> {
    let (Target::Stdout, Ok(stdout)) = (target, Handle::stdout()) else {
        return Ok(());
    };
    let has_name = |file: &Path| STDOUT.iter().any(|name| file == Path::new(name));
    // Only a regular file is opened: a pipe would wait for its other end.
    let is_file = |file: &Path| fs::metadata(file).is_ok_and(|meta| meta.is_file());
    let is_same = |file: &Path| Handle::from_path(file).is_ok_and(|file| file == stdout);
    let is_stdout = |file: &&PathBuf| has_name(file) || is_file(file) && is_same(file);
    match own.iter().find(is_stdout) {
        // A terminal takes both.
        Some(file) if !io::stdout().is_terminal() => {
            bail!(usage!(
                "{} is where stdout goes, which carries the data",
                file.display()
            ))
        }
        _ => Ok(()),
    }
}

/// Checks that no other file has the name of a page of an html export, `NAME-1.html` and so on.
fn check_pages(target: &Target, own: &[PathBuf]) -> Result<()> {
    let Target::File(path) = target else {
        return Ok(());
    };
    let (stem, extension) = (path.file_stem(), path.extension());
    let is_page = |file: &&PathBuf| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let number = name
            .strip_prefix(&*stem.unwrap_or_default().to_string_lossy())
            .and_then(|rest| rest.strip_prefix('-'));
        let is_number =
            number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        is_number && file.extension() == extension && file.parent() == path.parent()
    };
    match own.iter().find(is_page) {
        Some(file) => bail!(usage!(
            "{} could be the name of a page of {}: give another name",
            file.display(),
            path.display()
        )),
        None => Ok(()),
    }
}

/// The names of the files of an export while they are written.
fn unfinished(target: &Target) -> Vec<PathBuf> {
    match target {
        Target::Stdout | Target::Folder { .. } => Vec::new(),
        Target::File(_) | Target::Split { .. } => {
            target.paths().iter().map(|path| partial(path)).collect()
        }
    }
}

/// The name of a file while it is written.
fn partial(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".partial");
    name.into()
}

/// The path of a file, which is the same for all names of the file.
fn place(file: &Path) -> PathBuf {
    fs::canonicalize(file)
        .or_else(|_| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
}
