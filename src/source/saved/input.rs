//! What `render` was given: files, folders and archives.

use std::fs;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::options::is_packed;
use crate::archive;
use crate::io::decompress;
use crate::source::incomplete::Incomplete;

/// One thing to read.
pub enum Input {
    /// A file that is open already, since it may be readable only once.
    Open(PathBuf, Box<dyn BufRead + Send>),
    /// A file of a folder.
    File(PathBuf),
    /// An archive.
    Archive(PathBuf),
}

impl Input {
    /// Finds what there is to read at a path: a file or an archive, or all exports in a folder.
    ///
    /// # Errors
    /// When the path cannot be read, or a folder has no exports.
    pub fn find(path: &Path) -> Result<Vec<Self>> {
        if path.is_dir() {
            return Self::of_folder(path);
        }
        let context = || format!("could not read {}", path.display());
        if path != Path::new("-") && archive::is_archive(path).with_context(context)? {
            return Ok(vec![Self::Archive(path.to_owned())]);
        }
        let length = fs::metadata(path).map(|metadata| metadata.len());
        if is_packed(path) && length.is_ok_and(|length| length == 0) {
            bail!(Incomplete(format!(
                "could not read all of {}: it is empty, which no packed file is",
                path.display()
            )));
        }
        let bytes = decompress::open(path)?;
        Ok(vec![Self::Open(path.to_owned(), bytes)])
    }

    fn of_folder(folder: &Path) -> Result<Vec<Self>> {
        let mut files = Vec::new();
        add_exports(folder, &mut files)
            .with_context(|| format!("could not read the folder {}", folder.display()))?;
        if files.is_empty() {
            bail!(
                "there is no json or jsonl export in the folder {}",
                folder.display()
            );
        }
        files.sort();
        Ok(files.into_iter().map(Self::File).collect())
    }
}

/// Adds the exports of a folder and of the folders in it. Hidden files and unfinished ones are none.
fn add_exports(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if name.as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type()?.is_dir() {
            add_exports(&path, files)?;
        } else if is_export(&path) {
            files.push(path);
        }
    }
    Ok(())
}

/// Whether the name is that of a json or jsonl export, packed or not.
fn is_export(path: &Path) -> bool {
    let stem = path.file_stem().map(Path::new);
    let inner = stem.filter(|_| is_packed(path)).unwrap_or(path);
    let extension = inner.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("json" | "jsonl" | "ndjson"))
}
