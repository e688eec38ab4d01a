//! How an export ended.

use std::fmt;
use std::path::PathBuf;

use crate::report::FileEntry;

/// What is left when an export has ended.
#[derive(Debug, Default)]
pub struct Finished {
    /// The paths of an export that did not get its final names.
    pub partial: Vec<PathBuf>,
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
    /// Where an export is that did not get its final names, in words. Empty for another one.
    #[must_use]
    pub fn place(&self) -> String {
        let paths = self.partial.iter().map(|path| path.display().to_string());
        paths.collect::<Vec<_>>().join(" and ")
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
