//! The command line: clap derive and nothing else. No file, network or environment is read here but through clap.
//!
//! The flags of all sources are here, those of one vendor in its file.

mod boost;
mod botpress;
mod form;
mod render;
mod run;
mod tap;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use serde_json::{Value, json};

pub use boost::{BoostArgs, BoostTarget};
pub use botpress::{BotpressArgs, BotpressTarget};
pub use form::{AgentAs, FormArgs, Separator};
pub use render::RenderArgs;
pub use run::{ArchiveArgs, RunArgs};
pub use tap::TapArgs;

use crate::format::Format;
use crate::http::Secret;
use crate::schema::Document;
use crate::sink::NameTemplate;
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

/// What to check.
#[derive(Debug, Subcommand)]
pub enum Check {
    /// A Botpress Cloud bot
    Botpress {
        /// Which bot.
        #[command(flatten)]
        target: BotpressTarget,
        /// How to reach it.
        #[command(flatten)]
        network: NetworkArgs,
        /// What to say meanwhile.
        #[command(flatten)]
        console: ConsoleArgs,
    },
    /// A boost.ai site
    Boost {
        /// Which site.
        #[command(flatten)]
        target: BoostTarget,
        /// How to reach it.
        #[command(flatten)]
        network: NetworkArgs,
        /// What to say meanwhile.
        #[command(flatten)]
        console: ConsoleArgs,
    },
}

/// Flags of `convexport verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The folder or file of the export
    #[arg(value_name = "DIR|FILE")]
    pub export: PathBuf,

    /// The summary that was written with it
    #[arg(long, value_name = "FILE")]
    pub summary: PathBuf,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done (also when there was nothing to export)
  1  failed
  2  wrong usage
  3  incomplete: some conversations are missing, each named on stderr, or the stream was cut
  4  refused: the token or its rights (401, 403)
  5  gave up after retries: try later
  130, 143  interrupted (Ctrl-C, SIGTERM)";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Export the conversations of a Botpress Cloud bot
    Botpress(BotpressArgs),
    /// Export the conversations of a boost.ai site
    Boost(BoostArgs),
    /// Write an earlier json or jsonl export in another form, without network or account
    Render(RenderArgs),
    /// See with one request whether token, bot or site, and network are all right
    #[command(subcommand)]
    Check(Check),
    /// See whether an export is still what its summary says
    Verify(VerifyArgs),
    /// Be a Singer tap: what to export is in a config, and where to go on in a state
    Tap(TapArgs),
    /// Print the JSON Schema of what is written
    Schema {
        /// Of which form
        #[arg(value_name = "FORMAT", value_enum, default_value_t = Document::Jsonl)]
        document: Document,
    },
    /// Print what makes a shell complete the commands and flags
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Print the manual page, or write one for each command
    Man {
        /// Write `convexport.1`, `convexport-botpress.1` and so on into this folder
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
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

    /// Only this conversation (repeatable; `-` and `@FILE` read ids, one a line, or JSON lines with an `id`)
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

    /// Write to a file, which appears when it is complete (`-` is stdout, the default; `.gz` compresses)
    #[arg(short, long, value_name = "FILE", conflicts_with = "output_dir")]
    pub output: Option<PathBuf>,

    /// Write one file a conversation, named `DATE_ID.EXT` by its day of creation in UTC, or by --name
    #[arg(short = 'd', long, value_name = "DIR")]
    pub output_dir: Option<PathBuf>,

    /// How the files of -d are named [default: `{date}_{id}`]
    ///
    /// A path within DIR, to which the format's extension is added. It holds {id}, and as you like {date}, {year},
    /// {month}, {day} and {time} of its creation in UTC, {channel} and {source}.
    #[arg(
        long,
        value_name = "TEMPLATE",
        requires = "output_dir",
        conflicts_with = "output"
    )]
    pub name: Option<NameTemplate>,

    /// A template of your own for transcripts, in Jinja's language (see the README)
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,

    /// The time zone of transcripts, and of a WHEN without offset: `local`, `utc` or a name like Europe/Oslo
    #[arg(long, value_name = "ZONE", default_value = "local")]
    pub timezone: Zone,

    /// How transcripts show a time, as strftime has it [default: "%Y-%m-%d %H:%M:%S %:z"]
    #[arg(long, value_name = "STRFTIME", value_parser = time::check_format)]
    pub time_format: Option<String>,

    /// Leave the vendor's own records out
    #[arg(long)]
    pub no_raw: bool,

    /// What one form only has.
    #[command(flatten)]
    pub form: FormArgs,
}

impl OutputArgs {
    /// Whether the data goes to stdout.
    #[must_use]
    pub fn is_stdout(&self) -> bool {
        self.output_dir.is_none()
            && self
                .output
                .as_deref()
                .is_none_or(|path| path == Path::new("-"))
    }

    /// Where the data goes, as a state remembers it.
    fn place(&self) -> Value {
        let path = self
            .output_dir
            .as_ref()
            .or(self.output.as_ref().filter(|_| !self.is_stdout()));
        match path {
            Some(path) => json!(std::path::absolute(path).unwrap_or_else(|_| path.clone())),
            None => json!("-"),
        }
    }

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

    /// The access token, where a tap's config has it.
    #[arg(skip)]
    pub token: Option<Secret>,

    /// How often a request that failed is tried again; waiting for a rate limit does not count
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub retries: u32,

    /// How long to wait for a connection, and for the next bytes of an answer
    #[arg(long, value_name = "SECONDS", default_value = "30", allow_negative_numbers = true, value_parser = seconds)]
    pub timeout: Duration,
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

fn mebibytes(text: &str) -> Result<usize, String> {
    let size = text
        .parse::<usize>()
        .ok()
        .filter(|mib| (1..=usize::MAX >> 21).contains(mib));
    size.map(|mib| mib << 20)
        .ok_or_else(|| "expected a number of MiB, 1 or more".to_owned())
}
