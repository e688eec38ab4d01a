//! A folder of files, each content once, named by its SHA-256: `ab/abcdef....jpg`. A file gets its name when it is whole
//! and durable.
//!
//! A journal notes which address each file came from, so that a run that was killed downloads nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::intake::Taken;
use crate::io::atomic::{sync_folders, sync_open};
use crate::io::{LockFile, digest_prefix};
use crate::model::MediaFile;

/// The lock file of a folder. It is there while a run writes there.
const LOCK: &str = ".convexport.lock";

/// The names of files that are not whole begin like this.
const PARTIAL: &str = ".partial-";

const JOURNAL: &str = ".journal";

/// A folder of files.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    journal: Mutex<File>,
    /// Held until the store is closed.
    lock: Mutex<Option<LockFile>>,
}

/// A file that an earlier run downloaded before it was killed, and the key of its address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Finished {
    /// The key of its address, in hex.
    address: String,
    file: String,
    sha256: String,
    bytes: u64,
    media_type: String,
}

/// The key of an address. Some addresses have the whole file in them, so the addresses are not kept.
#[must_use]
pub fn key(address: &str) -> u128 {
    digest_prefix(address)
}

impl Store {
    /// Opens a folder, makes it if need be, for its owner alone, and removes what killed runs left half.
    ///
    /// # Errors
    /// When it cannot be written, or another run writes there.
    pub fn open(folder: &Path) -> Result<Self> {
        let context = || format!("could not use the folder {} for media", folder.display());
        make_private(folder).with_context(context)?;
        let lock = LockFile::take(&folder.join(LOCK)).with_context(context)?;
        remove_partial(folder).with_context(context)?;
        let journal = open_journal(&folder.join(JOURNAL)).with_context(context)?;
        Ok(Self {
            folder: folder.to_owned(),
            journal: Mutex::new(journal),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The files that a killed run downloaded and could not note elsewhere, with the keys of their addresses.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn finished(&self) -> Result<Vec<(u128, MediaFile)>> {
        let journal = File::open(self.folder.join(JOURNAL))?;
        let mut finished = Vec::new();
        for line in BufReader::new(journal).lines() {
            // The last line of a killed run may be cut.
            let Ok(entry) = serde_json::from_str::<Finished>(&line?) else {
                continue;
            };
            let path = self.folder.join(&entry.file);
            let is_there = fs::metadata(path).is_ok_and(|found| found.len() == entry.bytes);
            let key = u128::from_str_radix(&entry.address, 16);
            if let (Ok(key), true) = (key, is_there) {
                finished.push((key, entry.into()));
            }
        }
        Ok(finished)
    }

    /// Forgets the journal, when all of it is noted elsewhere.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn forget_journal(&self) -> io::Result<()> {
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.set_len(0)
    }

    /// Removes a file that nobody needs. It may be gone already.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn remove(&self, file: &MediaFile) -> io::Result<()> {
        match fs::remove_file(self.folder.join(&file.file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Makes a file that is gone when the run ends before it is kept.
    pub(super) fn temporary(&self) -> io::Result<NamedTempFile> {
        // Only its owner can read it.
        tempfile::Builder::new()
            .prefix(PARTIAL)
            .tempfile_in(&self.folder)
    }

    /// Makes whole files durable, and gives each its name, unless it is there already. Each comes with the key of its
    /// address. To sync many files together takes little longer than to sync one.
    pub(super) fn keep(&self, whole: Vec<(u128, Taken)>) -> io::Result<Vec<(u128, MediaFile)>> {
        let mut kept = Vec::with_capacity(whole.len());
        // By their paths, so that a content that came twice is there once.
        let mut new = BTreeMap::new();
        for (address, taken) in whole {
            let file = MediaFile {
                file: taken.place(),
                sha256: taken.sha256,
                bytes: taken.bytes,
                media_type: taken.kind.media_type.to_owned(),
            };
            let path = self.folder.join(&file.file);
            if !path.exists() {
                new.insert(path, taken.file);
            }
            kept.push((address, file));
        }
        self.name(new)?;
        self.note(&kept)?;
        Ok(kept)
    }

    /// Syncs files and gives them their names.
    fn name(&self, new: BTreeMap<PathBuf, NamedTempFile>) -> io::Result<()> {
        let contents: Vec<_> = new.values().map(NamedTempFile::as_file).collect();
        sync_open(&contents)?;
        let mut changed = BTreeSet::new();
        for (path, file) in new {
            let shard = path.parent().unwrap_or(&self.folder);
            if !shard.exists() {
                make_private(shard)?;
                changed.insert(self.folder.clone());
            }
            changed.insert(shard.to_owned());
            file.persist(&path).map_err(|error| error.error)?;
        }
        sync_folders(changed.iter().map(PathBuf::as_path))
    }

    fn note(&self, kept: &[(u128, MediaFile)]) -> io::Result<()> {
        let mut lines = Vec::new();
        for (address, file) in kept {
            serde_json::to_writer(&mut lines, &Finished::new(*address, file))?;
            lines.push(b'\n');
        }
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.write_all(&lines)
    }

    /// Lets other runs write to the folder.
    pub(super) fn close(&self) {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(_lock) = lock.take() else { return };
        // An empty journal says nothing.
        let journal = self.folder.join(JOURNAL);
        if fs::metadata(&journal).is_ok_and(|found| found.len() == 0) {
            fs::remove_file(journal).ok();
        }
    }
}

impl Finished {
    fn new(address: u128, kept: &MediaFile) -> Self {
        let kept = kept.clone();
        Self {
            address: format!("{address:032x}"),
            file: kept.file,
            sha256: kept.sha256,
            bytes: kept.bytes,
            media_type: kept.media_type,
        }
    }
}

impl From<Finished> for MediaFile {
    fn from(finished: Finished) -> Self {
        Self {
            file: finished.file,
            sha256: finished.sha256,
            bytes: finished.bytes,
            media_type: finished.media_type,
        }
    }
}

fn open_journal(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut journal = options.open(path)?;
    if journal.metadata()?.len() > 0 {
        // Its last line may be cut.
        journal.write_all(b"\n")?;
    }
    Ok(journal)
}

/// Makes a folder that only its owner can read, and those that lead to it.
fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn remove_partial(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(PARTIAL) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}
