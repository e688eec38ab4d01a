//! The flags of messages.

use clap::Args;

use crate::console::{self, LogFormat};

/// What to say on stderr.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub struct ConsoleArgs {
    /// Show nothing but errors
    #[arg(short, long, conflicts_with = "verbose", help_heading = None::<&str>)]
    pub quiet: bool,

    /// Show every request, retry and wait
    #[arg(short, long, help_heading = None::<&str>)]
    pub verbose: bool,

    /// Show no progress bar (there is none without a terminal, or when stdout goes to another program)
    #[arg(long, hide_short_help = true)]
    pub no_progress: bool,

    /// How messages on stderr are written
    #[arg(long, value_enum, hide_short_help = true, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

impl ConsoleArgs {
    /// What to say, and how.
    pub fn options(&self) -> console::Options {
        console::Options {
            quiet: self.quiet,
            verbose: self.verbose,
            no_progress: self.no_progress,
            log_format: self.log_format,
        }
    }
}

impl Default for ConsoleArgs {
    fn default() -> Self {
        Self {
            quiet: false,
            verbose: false,
            no_progress: false,
            log_format: LogFormat::Text,
        }
    }
}
