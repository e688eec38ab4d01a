//! A folder with one file per conversation. A file that is exported again is replaced as a whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::name::NameTemplate;
use super::single::buffered;
use super::written::Written;
use crate::format::FormatterFactory;
use crate::io::atomic::{self, PartialFile};
use crate::io::{Compression, HashingWriter, LockFile};
use crate::model::{Conversation, Vendor};
use crate::report::FileEntry;
use crate::usage::usage;

/// The lock file of a folder. It is there while a run writes there.
const LOCK: &str = ".convexport.lock";

/// How many files are written before they are synced and get their final names. One sync for many files takes a
/// fraction of the time of one for each. All of them stay open until then, and some systems allow only 256 open files.
const BATCH: usize = 128;

/// A folder with one file per conversation.
pub struct Folder {
    path: PathBuf,
    factory: FormatterFactory,
    name: NameTemplate,
    /// The vendor of the conversations so far.
    source: Option<Vendor>,
    /// Files that are written but do not have their final names yet.
    pending: Vec<(PartialFile, String)>,
    /// Folders that contain file names that are not durable yet.
    unsynced: BTreeSet<PathBuf>,
    /// What was written. Filled only if the files are hashed.
    files: Vec<FileEntry>,
    hashed: bool,
    /// Held until the end of the run.
    _lock: LockFile,
}

impl Folder {
    /// Opens the folder, creates it if it does not exist, and locks it, which shows that files can be created in it.
    pub fn open(
        path: &Path,
        factory: FormatterFactory,
        name: NameTemplate,
        hashed: bool,
    ) -> Result<Self> {
        fs::create_dir_all(path)?;
        let lock = LockFile::take(&path.join(LOCK))?;
        Ok(Self {
            path: path.to_owned(),
            factory,
            name,
            source: None,
            pending: Vec::new(),
            unsynced: BTreeSet::new(),
            files: Vec::new(),
            hashed,
            _lock: lock,
        })
    }

    /// The path of a conversation's file within the folder.
    #[must_use]
    pub fn file_name(&self, conversation: &Conversation) -> String {
        self.name.file_name(conversation, self.factory.extension())
    }

    /// Writes one conversation to its file.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        self.check_source(conversation.source)?;
        let name = self.file_name(conversation);
        if self.pending.iter().any(|(_, pending)| *pending == name) {
            // The same conversation comes again. Its file must be finished before it is opened again.
            self.commit()?;
        }
        let path = self.path.join(&name);
        self.make_folders(Path::new(&name))?;
        self.write_file(&path, name, conversation)
            .with_context(|| format!("could not write {}", path.display()))
    }

    fn write_file(
        &mut self,
        path: &Path,
        name: String,
        conversation: &Conversation,
    ) -> Result<Written> {
        let partial = PartialFile::open_in_folder(path)?;
        partial.start_over()?;
        let out = HashingWriter::new(buffered(partial.writer()?), self.hashed);
        let mut document = Document::new(self.factory.formatter(), Compression::None, out);
        let deeper = with_deeper_files(conversation, &name);
        let written = document.write(deeper.as_ref().unwrap_or(conversation), || Ok(()))?;
        if !matches!(written, Written::Yes) {
            partial.discard_if_empty()?;
            return Ok(written);
        }
        document.finish(true)?;
        if self.hashed {
            self.files.push(document.entry(name.clone()));
        }
        self.pending.push((partial, name));
        if self.pending.len() >= BATCH {
            self.commit()?;
        }
        Ok(Written::Yes)
    }

    /// Syncs all files that are written, and gives them their final names.
    fn commit(&mut self) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let files: Vec<_> = pending.iter().map(|(partial, _)| partial).collect();
        atomic::sync_all(&files)?;
        files
            .iter()
            .try_for_each(|partial| partial.paths().rename())
    }

    /// Fails when conversations of two vendors could have the same file name, since their ids may be equal.
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

    /// Creates the folders that lead to a file.
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

    /// Takes the list of files that were written since the last call, if they are hashed.
    pub fn take_files(&mut self) -> Vec<FileEntry> {
        std::mem::take(&mut self.files)
    }

    /// Makes everything that was written durable. File names become durable when their folders are synced.
    pub fn sync(&mut self) -> Result<()> {
        self.commit()?;
        for folder in std::mem::take(&mut self.unsynced) {
            let synced = atomic::sync_folder(&folder.join(LOCK));
            synced
                .with_context(|| format!("could not write to the folder {}", folder.display()))?;
        }
        Ok(())
    }
}

/// The conversation with paths of its files that begin in the folder of its own file. `None` when they do already.
fn with_deeper_files(conversation: &Conversation, name: &str) -> Option<Conversation> {
    let up = "../".repeat(name.matches('/').count());
    if up.is_empty() || !conversation.attachments().any(|link| link.file.is_some()) {
        return None;
    }
    let mut deeper = conversation.clone();
    for link in deeper.attachments_mut() {
        if let Some(file) = &mut link.file
            && Path::new(file).is_relative()
        {
            file.insert_str(0, &up);
        }
    }
    Some(deeper)
}
