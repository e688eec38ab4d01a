//! A folder with one file a conversation: a mirror, in which each file is replaced whole.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::{Document, FileEntry};
use super::file::{self, PartialFile};
use super::meter::Meter;
use super::packing::Packing;
use super::{Earlier, NameTemplate, buffered};
use crate::format::Form;
use crate::model::{Conversation, Vendor};
use crate::usage;

/// The lock of a folder: held while a run writes there, harmless when it is left.
const LOCK: &str = ".convexport.lock";

/// A folder with one file a conversation.
pub struct Folder {
    path: PathBuf,
    form: Form,
    name: NameTemplate,
    /// The vendor of the conversations that came.
    source: Option<Vendor>,
    /// Folders with names in them that are not durable yet.
    unsynced: BTreeSet<PathBuf>,
    /// Kept only where a summary wants them.
    pub files: Vec<FileEntry>,
    hashed: bool,
    /// Held until the end of the run.
    _lock: File,
}

impl Folder {
    /// Makes the folder if need be, and proves that files can be made in it.
    pub fn open(
        path: &Path,
        form: Form,
        name: NameTemplate,
        hashed: bool,
        earlier: Option<&Earlier>,
    ) -> Result<Self> {
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
            name,
            source: None,
            unsynced: BTreeSet::new(),
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
        self.check_source(conversation.source)?;
        let name = self.name.file_name(conversation, self.form.extension());
        let path = self.path.join(&name);
        self.make_folders(Path::new(&name))?;
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
        if let Err(error) = document.conversation(conversation) {
            partial.discard_if_empty()?;
            return Err(error.into());
        }
        document.finish(true)?;
        partial.rename()?;
        Ok(document.entry(name))
    }

    /// The ids of two vendors may be the same; no conversation may take another's place.
    fn check_source(&mut self, source: Vendor) -> Result<()> {
        let known = *self.source.get_or_insert(source);
        if known == source || self.name.tells_sources_apart() {
            return Ok(());
        }
        bail!(usage!(
            "there are conversations of two vendors: give a --name with {{source}} in it, as '{{source}}/{}'",
            self.name
        ))
    }

    /// Makes the folders on the way to a file.
    fn make_folders(&mut self, name: &Path) -> Result<()> {
        let folders = name.ancestors().skip(1);
        let new: Vec<_> = folders
            .map(|folder| self.path.join(folder))
            .filter(|folder| !self.unsynced.contains(folder))
            .collect();
        if let Some(deepest) = new.first() {
            fs::create_dir_all(deepest)
                .with_context(|| format!("could not make the folder {}", deepest.display()))?;
        }
        self.unsynced.extend(new);
        Ok(())
    }

    /// The names of the files are durable only when their folders are.
    pub fn sync(&mut self) -> Result<()> {
        for folder in std::mem::take(&mut self.unsynced) {
            let synced = file::sync_folder(&folder.join(LOCK));
            synced
                .with_context(|| format!("could not write to the folder {}", folder.display()))?;
        }
        Ok(())
    }
}
