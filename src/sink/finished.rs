//! How an export ended.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::io::paths::Paths;
use crate::report::FileEntry;

/// What is left when an export has ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// The paths of an export that did not get its final names.
    pub partial: Vec<PathBuf>,
    /// The paths of what an earlier run could not complete, when it is more than that.
    pub larger: Vec<PathBuf>,
    /// What was written.
    pub files: Vec<FileEntry>,
    /// The earlier file that an export without conversations did not replace.
    pub kept: Option<PathBuf>,
}

/// The error for an export without conversations that did not replace an earlier file.
#[derive(Debug)]
pub struct KeptFile {
    file: PathBuf,
    /// Where the export is.
    place: String,
}

impl Finished {
    /// An export that did not get its final names.
    pub fn unfinished<'p>(paths: impl IntoIterator<Item = &'p Paths>) -> Self {
        let mut finished = Self::default();
        for paths in paths {
            finished.partial.push(paths.partial().to_owned());
            finished.larger.extend(paths.earlier().map(Path::to_owned));
        }
        finished
    }

    /// Where an export is that did not get its final names, in words. Empty for another one.
    #[must_use]
    pub fn place(&self) -> String {
        let place = joined(&self.partial);
        if self.larger.is_empty() {
            return place;
        }
        let larger = joined(&self.larger);
        format!("{place} (an earlier run had written more, which stays as {larger})")
    }

    /// Checks that the export has replaced what it was to replace.
    ///
    /// # Errors
    /// When an earlier file was kept.
    pub fn check_replaced(self) -> Result<(), KeptFile> {
        let place = self.place();
        match self.kept {
            Some(file) => Err(KeptFile { file, place }),
            None => Ok(()),
        }
    }
}

fn joined(paths: &[PathBuf]) -> String {
    let paths = paths.iter().map(|path| path.display().to_string());
    paths.collect::<Vec<_>>().join(" and ")
}

impl From<FileEntry> for Finished {
    fn from(file: FileEntry) -> Self {
        Self {
            files: vec![file],
            ..Self::default()
        }
    }
}

impl fmt::Display for KeptFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (file, place) = (self.file.display(), &self.place);
        write!(
            f,
            "the export has no conversation for {file}, so the earlier file is kept and the export stays as {place}; \
             check what is selected, or give --allow-empty"
        )
    }
}

impl std::error::Error for KeptFile {}
