//! What an export came to: the counts, the exit code, and the JSON that `--summary` writes.

use std::fmt;
use std::fs::{self, OpenOptions};
use std::io;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::UsageError;
use crate::http::ApiError;
use crate::sink::FileEntry;
use crate::sink::file::PartialFile;
use crate::source::Incomplete;
use crate::stop::Stop;
use crate::time::Timestamp;

/// The ways out of the program, as numbers for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All there is was exported.
    Done,
    /// An error that has no number of its own.
    Failed,
    /// The command line asks for what cannot be done.
    Usage,
    /// Some conversations are missing.
    Incomplete,
    /// The vendor refused the token or its rights.
    Refused,
    /// It may work later.
    GaveUp,
    /// Somebody or something stopped it.
    Stopped(Stop),
}

impl Exit {
    /// The code of an error that ended the export.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        if is_broken_pipe(error) {
            return Self::Done;
        }
        match error.downcast_ref::<ApiError>() {
            Some(api) if api.is_refusal() => return Self::Refused,
            Some(api) if api.is_transient() => return Self::GaveUp,
            _ => {}
        }
        match error {
            error if error.is::<UsageError>() => Self::Usage,
            error if error.is::<Incomplete>() => Self::Incomplete,
            error => error
                .downcast_ref()
                .map_or(Self::Failed, |stop| Self::Stopped(*stop)),
        }
    }

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::Refused => 4,
            Self::GaveUp => 5,
            Self::Stopped(stop) => stop.code(),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Whether the reader of our output left, as `head` does: the end of the work, and no error.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut kinds = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

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
    /// The program's exit code; none as long as it runs, or when it was killed.
    pub exit_code: Option<u8>,
    /// Whether everything that was asked for is in the output.
    pub complete: bool,
    /// How many of what.
    pub counts: Counts,
    /// The conversations that could not be had.
    pub failed: Vec<Failure>,
    /// The conversations that were gone.
    pub gone: Vec<String>,
    /// The conversations of which the vendor says another number of messages than came, twice.
    pub doubtful: Vec<Doubt>,
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
    /// For the last line on a terminal.
    #[serde(skip)]
    clock: Option<Instant>,
}

/// How many of what.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// Conversations written.
    pub conversations: u64,
    /// Messages in them.
    pub messages: u64,
    /// Conversations the vendor deleted meanwhile.
    pub gone: u64,
    /// Conversations looked at that had not changed.
    pub skipped: u64,
    /// Conversations that could not be had.
    pub failed: u64,
    /// Conversations that the format has no place for, such as one without messages where a message is a row.
    #[serde(default)]
    pub left_out: u64,
}

/// A conversation that could not be had.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Its id, where it could be read.
    pub id: Option<String>,
    /// Why.
    pub error: String,
}

/// A conversation with another number of messages than the vendor says.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Doubt {
    /// Its id.
    pub id: String,
    /// What the vendor says.
    pub promised: u64,
    /// What came.
    pub found: u64,
}

/// What the network did.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Network {
    /// Requests sent, those that failed among them.
    pub requests: u64,
    /// Requests sent again after a failure.
    pub retries: u64,
    /// Time spent waiting for rate limits.
    pub seconds_waited: f64,
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
            counts: Counts::default(),
            failed: Vec::new(),
            gone: Vec::new(),
            doubtful: Vec::new(),
            network: Network::default(),
            watermark_before: None,
            watermark_after: None,
            bytes: 0,
            files: Vec::new(),
            clock: Some(Instant::now()),
        }
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
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let counts = &self.counts;
        write!(
            f,
            "{} conversation{}, ",
            counts.conversations,
            plural(counts.conversations)
        )?;
        write!(f, "{} message{}", counts.messages, plural(counts.messages))?;
        for (count, what) in [
            (counts.gone, "gone"),
            (counts.skipped, "unchanged"),
            (counts.left_out, "left out"),
            (counts.failed, "failed"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        let seconds = self
            .clock
            .map_or(0.0, |clock| clock.elapsed().as_secs_f64());
        write!(f, " in {seconds:.1} s")
    }
}
