//! What is remembered between runs, so that each run exports only what is new. It is stored in `--state FILE`, which
//! also lets a killed run continue, or by a Singer target.
//!
//! `--state` uses two files. FILE is readable JSON and is rewritten when a run is complete. `FILE.journal` lists what
//! is durably in the output of the current run. If a journal exists when a run starts, the previous run did not end.

mod bookmark;
mod disk;
mod journal;
mod stored;

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::io::atomic::PartialFile;
use crate::io::open_and_lock;
use crate::report::FileEntry;
use crate::source::{Delta, FailedConversation, ListedVersion};
use crate::time::{Span, Timestamp};
use disk::{Disk, beside};
use journal::{Entry, Journal};

pub use disk::files;
pub use stored::Known;
pub(crate) use stored::Stored;

/// A conversation that no run has seen for this long is forgotten. Botpress deletes conversations after 90 days, and an
/// overlap is shorter.
const KEPT: Span = Span::days(100);

/// What is remembered of the earlier runs of an export.
#[derive(Debug)]
pub struct State {
    /// `None` when a Singer target keeps the state.
    disk: Option<Disk>,
    stored: Stored,
    started: Timestamp,
    /// Conversations that this run, or the run that it continues, has finished.
    done: HashSet<String>,
    /// The files that the continued run wrote, if a summary needs them.
    files: Vec<FileEntry>,
    /// Whether the previous run did not end, so that it may have written more to the output than it noted.
    unclean: bool,
    /// Whether a conversation failed that cannot be fetched again by its id.
    unretryable: bool,
}

impl State {
    /// Opens the state of the export that `selection` describes, or creates one that begins at `since`.
    ///
    /// # Errors
    /// When another run uses it, when it cannot be read or written, or when it belongs to another selection.
    pub fn open(path: &Path, selection: Value, since: Option<Timestamp>) -> Result<Self> {
        let name = path.display();
        let context = || format!("could not use the state {name}");
        let lock = open_and_lock(&beside(path, "lock")).with_context(context)?;
        let stored = match fs::read(path) {
            Ok(text) => Some(Stored::read(&text).with_context(context)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(error).with_context(|| format!("could not read the state {name}"));
            }
        };
        let journal = beside(path, "journal");
        let opened = Journal::open(&journal);
        let (journal, entries) =
            opened.with_context(|| format!("could not write {}", journal.display()))?;
        // As long as nothing was exported, the user may still correct a flag.
        let begun = |stored: &Stored| {
            stored.runs > 0
                || entries
                    .iter()
                    .any(|entry| matches!(entry, Entry::Done { .. }))
        };
        let stored = match stored {
            Some(stored) if begun(&stored) => {
                stored.agrees_with(&selection).with_context(context)?
            }
            _ => Stored::new(selection, since),
        };
        let disk = Disk {
            path: path.to_owned(),
            journal,
            lock,
        };
        let mut state = Self::of(stored, Some(disk));
        if state.stored.runs == 0 {
            // Without this file nobody would know which selection the journal belongs to.
            state
                .write()
                .with_context(|| format!("could not write the state {name}"))?;
        }
        let resumed = state.resume(entries);
        resumed.with_context(|| format!("could not write the journal of the state {name}"))?;
        Ok(state)
    }

    fn of(stored: Stored, disk: Option<Disk>) -> Self {
        Self {
            disk,
            stored,
            started: Timestamp::now(),
            done: HashSet::new(),
            files: Vec::new(),
            unclean: false,
            unretryable: false,
        }
    }

    /// Applies the journal, if it belongs to a run that did not end.
    fn resume(&mut self, entries: Vec<Entry>) -> io::Result<()> {
        let number = self.stored.runs + 1;
        match entries.first() {
            Some(Entry::Run {
                number: theirs,
                started,
            }) if *theirs == number => self.started = *started,
            // There is no journal, or it belongs to a completed run that was killed before it removed its journal.
            _ => {
                let started = self.started;
                let mut disk = self.disk.iter_mut();
                return disk.try_for_each(|disk| disk.journal.start_over(number, started));
            }
        }
        for entry in entries {
            match entry {
                Entry::Run { .. } => {}
                Entry::Done { id, known } => self.take(id, known),
                Entry::Failed { id, error } => drop(self.stored.failed.insert(id, error)),
                Entry::Gone { id } => drop(self.stored.failed.remove(&id)),
                Entry::File(file) => self.files.push(file),
                Entry::Commit { bytes } => {
                    self.unclean |= bytes.is_some();
                    self.stored.bytes = bytes.or(self.stored.bytes);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, id: String, known: Known) {
        self.stored.failed.remove(&id);
        if self.disk.is_none() {
            // The list would be too long for a STATE message. A target replaces a record that comes again.
            return;
        }
        self.done.insert(id.clone());
        self.stored.known.insert(id, known);
    }

    /// What the source must fetch: everything in the first run, then what is new since the last completed run began. An
    /// `overlap` covers changes that the vendor reported late.
    #[must_use]
    pub fn delta(&self, overlap: Span) -> Delta {
        let version = |known: &Known| ListedVersion {
            messages: known.messages,
            updated: known.updated,
        };
        let known = self.stored.known.iter();
        Delta {
            started: self.started,
            begin: self.stored.since,
            since: self.watermark().map(|time| time.minus(overlap)),
            failed: self.stored.failed.keys().cloned().collect(),
            done: self.done.clone(),
            known: known
                .map(|(id, known)| (id.clone(), version(known)))
                .collect::<HashMap<_, _>>(),
        }
    }

    /// Whether the conversation is in the output in this version.
    #[must_use]
    pub fn has(&self, id: &str, known: &Known) -> bool {
        self.stored
            .known
            .get(id)
            .is_some_and(|earlier| earlier.hash == known.hash)
    }

    /// Notes a conversation that is in the output, or will be at the next commit.
    pub fn note_done(&mut self, id: &str, known: Known) {
        if self.done.contains(id) && self.stored.known.get(id) == Some(&known) {
            return;
        }
        self.add(&Entry::Done {
            id: id.to_owned(),
            known: known.clone(),
        });
        self.take(id.to_owned(), known);
    }

    /// Notes that the vendor still has a conversation, and that it is unchanged.
    pub fn note_seen(&mut self, id: &str) {
        if let Some(known) = self.stored.known.get_mut(id) {
            known.last_seen = self.started;
        }
    }

    /// Notes a file that is in the output.
    pub fn note_file(&mut self, file: FileEntry) {
        self.add(&Entry::File(file));
    }

    /// Notes a conversation that could not be fetched.
    pub fn note_failed(&mut self, failed: &FailedConversation) {
        let Some(id) = failed.id.clone() else {
            self.unretryable = true;
            return;
        };
        let error = format!("{:#}", failed.error);
        self.add(&Entry::Failed {
            id: id.clone(),
            error: error.clone(),
        });
        self.stored.failed.insert(id, error);
    }

    /// Notes a conversation that the vendor deleted.
    pub fn note_gone(&mut self, id: &str) {
        self.add(&Entry::Gone { id: id.to_owned() });
        self.stored.failed.remove(id);
    }

    fn add(&mut self, entry: &Entry) {
        if let Some(disk) = &mut self.disk {
            disk.journal.add(entry);
        }
    }

    /// Makes what was noted durable. Call this when all of it is durably in the output. `bytes` is the length of an
    /// output file that is appended to.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn commit(&mut self, bytes: Option<u64>) -> Result<()> {
        self.stored.bytes = bytes.or(self.stored.bytes);
        let Some(disk) = &mut self.disk else {
            return Ok(());
        };
        let written = disk.journal.commit(bytes);
        written.with_context(|| {
            let journal = beside(&disk.path, "journal");
            format!("could not write {}", journal.display())
        })
    }

    /// Completes the run. The next run fetches what is new since this run began. If a conversation failed that cannot
    /// be fetched by its id, the next run starts again from where this run started.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn complete(&mut self) -> Result<()> {
        self.stored.runs += 1;
        if !self.unretryable {
            self.stored.watermark = Some(self.started);
        }
        let horizon = self.started.minus(KEPT);
        // A conversation that no run has seen since then cannot come again. Without this, the file would grow forever.
        self.stored
            .known
            .retain(|_, known| known.last_seen >= horizon);
        let Some(disk) = &self.disk else {
            return Ok(());
        };
        self.write()
            .with_context(|| format!("could not write the state {}", disk.path.display()))?;
        // If the journal cannot be removed, its run number shows that it is out of date.
        fs::remove_file(beside(&disk.path, "journal")).ok();
        Ok(())
    }

    fn write(&self) -> Result<()> {
        let Some(disk) = &self.disk else {
            return Ok(());
        };
        let partial = PartialFile::open(&disk.path)?;
        partial.start_over()?;
        let mut writer = io::BufWriter::new(partial.writer()?);
        serde_json::to_writer_pretty(&mut writer, &self.stored)?;
        io::Write::flush(&mut writer)?;
        drop(writer);
        partial.commit()
    }

    /// Whether a killed run can be continued, which takes a state file.
    #[must_use]
    pub fn resumes(&self) -> bool {
        self.disk.is_some()
    }

    /// When the last completed run began. A time in the future is ignored, since a clock was wrong then.
    #[must_use]
    pub fn watermark(&self) -> Option<Timestamp> {
        self.stored.watermark.filter(|time| *time <= self.started)
    }

    /// When this run, or the run that it continues, began.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.started
    }

    /// Whether there is anything in the output already.
    #[must_use]
    pub fn has_output(&self) -> bool {
        !self.stored.known.is_empty()
    }

    /// Whether conversations are still missing in the output.
    #[must_use]
    pub fn is_missing_some(&self) -> bool {
        self.unretryable || !self.stored.failed.is_empty()
    }

    /// Takes the list of files that the continued run wrote.
    pub fn take_files(&mut self) -> Vec<FileEntry> {
        std::mem::take(&mut self.files)
    }

    /// The durable length of the output, if it is a file that is appended to.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.stored.bytes
    }

    /// Whether the previous run was killed, so that the output may be longer than the state says.
    #[must_use]
    pub fn unclean(&self) -> bool {
        self.unclean
    }
}
