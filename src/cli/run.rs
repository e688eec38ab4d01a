//! The flags of a run: how to keep an archive, what to say of it at the end, and when to stop.

use std::path::PathBuf;

use clap::Args;

use crate::time::Span;

/// How to keep an archive: a run every night.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archive")]
pub struct ArchiveArgs {
    /// Export only what is new or changed since the last run with this file; go on where a killed run stopped
    ///
    /// The first run exports everything selected. Later runs of the same command export, whole, the conversations
    /// that are new or changed, and try again those that failed. Into a folder (-d) a changed conversation's file is
    /// replaced; a file (-o) needs --append; on stdout a conversation may come again after a crash, so take `source`
    /// and `id` as the key. A --since is bound to the calendar by the first run. Do not change other flags between
    /// runs: the state refuses them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["limit", "conversation", "until"])]
    pub state: Option<PathBuf>,

    /// Go on from what a Singer target kept of the STATE of an earlier run (singer)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["state", "limit", "conversation", "until"])]
    pub singer_state: Option<PathBuf>,

    /// How far before the last run's beginning to look again, for what came late
    #[arg(long, value_name = "SPAN", default_value = "1h", requires = "state")]
    pub overlap: Span,

    /// Add to the file of -o instead of replacing it (jsonl, messages and csv, with --state)
    #[arg(long, requires_all = ["state", "output"])]
    pub append: bool,
}

/// How to run.
#[derive(Debug, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Write a JSON summary of the run: counts, failures, and the size and SHA-256 of every file (`-` is stderr)
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,

    /// Stop cleanly after so long, with exit code 3
    #[arg(long, value_name = "SPAN")]
    pub max_duration: Option<Span>,

    /// Stop at the first conversation that cannot be exported
    #[arg(long)]
    pub fail_fast: bool,
}
