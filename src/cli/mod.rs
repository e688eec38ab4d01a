//! The command line: clap derive and nothing else. No file, network or environment is read here but through clap.
//!
//! The flags of all sources are here, those of one vendor in its file.

mod boost;
mod botpress;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use boost::BoostArgs;
pub use botpress::BotpressArgs;

use crate::format::Format;
use crate::time::{self, TimeStyle, When, Zone};

/// Take your chatbot conversations out of the vendor's cloud, whole and verified.
///
/// Writes transcripts for people or records for programs, to a pipe, a file or a folder.
/// Data goes to stdout, everything else to stderr.
#[derive(Debug, Parser)]
#[command(name = "convexport", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done (also when there was nothing to export)
  1  failed
  2  wrong usage
  3  incomplete: some conversations are missing, each named on stderr, or the stream was cut
  4  refused: the token or its rights (401, 403)
  5  gave up after retries: try later";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Export the conversations of a Botpress Cloud bot
    Botpress(BotpressArgs),
    /// Export the conversations of a boost.ai site
    Boost(BoostArgs),
}

/// Which conversations to export.
#[derive(Debug, Args)]
#[command(next_help_heading = "Selection")]
pub struct SelectArgs {
    /// Only conversations created at or after WHEN
    ///
    /// WHEN is a date (2026-11-01), a time (2026-11-01T08:00, with or without an offset), an age (30m, 24h, 7d, 2w),
    /// `today`, `yesterday` or `now`. Without an offset it is read in --timezone.
    #[arg(long, visible_alias = "from", value_name = "WHEN")]
    pub since: Option<When>,

    /// Only conversations created before WHEN
    #[arg(long, visible_alias = "to", value_name = "WHEN")]
    pub until: Option<When>,

    /// Only this conversation (repeatable; `-` and `@FILE` read ids, one a line)
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub conversation: Vec<String>,

    /// At most so many conversations, the newest
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub limit: Option<u64>,
}

/// Where the export goes, and its form.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The form of the export [default: by the output's extension, else text]
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,

    /// Write to a file, which appears when it is complete (`-` is stdout, the default)
    #[arg(short, long, value_name = "FILE", conflicts_with = "output_dir")]
    pub output: Option<PathBuf>,

    /// Write one file a conversation, named `DATE_ID.EXT` by its day of creation in UTC
    #[arg(short = 'd', long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,

    /// The time zone of transcripts, and of a WHEN without offset: `local`, `utc` or a name like Europe/Oslo
    #[arg(long, value_name = "ZONE", default_value = "local")]
    pub timezone: Zone,

    /// How transcripts show a time, as strftime has it [default: "%Y-%m-%d %H:%M:%S %:z"]
    #[arg(long, value_name = "STRFTIME", value_parser = time::check_format)]
    pub time_format: Option<String>,

    /// Leave the vendor's own records out
    #[arg(long)]
    pub no_raw: bool,
}

impl OutputArgs {
    /// How transcripts show a time.
    ///
    /// # Errors
    /// None that parsing the flag has not found before.
    pub fn time_style(&self) -> anyhow::Result<TimeStyle> {
        let format = self.time_format.as_deref().unwrap_or(time::DEFAULT_FORMAT);
        TimeStyle::new(self.timezone, format)
    }
}

/// How to reach the vendor.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network")]
pub struct NetworkArgs {
    /// Read the access token from a file (`-` is stdin) instead of `BP_TOKEN` or `BOOST_TOKEN`
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,

    /// How often a request that failed is tried again; waiting for a rate limit does not count
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: u32,

    /// How long to wait for a connection, and for the next bytes of an answer
    #[arg(long, value_name = "SECONDS", default_value = "30", allow_negative_numbers = true, value_parser = seconds)]
    pub timeout: Duration,

    /// Stop at the first conversation that cannot be exported
    #[arg(long)]
    pub fail_fast: bool,
}

/// What to say on stderr.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
pub struct ConsoleArgs {
    /// Say nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Say every request, retry and wait
    #[arg(short, long)]
    pub verbose: bool,

    /// Show no progress bar (there is none when stderr is no terminal)
    #[arg(long)]
    pub no_progress: bool,

    /// The form of messages on stderr
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
}

/// The form of messages on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people
    Text,
    /// One JSON object a line
    Json,
}

/// A command line that asks for what cannot be done; the exit code is 2.
#[derive(Debug)]
pub struct UsageError(pub String);

impl fmt::Display for UsageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// A [`UsageError`] made like a `format!`.
#[macro_export]
macro_rules! usage {
    ($($arg:tt)*) => { $crate::cli::UsageError(format!($($arg)*)) };
}

fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds above 0".to_owned())
}
