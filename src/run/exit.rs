//! The exit codes.

use std::fmt;
use std::io;
use std::process::ExitCode;

use super::signal::{Stop, Stopped};
use crate::http::ApiError;
use crate::source::Incomplete;
use crate::usage::UsageError;

/// The exit codes of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Everything was exported.
    Done,
    /// An error that has no other code.
    Failed,
    /// The command line asks for something the program cannot do.
    Usage,
    /// Some conversations are missing.
    Incomplete,
    /// The vendor refused the token or its rights.
    Refused,
    /// It failed for a reason that may be temporary.
    GaveUp,
    /// A signal or the time limit stopped the program.
    Stopped(Stop),
}

impl Exit {
    /// The code for an error that ended a run.
    #[must_use]
    pub fn of(error: &anyhow::Error) -> Self {
        let error = error
            .downcast_ref()
            .map_or(error, |Redacted { error, .. }| error);
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
            error => {
                let stopped = error.downcast_ref::<Stopped>();
                let stop = stopped.map(|stopped| stopped.stop);
                stop.or(error.downcast_ref().copied())
                    .map_or(Self::Failed, Self::Stopped)
            }
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

/// An error whose text has no personal data. The error itself is only for the exit code.
#[derive(Debug)]
pub struct Redacted {
    /// What is said of it.
    pub text: String,
    /// The error.
    pub error: anyhow::Error,
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Redacted {}

/// Whether the reader of our output has closed it, as `head` does. This ends the work and is not an error.
#[must_use]
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let error = error
        .downcast_ref()
        .map_or(error, |Redacted { error, .. }| error);
    let mut kinds = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    kinds.any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
