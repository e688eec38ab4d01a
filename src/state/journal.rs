//! The journal of a run: JSON lines. Only the lines up to the last commit count.
//!
//! A commit is written when everything before it is durably in the output. The next run repeats whatever a crash cut
//! off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::stored::Known;
use crate::report::FileEntry;
use crate::time::Timestamp;

/// One line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The run that writes the journal: its number, and when it began.
    Run {
        /// The number of completed runs, plus one.
        number: u64,
        /// The time before the first request.
        started: Timestamp,
    },
    /// A conversation that is in the output.
    Done {
        /// Its id.
        id: String,
        /// What is remembered of it.
        known: Known,
    },
    /// A conversation that could not be fetched.
    Failed {
        /// Its id.
        id: String,
        /// Why.
        error: String,
    },
    /// A conversation that the vendor deleted.
    Gone {
        /// Its id.
        id: String,
    },
    /// A file that is in the output.
    File(FileEntry),
    /// Everything before this line is in the output.
    Commit {
        /// The length of the output, if it is a file that is appended to.
        bytes: Option<u64>,
    },
}

/// A journal that is written to.
#[derive(Debug)]
pub struct Journal {
    file: File,
    pending: Vec<u8>,
}

impl Journal {
    /// Opens the journal and reads what was committed.
    ///
    /// # Errors
    /// When the journal cannot be read or written.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        let (entries, length) = committed(&text);
        // The run repeats what came after the last commit, and notes it again.
        file.set_len(length)?;
        file.seek(SeekFrom::End(0))?;
        let pending = Vec::new();
        Ok((Self { file, pending }, entries))
    }

    /// Removes all entries and begins the journal of a new run.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn start_over(&mut self, number: u64, started: Timestamp) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.pending.clear();
        self.add(&Entry::Run { number, started });
        self.commit(None)
    }

    /// Adds a line to the next commit.
    pub fn add(&mut self, entry: &Entry) {
        serde_json::to_writer(&mut self.pending, entry)
            .expect("an entry is JSON, and memory takes it");
        self.pending.push(b'\n');
    }

    /// Writes and syncs what was added.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn commit(&mut self, bytes: Option<u64>) -> io::Result<()> {
        self.add(&Entry::Commit { bytes });
        self.file.write_all(&self.pending)?;
        self.pending.clear();
        self.file.sync_data()
    }
}

/// The entries up to the last commit, and the position where that commit ends. Stops at a line that is cut or damaged.
fn committed(text: &[u8]) -> (Vec<Entry>, u64) {
    let (mut entries, mut whole, mut length) = (Vec::new(), 0, 0);
    let mut at = 0;
    while let Some(end) = memchr::memchr(b'\n', &text[at..]) {
        let Ok(entry) = serde_json::from_slice(&text[at..at + end]) else {
            break;
        };
        at += end + 1;
        let commit = matches!(entry, Entry::Commit { .. });
        entries.push(entry);
        if commit {
            (whole, length) = (entries.len(), at as u64);
        }
    }
    entries.truncate(whole);
    (entries, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_committed_counts_wherever_it_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (mut journal, entries) = Journal::open(&path).unwrap();
        assert!(entries.is_empty());
        journal.start_over(3, Timestamp::now()).unwrap();
        for id in ["a", "b", "c"] {
            journal.add(&Entry::Gone { id: id.to_owned() });
            journal.commit(Some(7)).unwrap();
        }
        let text = std::fs::read(&path).unwrap();
        for cut in 0..=text.len() {
            std::fs::write(&path, &text[..cut]).unwrap();
            let (journal, entries) = Journal::open(&path).unwrap();
            let commits = text[..cut]
                .split(|byte| *byte == b'\n')
                .filter(|line| line.starts_with(b"{\"commit"))
                .count();
            let whole = entries
                .iter()
                .filter(|entry| matches!(entry, Entry::Commit { .. }))
                .count();
            let torn = usize::from(
                !text[..cut].ends_with(b"\n")
                    && text[..cut]
                        .rsplit(|byte| *byte == b'\n')
                        .next()
                        .unwrap()
                        .starts_with(b"{\"commit"),
            );
            assert_eq!(whole, commits - torn, "cut at {cut}");
            assert!(
                entries
                    .last()
                    .is_none_or(|entry| matches!(entry, Entry::Commit { .. }))
            );
            drop(journal);
        }
    }
}
