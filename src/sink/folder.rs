//! A folder with one file a conversation: a mirror, in which each file is replaced whole.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::{Document, FileEntry};
use super::file::{self, PartialFile};
use super::meter::Meter;
use super::packing::Packing;
use super::{Earlier, buffered, name};
use crate::format::Form;
use crate::model::Conversation;
use crate::usage;

/// The lock of a folder: held while a run writes there, harmless when it is left.
const LOCK: &str = ".convexport.lock";

/// A folder with one file a conversation.
pub struct Folder {
    path: PathBuf,
    form: Form,
    /// Kept only where a summary wants them.
    pub files: Vec<FileEntry>,
    hashed: bool,
    /// Held until the end of the run.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be, and proves that files can be made in it.
    pub fn open(path: &Path, form: Form, hashed: bool, earlier: Option<&Earlier>) -> Result<Self> {
        if earlier.is_some_and(|earlier| earlier.has_output) && !path.join(LOCK).exists() {
            bail!(usage!(
                "it is not the folder that the state knows, but a new one or none (is its disk mounted?); \
                 put it back, or begin with another state"
            ));
        }
        fs::create_dir_all(path)?;
        if !path.is_dir() {
            bail!("it is not a folder");
        }
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path.join(LOCK))?;
        file::lock(&lock)?;
        Ok(Self {
            path: path.to_owned(),
            form,
            files: Vec::new(),
            hashed,
            _lock: lock,
        })
    }

    /// Why the form has no place for a conversation; it gets no file then.
    pub fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        self.form.formatter().leaves_out(conversation)
    }

    /// Writes one conversation to its file.
    pub fn write(&mut self, conversation: &Conversation) -> Result<()> {
        let name = name::file_name(conversation, self.form.extension());
        let path = self.path.join(&name);
        let entry = self
            .write_file(&path, name, conversation)
            .with_context(|| format!("could not write {}", path.display()))?;
        if self.hashed {
            self.files.push(entry);
        }
        Ok(())
    }

    fn write_file(
        &self,
        path: &Path,
        name: String,
        conversation: &Conversation,
    ) -> Result<FileEntry> {
        let partial = PartialFile::open(path)?;
        partial.start_over()?;
        let out = Meter::new(buffered(partial.writer()?), self.hashed);
        let mut document = Document::new(self.form.formatter(), Packing::None, out);
        document.conversation(conversation)?;
        document.finish(true)?;
        partial.rename()?;
        Ok(document.entry(name))
    }

    /// The names of the files are durable only when the folder is.
    pub fn sync(&self) -> Result<()> {
        let synced = file::sync_folder(&self.path.join(LOCK));
        synced.with_context(|| format!("could not write to the folder {}", self.path.display()))
    }
}
