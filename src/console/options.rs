//! The options for messages.

use std::io::{self, IsTerminal};

/// What to write to stderr, and how.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Only errors.
    pub quiet: bool,
    /// Also every request, retry and wait.
    pub verbose: bool,
    /// No progress bar, even on a terminal.
    pub no_progress: bool,
    /// How messages are written.
    pub log_format: LogFormat,
}

/// How messages are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// As a line for people.
    Text,
    /// As one JSON object per line.
    Json,
}

/// Where the data goes, as far as it may meet messages on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// Not to the terminal.
    Elsewhere,
    /// To the terminal itself.
    Terminal,
    /// To another program, which may write to the terminal at any time, as `less` and `head` do.
    Program,
}

impl Data {
    /// Where data on stdout goes.
    #[must_use]
    pub fn on_stdout() -> Self {
        if io::stdout().is_terminal() {
            Self::Terminal
        } else if is_pipe() {
            Self::Program
        } else {
            Self::Elsewhere
        }
    }
}

#[cfg(unix)]
fn is_pipe() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;

    let stdout = io::stdout().as_fd().try_clone_to_owned();
    let metadata = stdout.and_then(|stdout| File::from(stdout).metadata());
    metadata.is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// Nobody tells there.
#[cfg(not(unix))]
fn is_pipe() -> bool {
    false
}
