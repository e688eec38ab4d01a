//! Checks the files that a run is to write: that none is used for two purposes, and that nothing is in their way.

use std::collections::HashSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::iter;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use same_file::Handle;

use crate::archive;
use crate::cli::Paths;
use crate::io::paths::temporary_names;
use crate::sink::Target;
use crate::usage::usage;

/// Checks that no file is named twice, that the archive and the summary are not in the folder of the export, and that
/// files can be where they are to be.
///
/// # Errors
/// A usage error that names the file.
pub fn check_paths(paths: &Paths) -> Result<()> {
    check_distinct(paths)?;
    if let Some(archive) = &paths.archive {
        check_leads_to(archive)?;
        let folder = archive.parent().filter(|folder| !is_here(folder));
        // A new folder would begin a new archive where a disk is not mounted.
        if let Some(folder) = folder.filter(|folder| !folder.exists()) {
            bail!(usage!(
                "there is no folder {} for the archive: make it first",
                folder.display()
            ));
        }
    }
    if let Some(media) = &paths.media {
        check_leads_to(media)?;
        if media.exists() && !media.is_dir() {
            bail!(usage!(
                "{} is a file: --media needs a folder",
                media.display()
            ));
        }
    }
    if let Some(summary) = paths.summary.as_deref().filter(|path| !is_here(path)) {
        check_leads_to(summary)?;
        if summary.is_dir() {
            bail!(usage!(
                "{} is a folder: --summary needs a file",
                summary.display()
            ));
        }
    }
    match &paths.target {
        Target::Stdout => Ok(()),
        Target::File(path) | Target::Split { path, .. } if path.is_dir() => bail!(usage!(
            "{0} is a folder: give -d {0}, or -o with a file in it",
            path.display()
        )),
        Target::Folder { path, .. } if path.exists() && !path.is_dir() => {
            bail!(usage!("{} is a file: -d needs a folder", path.display()))
        }
        Target::File(path) | Target::Split { path, .. } | Target::Folder { path, .. } => {
            check_leads_to(path)
        }
    }
}

/// Whether a path names no file: stdin or stdout, or this folder.
fn is_here(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("")
}

/// Checks that no file is where a folder on the way to this path has to be.
fn check_leads_to(path: &Path) -> Result<()> {
    let mut folders = path.ancestors().skip(1);
    match folders.find(|folder| folder.exists() && !folder.is_dir()) {
        Some(file) => bail!(usage!(
            "{} is a file, so there can be no {}",
            file.display(),
            path.display()
        )),
        None => Ok(()),
    }
}

/// Checks that no file is named twice, and that the archive and the summary are not in the folder of the export.
fn check_distinct(paths: &Paths) -> Result<()> {
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
    if let Some(media) = paths
        .media
        .as_ref()
        .filter(|media| place(media).starts_with(&folder))
    {
        bail!(usage!(
            "--media {} lies in the folder of the export, where a conversation could be named like it: keep it beside",
            media.display()
        ));
    }
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
    let summary = summary.flat_map(|path| iter::once(path.clone()).chain(temporary_names(path)));
    archive.chain(summary).collect()
}

/// The names that stdout has on Unix.
const STDOUT: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Checks that no other file is where the data goes.
fn check_stdout(target: &Target, own: &[PathBuf]) -> Result<()> {
    let has_name = |file: &Path| STDOUT.iter().any(|name| file == Path::new(name));
    // A file is replaced when it is complete, and stdout would go on in the old one.
    let replaced = |file: &&PathBuf| has_name(file) && file.is_file();
    if let Some(file) = own.iter().find(replaced) {
        bail!(usage!(
            "{} is a file here: give the name of that file",
            file.display()
        ));
    }
    let (Target::Stdout, Ok(stdout)) = (target, Handle::stdout()) else {
        return Ok(());
    };
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
            let paths = target.paths();
            paths
                .iter()
                .flat_map(|path| temporary_names(path))
                .collect()
        }
    }
}

/// The path of a file, which is the same for all names of the file.
fn place(file: &Path) -> PathBuf {
    fs::canonicalize(file)
        .or_else(|_| std::path::absolute(file))
        .unwrap_or_else(|_| file.to_owned())
}
