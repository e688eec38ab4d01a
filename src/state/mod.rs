//! What `--state FILE` remembers between runs, so that each exports only what is new, and a killed one goes on.
//!
//! Two files: FILE, readable JSON, written whole when a run is complete; and beside it `FILE.journal`, to which a run
//! adds what is durably in the output. A journal that is there when a run starts is that of one that did not end.

mod journal;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::Conversation;
use crate::sink::file::{self, PartialFile};
use crate::source::{Increment, Missing, Stand};
use crate::time::{Span, Timestamp};
use crate::usage;
use journal::{Entry, Journal};

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// The memory of an archive, held by one run at a time.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    stored: Stored,
    journal: Journal,
    started: Timestamp,
    /// Conversations that this run, or the one it continues, has finished.
    done: HashSet<String>,
    /// The run before did not end, and may have written more to the output than it noted.
    cut_off: bool,
    /// A conversation failed that cannot be asked for again by its id.
    stuck: bool,
    _lock: File,
}

/// The file.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    /// How many runs were completed.
    runs: u64,
    /// What each run has to ask for: vendor, bot or site, filters, output.
    selection: Value,
    /// When the last completed run began. Everything before it is in the output, or among the failed.
    watermark: Option<Timestamp>,
    /// The length of the output, where it is one file that grows.
    bytes: Option<u64>,
    /// Conversations that could not be had, and why; they are tried first.
    failed: BTreeMap<String, String>,
    /// Conversations that are in the output and may come again.
    known: BTreeMap<String, Known>,
}

/// What is remembered of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Known {
    /// The beginning of the SHA-256 of its JSON.
    hash: String,
    /// How many messages the vendor says it has.
    messages: Option<u64>,
    /// When the vendor says it changed.
    updated: Option<Timestamp>,
    /// Its last message, or its creation.
    last: Option<Timestamp>,
}

impl Known {
    /// What is to be remembered of a conversation.
    #[must_use]
    pub fn of(conversation: &Conversation) -> Self {
        let json = serde_json::to_vec(conversation).unwrap_or_default();
        let digest = Sha256::digest(json);
        let mark = digest
            .iter()
            .take(8)
            .fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
        let last = conversation
            .messages
            .iter()
            .filter_map(|message| message.created_at)
            .max();
        Self {
            hash: format!("{mark:016x}"),
            messages: conversation.promised,
            updated: conversation.updated_at,
            last: last
                .or(conversation.updated_at)
                .max(conversation.created_at),
        }
    }
}

impl State {
    /// Opens the memory of the archive that `selection` describes, or begins one.
    ///
    /// # Errors
    /// When another run holds it, when it cannot be read or written, or when it is that of another selection.
    pub fn open(path: &Path, selection: Value) -> Result<Self> {
        let name = path.display();
        let lock = open_lock(&beside(path, "lock"))
            .and_then(|lock| file::lock(&lock).map(|()| lock))
            .with_context(|| format!("could not use the state {name}"))?;
        let stored = match fs::read(path) {
            Ok(text) => Stored::read(&text, &selection)
                .with_context(|| format!("could not use the state {name}"))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Stored::new(selection),
            Err(error) => {
                return Err(error).with_context(|| format!("could not read the state {name}"));
            }
        };
        let journal = beside(path, "journal");
        let opened = Journal::open(&journal);
        let (journal, entries) =
            opened.with_context(|| format!("could not write {}", journal.display()))?;
        let mut state = Self {
            path: path.to_owned(),
            stored,
            journal,
            started: Timestamp::now(),
            done: HashSet::new(),
            cut_off: false,
            stuck: false,
            _lock: lock,
        };
        state
            .resume(entries)
            .with_context(|| format!("could not write the journal of the state {name}"))?;
        Ok(state)
    }

    /// Takes over what the journal says, if it is that of a run that did not end.
    fn resume(&mut self, entries: Vec<Entry>) -> std::io::Result<()> {
        let number = self.stored.runs + 1;
        match entries.first() {
            Some(Entry::Run {
                number: theirs,
                started,
            }) if *theirs == number => self.started = *started,
            // None, or one that was completed: only its removal was cut off.
            _ => return self.journal.start_over(number, self.started),
        }
        for entry in entries {
            match entry {
                Entry::Run { .. } => {}
                Entry::Done { id, known } => self.take(id, known),
                Entry::Failed { id, error } => drop(self.stored.failed.insert(id, error)),
                Entry::Gone { id } => drop(self.stored.failed.remove(&id)),
                Entry::Commit { bytes } => {
                    self.cut_off |= bytes.is_some();
                    self.stored.bytes = bytes.or(self.stored.bytes);
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, id: String, known: Known) {
        self.stored.failed.remove(&id);
        self.done.insert(id.clone());
        self.stored.known.insert(id, known);
    }

    /// What the source has to bring: everything at first, then what is new since the last completed run began, with
    /// an overlap for what came late.
    #[must_use]
    pub fn increment(&self, overlap: Span) -> Increment {
        let stand = |known: &Known| Stand {
            messages: known.messages,
            updated: known.updated,
        };
        let known = self.stored.known.iter();
        Increment {
            started: self.started,
            since: self.stored.watermark.map(|time| time.minus(overlap)),
            failed: self.stored.failed.keys().cloned().collect(),
            done: self.done.clone(),
            known: known
                .map(|(id, known)| (id.clone(), stand(known)))
                .collect::<HashMap<_, _>>(),
        }
    }

    /// Whether the conversation is in the output as it is.
    #[must_use]
    pub fn has(&self, id: &str, known: &Known) -> bool {
        self.stored
            .known
            .get(id)
            .is_some_and(|earlier| earlier.hash == known.hash)
    }

    /// Notes a conversation that is on its way into the output, or in it already.
    pub fn note_done(&mut self, id: &str, known: Known) {
        self.journal.add(&Entry::Done {
            id: id.to_owned(),
            known: known.clone(),
        });
        self.take(id.to_owned(), known);
    }

    /// Notes a conversation that could not be had.
    pub fn note_failed(&mut self, missing: &Missing) {
        let Some(id) = missing.id.clone() else {
            self.stuck = true;
            return;
        };
        let error = format!("{:#}", missing.error);
        self.journal.add(&Entry::Failed {
            id: id.clone(),
            error: error.clone(),
        });
        self.stored.failed.insert(id, error);
    }

    /// Notes a conversation that the vendor deleted.
    pub fn note_gone(&mut self, id: &str) {
        self.journal.add(&Entry::Gone { id: id.to_owned() });
        self.stored.failed.remove(id);
    }

    /// Makes what was noted durable. To be called when all of it is durably in the output, of so many bytes.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn commit(&mut self, bytes: Option<u64>) -> Result<()> {
        self.stored.bytes = bytes.or(self.stored.bytes);
        let written = self.journal.commit(bytes);
        written.with_context(|| {
            format!(
                "could not write {}",
                beside(&self.path, "journal").display()
            )
        })
    }

    /// Ends a run that brought everything: the next one begins where this one began.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn complete(&mut self, keep: Span) -> Result<()> {
        if self.stuck {
            return Ok(());
        }
        self.stored.runs += 1;
        self.stored.watermark = Some(self.started);
        let horizon = self.started.minus(keep);
        // What is older cannot come again; so the file does not grow without end.
        self.stored
            .known
            .retain(|_, known| known.last.is_none_or(|last| last >= horizon));
        self.write()
            .with_context(|| format!("could not write the state {}", self.path.display()))?;
        // Its number says that it is done with, should it stay.
        fs::remove_file(beside(&self.path, "journal")).ok();
        Ok(())
    }

    fn write(&self) -> Result<()> {
        let partial = PartialFile::open(&self.path)?;
        partial.start_over()?;
        let mut writer = std::io::BufWriter::new(partial.writer()?);
        serde_json::to_writer_pretty(&mut writer, &self.stored)?;
        std::io::Write::flush(&mut writer)?;
        drop(writer);
        partial.commit()
    }

    /// When the last completed run began.
    #[must_use]
    pub fn watermark(&self) -> Option<Timestamp> {
        self.stored.watermark
    }

    /// The durable length of the output, where it is one file that grows.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        self.stored.bytes
    }

    /// Whether the run before was cut off, so that the output may be longer than is known.
    #[must_use]
    pub fn cut_off(&self) -> bool {
        self.cut_off
    }
}

impl Stored {
    fn new(selection: Value) -> Self {
        Self {
            version: VERSION,
            runs: 0,
            selection,
            watermark: None,
            bytes: None,
            failed: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    fn read(text: &[u8], selection: &Value) -> Result<Self> {
        let version = |value: &Value| value["version"].as_u64();
        let value: Value = serde_json::from_slice(text)
            .context("it is damaged: put a copy back, or remove it to export everything again")?;
        if version(&value) != Some(VERSION.into()) {
            bail!("it is of another version of convexport, or no state at all");
        }
        let stored: Self = serde_json::from_value(value)
            .context("it is damaged: put a copy back, or remove it to export everything again")?;
        let mut ours = selection.as_object().into_iter().flatten();
        if let Some((key, now)) =
            ours.find(|(key, value)| stored.selection[key.as_str()] != **value)
        {
            let value = &stored.selection[key.as_str()];
            bail!(usage!(
                "it is that of another export: {key} was {value}, and is {now} now; use another file"
            ));
        }
        Ok(stored)
    }
}

fn open_lock(path: &Path) -> Result<File> {
    Ok(OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?)
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
