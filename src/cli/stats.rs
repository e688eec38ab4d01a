//! The flags of `convexport stats`.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum, ValueHint};

use super::console::ConsoleArgs;
use super::examples;
use super::help::Help;
use super::network::NetworkArgs;
use super::select::{ActiveArgs, SelectArgs};
use super::settings::Paths;
use super::values::{ZoneParser, mebibytes};
use crate::format;
use crate::sink::Target;
use crate::source::{SavedOptions, Selection};
use crate::stats::{self, By};
use crate::time::{Timestamp, Zone};
use crate::usage::usage;
use crate::{console, http};

/// Flags of `convexport stats`.
#[derive(Debug, Args)]
#[command(
    mut_arg("limit", |arg| arg.help("At most N conversations, the first of the file")),
    examples(examples::STATS)
)]
pub struct StatsArgs {
    /// What to read: archives, exports in json or jsonl, as they are or gzip, and folders of them (`-` is stdin)
    #[arg(value_name = "FILE|DIR|ARCHIVE|-", required = true)]
    pub inputs: Vec<PathBuf>,

    /// Which conversations.
    #[command(flatten)]
    pub select: SelectArgs,
    /// Which of them are active.
    #[command(flatten)]
    pub active: ActiveArgs,

    /// How long a period is [default: a day for up to 31 days, a week for up to 26 weeks, else a month]
    #[arg(long, value_enum, help_heading = "Output")]
    pub by: Option<By>,

    /// How the numbers are written [default: by the output's extension, else text on a terminal and json elsewhere]
    #[arg(short, long, value_enum, help_heading = "Output")]
    pub format: Option<stats::Format>,

    /// Write to a file (`-` is stdout, the default; `.gz` compresses)
    ///
    /// It appears under its name when it is complete.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub output: Option<PathBuf>,

    /// The time zone, such as Europe/Oslo or `utc`
    ///
    /// It is for days and hours, and for a WHEN without offset. `local` is this machine's.
    #[arg(
        long,
        value_name = "ZONE",
        default_value = "local",
        value_parser = ZoneParser,
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub timezone: Zone,

    /// Refuse a conversation of more than N MiB of JSON
    #[arg(long, value_name = "N", default_value = "256", value_parser = mebibytes, hide_short_help = true, help_heading = "Run")]
    pub max_element: usize,

    /// What to say meanwhile.
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// The statistics that the flags ask for.
#[derive(Debug)]
pub struct StatsSettings {
    /// What is read.
    pub source: SavedOptions,
    /// Which conversations.
    pub selection: Selection,
    /// How they are counted.
    pub counting: stats::Options,
    /// How the numbers are written.
    pub format: stats::Format,
    /// The file that is written. `None` is stdout.
    pub output: Option<PathBuf>,
    /// The network, which no saved conversation needs.
    pub http: http::Options,
    /// What to say on stderr.
    pub console: console::Options,
}

impl StatsArgs {
    /// The statistics that the flags ask for.
    ///
    /// # Errors
    /// A usage error for flags that do not go together; else when a list of ids cannot be read.
    pub fn resolve(&self) -> Result<StatsSettings> {
        let output = self.output.clone().filter(|path| path != Path::new("-"));
        let stdin = self.inputs.iter().any(|path| path == Path::new("-"));
        let stdin = stdin.then_some("the export");
        let zone = self.timezone;
        let selection = self.select.resolve(zone, Timestamp::now(), false, stdin)?;
        Ok(StatsSettings {
            source: SavedOptions {
                inputs: self.inputs.clone(),
                max_element: self.max_element,
                changed: None,
                search: None,
                media: false,
            },
            selection: self.active.narrow(selection, zone)?,
            counting: stats::Options { zone, by: self.by },
            format: self.format(output.as_deref())?,
            output,
            http: NetworkArgs::default().options(),
            console: self.console.options(),
        })
    }

    fn format(&self, output: Option<&Path>) -> Result<stats::Format> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        let Some(path) = output else {
            let terminal = io::stdout().is_terminal();
            return Ok(if terminal {
                stats::Format::Text
            } else {
                stats::Format::Json
            });
        };
        match format::Format::of_path(path)? {
            format::Format::Text => Ok(stats::Format::Text),
            format::Format::Json => Ok(stats::Format::Json),
            format::Format::Csv => Ok(stats::Format::Csv),
            other => bail!(usage!(
                "{}: stats are text, json or csv, and not {}; give -f FORMAT",
                path.display(),
                other.name()
            )),
        }
    }
}

impl StatsSettings {
    /// The files that the flags name.
    pub fn paths(&self) -> Paths {
        let file = self.output.clone().map(Target::File);
        Paths {
            summary: None,
            archive: None,
            media: None,
            target: file.unwrap_or(Target::Stdout),
            inputs: self.source.inputs.clone(),
        }
    }
}

impl ValueEnum for stats::Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json, Self::Csv]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("A table with bars"),
            Self::Json => {
                PossibleValue::new("json").help("One object (see `convexport schema stats`)")
            }
            Self::Csv => {
                PossibleValue::new("csv").help("One number per row: section, key, metric, value")
            }
        })
    }
}

impl ValueEnum for By {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Day, Self::Week, Self::Month]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Day => PossibleValue::new("day"),
            Self::Week => PossibleValue::new("week").help("From Monday to Sunday"),
            Self::Month => PossibleValue::new("month"),
        })
    }
}
