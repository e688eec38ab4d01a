//! What an export came to: the counts, and the exit code.

use std::fmt;
use std::io;
use std::process::ExitCode;
use std::time::Instant;

use crate::cli::UsageError;
use crate::http::ApiError;
use crate::source::Incomplete;

/// The ways out of the program, as numbers for scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All there is was exported.
    Done = 0,
    /// An error that has no number of its own.
    Failed = 1,
    /// The command line asks for what cannot be done.
    Usage = 2,
    /// Some conversations are missing.
    Incomplete = 3,
    /// The vendor refused the token or its rights.
    Refused = 4,
    /// It may work later.
    GaveUp = 5,
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
            _ => Self::Failed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Whether the reader of our output left, as `head` does: the end of the work, and no error.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let kinds = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds
        .into_iter()
        .any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The counts of one export.
#[derive(Debug)]
pub struct Summary {
    /// Conversations written.
    pub conversations: u64,
    /// Messages in them.
    pub messages: u64,
    /// Conversations the vendor deleted meanwhile.
    pub gone: u64,
    /// Conversations that could not be had.
    pub failed: u64,
    started: Instant,
}

impl Summary {
    /// All counts at zero, the clock started.
    #[must_use]
    pub fn start() -> Self {
        Self {
            conversations: 0,
            messages: 0,
            gone: 0,
            failed: 0,
            started: Instant::now(),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = |count| if count == 1 { "" } else { "s" };
        let (conversations, messages) = (self.conversations, self.messages);
        write!(f, "{conversations} conversation{}, ", plural(conversations))?;
        write!(f, "{messages} message{}", plural(messages))?;
        if self.gone > 0 {
            write!(f, ", {} gone", self.gone)?;
        }
        if self.failed > 0 {
            write!(f, ", {} failed", self.failed)?;
        }
        write!(f, " in {:.1} s", self.started.elapsed().as_secs_f64())
    }
}
