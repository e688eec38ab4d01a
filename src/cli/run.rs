//! The flags of a run: the archive that it writes, what it says at the end, and when it stops.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::time::Span;

/// How to keep an archive: a run every night.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archive")]
pub struct ArchiveArgs {
    /// Bring this archive up to date: it keeps what the vendor deletes
    ///
    /// It is a SQLite database. The first run fetches everything selected. Later runs fetch what is new or changed, and
    /// what failed before. Without -f, -o and -d nothing else is written. -d is a mirror: the folder has a file for every
    /// selected conversation of the archive. On stdout and in -o are the conversations that this run added or changed, as
    /// they now stand.
    #[arg(long, value_name = "FILE.db", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub archive: Option<PathBuf>,

    /// Look further back in this run, for late answers and for changed or deleted conversations
    #[arg(long, hide_short_help = true, requires = "archive", conflicts_with_all = ["limit", "conversation", "until", "only_failed"])]
    pub sweep: bool,

    /// How long after such a run the next one is due
    #[arg(
        long,
        hide_short_help = true,
        value_name = "SPAN",
        default_value = "7d",
        requires = "archive"
    )]
    pub sweep_every: Span,

    /// Fetch only the conversations that could not be fetched before
    #[arg(long, hide_short_help = true, requires = "archive", conflicts_with_all = ["limit", "conversation", "until"])]
    pub only_failed: bool,

    /// A flag of earlier versions.
    #[arg(long, value_name = "FILE", hide = true)]
    pub state: Option<PathBuf>,
}

impl Default for ArchiveArgs {
    fn default() -> Self {
        Self {
            archive: None,
            sweep: false,
            sweep_every: Span::days(7),
            only_failed: false,
            state: None,
        }
    }
}

/// How to run.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Run")]
pub struct RunArgs {
    /// Write a JSON summary of the run: counts, failures, and the size and SHA-256 of every file (`-` is stderr)
    #[arg(long, hide_short_help = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub summary: Option<PathBuf>,

    /// Stop cleanly after this time, with exit code 3
    #[arg(long, hide_short_help = true, value_name = "SPAN")]
    pub max_duration: Option<Span>,

    /// Stop at the first conversation that cannot be exported
    #[arg(long, hide_short_help = true)]
    pub fail_fast: bool,
}
