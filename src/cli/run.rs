//! The flags of a run: what it remembers of earlier ones, what it says at the end, and when it stops.

use std::path::PathBuf;

use clap::Args;

use crate::time::Span;

/// How to keep an archive: a run every night.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archive")]
pub struct ArchiveArgs {
    /// Export only what is new or changed since the last run with this file; continue where a killed run stopped
    ///
    /// The first run exports everything selected. Later runs of the same command export, whole, the conversations
    /// that are new or changed, and retry those that failed. In a folder (-d) the file of a changed conversation is
    /// replaced; a file (-o) needs --append; on stdout a conversation may come again after a crash, so take `source`
    /// and `id` as the key. A --since is resolved by the first run. Do not change other flags between runs: the state
    /// refuses them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["limit", "conversation", "until"])]
    pub state: Option<PathBuf>,

    /// How far before the last run's beginning to look again, for what came late
    #[arg(long, value_name = "SPAN", default_value = "1h", requires = "state")]
    pub overlap: Span,

    /// Append to the file of -o instead of replacing it (jsonl, messages and csv, with --state)
    #[arg(long, requires_all = ["state", "output"])]
    pub append: bool,
}

impl Default for ArchiveArgs {
    fn default() -> Self {
        Self {
            state: None,
            overlap: Span::hours(1),
            append: false,
        }
    }
}

/// How to run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Write a JSON summary of the run: counts, failures, and the size and SHA-256 of every file (`-` is stderr)
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,

    /// Stop cleanly after this time, with exit code 3
    #[arg(long, value_name = "SPAN")]
    pub max_duration: Option<Span>,

    /// Stop at the first conversation that cannot be exported
    #[arg(long)]
    pub fail_fast: bool,
}
