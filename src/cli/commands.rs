//! The commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;

use super::boost::BoostArgs;
use super::botpress::BotpressArgs;
use super::check::CheckArgs;
use super::examples;
use super::forget::ForgetArgs;
use super::help::Help;
use super::render::RenderArgs;
use super::search::SearchArgs;
use super::stats::StatsArgs;
use super::tap::TapArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0  done (also when there was nothing to export)
  1  failed
  2  wrong usage
  3  incomplete: conversations are missing, each named, or the stream was cut
  4  refused: the token or its rights (401, 403)
  5  gave up after retries: try later
  130, 143  interrupted (Ctrl-C, SIGTERM)";

/// Take your chatbot conversations out of the vendor's cloud, whole and verified.
///
/// Writes transcripts for people or records for programs, to a pipe, a file or a folder.
/// Data goes to stdout, everything else to stderr.
#[derive(Debug, Parser)]
#[command(name = "convexport", version, after_help = EXIT_CODES, after_long_help = EXIT_CODES, max_term_width = 100, examples(examples::PROGRAM))]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Export the conversations of a Botpress Cloud bot
    Botpress(Box<BotpressArgs>),
    /// Export the conversations of a boost.ai site
    Boost(Box<BoostArgs>),
    /// Write archives and earlier exports in any format, without network or account
    Render(Box<RenderArgs>),
    /// Search the messages of an archive
    Search(Box<SearchArgs>),
    /// Count what archives and earlier exports have: how much, when, on which channel, how fast it was answered
    Stats(Box<StatsArgs>),
    /// Check token, bot or site, and network; or what an archive covers and lacks
    Check(Box<CheckArgs>),
    /// Check whether an archive, or an export with its summary, is still what was written
    Verify(VerifyArgs),
    /// Erase conversations from an archive for good, and keep them from coming back
    Forget(ForgetArgs),
    /// Run as a Singer tap: what to export is in a config, and where to go on in a state
    Tap(TapArgs),
    /// Print the JSON Schema of what is written
    #[command(examples(examples::SCHEMA))]
    Schema {
        /// Which document
        #[arg(value_name = "FORMAT", value_enum, default_value_t = Document::Jsonl)]
        document: Document,
    },
    /// Print a script that makes a shell complete the commands and flags
    #[command(examples(examples::COMPLETIONS))]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, or write one for each command
    #[command(examples(examples::MAN))]
    Man {
        /// Write `convexport.1`, `convexport-botpress.1` and so on into this folder
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
}

/// Flags of `convexport verify`.
#[derive(Debug, Args)]
#[command(examples(examples::VERIFY))]
pub struct VerifyArgs {
    /// The archive, or the folder or file of an export
    #[arg(value_name = "ARCHIVE|DIR|FILE")]
    pub export: PathBuf,

    /// The summary that was written with an export
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub summary: Option<PathBuf>,
}

/// A document that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Document {
    /// A whole json export
    Json,
    /// One line of a jsonl export
    Jsonl,
    /// One line of a messages export
    Messages,
    /// One line of a conversations export
    Conversations,
    /// What --summary writes
    Summary,
    /// What `convexport stats -f json` writes
    Stats,
    /// The tables of an archive, in SQL
    Archive,
}
