//! One run: counts, failures, files and the exit code.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::file_entry::FileEntry;
use super::media_counts::MediaCounts;
use crate::http::Network;
use crate::io::atomic::PartialFile;
use crate::redact::Redactor;
use crate::time::Timestamp;

/// One run: what `--summary` writes.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The program's version.
    pub version: String,
    /// `botpress`, `boost` or `render`.
    pub source: String,
    /// What was asked for.
    pub selection: Value,
    /// When the run began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// The program's exit code; null while it runs, or when it was killed.
    pub exit_code: Option<u8>,
    /// Whether everything that was asked for is in the output.
    pub complete: bool,
    /// Why boost.ai's answer is taken as whole: null for other sources, and when no answer was read to its end.
    #[serde(default)]
    pub proof: Option<Proof>,
    /// How many of what.
    pub counts: Counts,
    /// The conversations that could not be fetched.
    pub failed: Vec<Failure>,
    /// The conversations that were gone.
    pub gone: Vec<String>,
    /// The conversations for which the vendor reports another number of messages than came, twice.
    pub count_mismatches: Vec<CountMismatch>,
    /// The conversations in which names are missing, since a user could not be fetched.
    #[serde(default)]
    pub names_missing: Vec<String>,
    /// The conversations with content of a shape that the vendor does not document. What could be read of it is there.
    #[serde(default)]
    pub odd_content: Vec<String>,
    /// How many values of each class were replaced, when personal data was redacted. A class without any is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<BTreeMap<String, u64>>,
    /// The files that messages point to, if they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<MediaCounts>,
    /// What the network did.
    pub network: Network,
    /// Where the next run would have begun before this one.
    pub watermark_before: Option<Timestamp>,
    /// Where the next run begins.
    pub watermark_after: Option<Timestamp>,
    /// The bytes of all files.
    pub bytes: u64,
    /// What was written.
    pub files: Vec<FileEntry>,
    /// When it began, for the last line on a terminal.
    #[serde(skip)]
    clock: Option<Instant>,
}

/// Why boost.ai's answer is taken as whole. Of several answers the weakest reason counts, which is the last one here.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Proof {
    /// As many conversations came as boost.ai says that it sent.
    #[serde(rename = "count")]
    Count,
    /// The array of the answer is closed. boost.ai did not say how many conversations it sent.
    #[serde(rename = "array closed")]
    ArrayClosed,
}

/// How many of what.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Conversations written.
    pub conversations: u64,
    /// Messages in them.
    pub messages: u64,
    /// Conversations that the vendor deleted meanwhile.
    pub gone: u64,
    /// Conversations looked at that had not changed.
    pub skipped: u64,
    /// Conversations that could not be fetched.
    pub failed: u64,
    /// Conversations that the format has no place for, such as one without messages where each row is a message.
    #[serde(default)]
    pub left_out: u64,
    /// Conversations that are kept out of the archive, because they were forgotten on request.
    #[serde(default)]
    pub forgotten: u64,
}

/// A conversation that could not be fetched.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Its id, where it could be read.
    pub id: Option<String>,
    /// Why.
    pub error: String,
    /// Whether it does not exist, so that another run would not find it either.
    #[serde(skip)]
    pub is_unknown: bool,
}

/// A conversation with another number of messages than the vendor reports.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CountMismatch {
    /// Its id.
    pub id: String,
    /// What the vendor reports.
    pub reported_count: u64,
    /// What came.
    pub found: u64,
}

impl Summary {
    /// All counts at zero, the clock started.
    #[must_use]
    pub fn start(source: &str, selection: Value) -> Self {
        let now = Timestamp::now();
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            source: source.to_owned(),
            selection,
            started: now,
            finished: now,
            exit_code: None,
            complete: false,
            proof: None,
            counts: Counts::default(),
            failed: Vec::new(),
            gone: Vec::new(),
            count_mismatches: Vec::new(),
            names_missing: Vec::new(),
            odd_content: Vec::new(),
            redacted: None,
            media: None,
            network: Network::default(),
            watermark_before: None,
            watermark_after: None,
            bytes: 0,
            files: Vec::new(),
            clock: Some(Instant::now()),
        }
    }

    /// Adds what another run wrote, whose conversations are counted here already.
    pub fn add_output(&mut self, other: Self) {
        self.counts.left_out += other.counts.left_out;
        self.counts.failed += other.counts.failed;
        self.failed.extend(other.failed);
        self.files.extend(other.files);
        self.bytes += other.bytes;
    }

    /// Takes personal data out of what the run said, and notes what was taken out of its output.
    pub fn redact(&mut self, redactor: &Redactor) {
        for failure in &mut self.failed {
            failure.id = failure.id.as_deref().map(|id| redactor.conversation_id(id));
            failure.error = redactor.message(&failure.error);
        }
        let mismatched = self.count_mismatches.iter_mut().map(|one| &mut one.id);
        let lists = [
            &mut self.gone,
            &mut self.names_missing,
            &mut self.odd_content,
        ];
        for id in lists.into_iter().flatten().chain(mismatched) {
            *id = redactor.conversation_id(id);
        }
        self.redacted = Some(redactor.counts());
    }

    /// Writes it to a file, or for `-` to stderr.
    ///
    /// # Errors
    /// When it cannot be written, with its path.
    pub fn write(&self, path: &Path) -> Result<()> {
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        if path == Path::new("-") {
            return io::stderr()
                .write_all(&text)
                .context("could not write the summary");
        }
        let written = || {
            if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.is_dir()) {
                // A pipe or device takes it as it is.
                return Ok(OpenOptions::new()
                    .write(true)
                    .open(path)?
                    .write_all(&text)?);
            }
            let partial = PartialFile::open(path)?;
            partial.start_over()?;
            partial.writer()?.write_all(&text)?;
            partial.commit()
        };
        written().with_context(|| format!("could not write the summary {}", path.display()))
    }

    /// How long it has taken so far.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.clock.map_or(Duration::ZERO, |clock| clock.elapsed())
    }
}
