//! The options for messages.

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
