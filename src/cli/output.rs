//! The flags of the output: where it goes, and in which format.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueHint};
use serde::Serialize;
use serde_json::Value;

use super::asked::{self, asked};
use super::format::FormatArgs;
use super::redact::RedactArgs;
use super::settings::Memory;
use super::values::ZoneParser;
use crate::format::singer::Catalog;
use crate::format::{self, Format, RowKind, Template};
use crate::model::Vendor;
use crate::redact;
use crate::sink::{self, NameTemplate, Target};
use crate::source::botpress::Tickets;
use crate::time::{self, TimeStyle, Zone};
use crate::usage::{UsageError, usage};

/// Where the export goes, and its format.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The format [default: by the extension of -o, else text]
    #[arg(short, long, value_enum)]
    pub format: Option<Format>,

    /// Write to a file (`-` is stdout, the default; `.gz` compresses)
    ///
    /// It appears under its name when it is complete.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "output_dir")]
    #[serde(serialize_with = "asked::absolute")]
    pub output: Option<PathBuf>,

    /// Let an export without any conversation replace a file that has some
    ///
    /// Without it that file stays, the empty export stays as FILE.partial, and the exit code is 1. With --archive, a night
    /// without news is such an export.
    #[arg(
        long,
        requires = "output",
        conflicts_with = "output_dir",
        hide_short_help = true,
        help_heading = "Output details"
    )]
    pub allow_empty: bool,

    /// Write one file per conversation into a folder
    ///
    /// It is named `DATE_ID.EXT` by its day of creation in UTC, or by --name.
    #[arg(short = 'd', long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    #[serde(serialize_with = "asked::absolute")]
    pub output_dir: Option<PathBuf>,

    /// How the files of -d are named [default: `{date}_{id}`]
    ///
    /// A path within DIR, to which the format's extension is added. It contains {id}, and may contain {date}, {year},
    /// {month}, {day} and {time} of its creation in UTC, {channel} and {source}.
    #[arg(
        long,
        value_name = "TEMPLATE",
        requires = "output_dir",
        conflicts_with = "output",
        hide_short_help = true,
        help_heading = "Output details"
    )]
    pub name: Option<NameTemplate>,

    /// A template of your own for transcripts, in Jinja's language (see docs/templates.md)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, hide_short_help = true, help_heading = "Output details")]
    #[serde(serialize_with = "asked::path")]
    pub template: Option<PathBuf>,

    /// The time zone, such as Europe/Oslo or `utc`
    ///
    /// It is for transcripts, csv and xlsx, and for a WHEN without offset. `local` is this machine's.
    #[arg(long, value_name = "ZONE", default_value = "local", value_parser = ZoneParser, hide_possible_values = true)]
    pub timezone: Zone,

    /// How transcripts and csv show a time, in the notation of strftime [default: "%Y-%m-%d %H:%M:%S %:z", in a csv
    /// without the offset]
    #[arg(long, value_name = "STRFTIME", value_parser = time::check_format, hide_short_help = true, help_heading = "Output details")]
    pub time_format: Option<String>,

    /// Leave the vendor's own records out
    #[arg(long, hide_short_help = true, help_heading = "Output details")]
    pub no_raw: bool,

    /// What belongs to one format.
    #[command(flatten)]
    #[serde(flatten)]
    pub of_format: FormatArgs,

    /// What is taken out.
    #[command(flatten)]
    #[serde(flatten)]
    pub redact: RedactArgs,
}

/// What becomes of the tickets of human agents.
///
/// # Errors
/// A usage error with an archive, which keeps both sides of a handover.
pub fn tickets(asked: Option<Tickets>, memory: &Memory) -> Result<Tickets, UsageError> {
    let asked = asked.unwrap_or_default();
    match memory {
        Memory::Archive(options) if asked != Tickets::Include => Err(usage!(
            "--tickets: an archive keeps both sides of a handover; give it to `convexport render {}` instead",
            options.path.display()
        )),
        _ => Ok(asked),
    }
}

impl OutputArgs {
    /// Whether the data goes to stdout.
    pub fn is_stdout(&self) -> bool {
        let output = self.output.as_deref();
        self.output_dir.is_none() && output.is_none_or(|path| path == Path::new("-"))
    }

    /// Where the data goes.
    pub fn target(&self) -> Target {
        match (&self.output_dir, &self.output) {
            (Some(path), _) => Target::Folder {
                path: path.clone(),
                name: self.name.clone().unwrap_or_default(),
            },
            (None, Some(path)) if path != Path::new("-") => match &self.of_format.split {
                Some(split) => Target::Split {
                    path: path.clone(),
                    split: split.clone(),
                },
                None => Target::File(path.clone()),
            },
            _ => Target::Stdout,
        }
    }

    /// The files that the flags read.
    pub fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        self.template.iter().chain(self.redact.inputs()).cloned()
    }

    /// Whether the vendor's records have to be kept: to be written, or to learn from them what is personal or what a
    /// column tells. `vendor` is the only one whose conversations come, if that is known.
    pub fn needs_raw(&self, format: Format, vendor: Option<Vendor>, memory: &Memory) -> bool {
        let is_read = match format {
            _ if matches!(memory, Memory::Archive(_)) || self.template.is_some() => true,
            Format::Text | Format::Markdown | Format::Chat => false,
            // The page shows the cards of Botpress's messages.
            Format::Html => vendor != Some(Vendor::Boost),
            Format::Csv => self.of_format.rows == Some(RowKind::Conversations),
            _ => true,
        };
        (is_read && !self.no_raw) || self.redact.redact.is_some()
    }

    /// What personal data is taken out of the output.
    ///
    /// # Errors
    /// A usage error for flags that do not go together, or a file that cannot be used.
    pub fn redaction(&self, memory: &Memory) -> Result<Option<redact::Options>> {
        if self.no_raw && self.redact.redact_raw {
            bail!(usage!(
                "--redact-raw and --no-raw: the vendor's records are either redacted or left out"
            ));
        }
        self.redact
            .resolve(memory, self.is_named(), self.output_dir.is_some())
    }

    /// Whether a flag asks for an output.
    pub fn is_named(&self) -> bool {
        let place = self.output.is_some() || self.output_dir.is_some();
        place || self.format.is_some() || self.template.is_some()
    }

    /// How the files of a mirror are named and written, but for what is in a template. When it changes, all of them are
    /// written again.
    pub fn mirror(&self) -> Value {
        let mut asked = asked("mirror", self);
        if let Some(asked) = asked.as_object_mut() {
            asked.remove("output_dir");
            asked.insert("version".to_owned(), env!("CARGO_PKG_VERSION").into());
        }
        asked
    }

    /// Where the data goes, and whether its files are `hashed` for a summary. `None` when it goes to an archive alone.
    pub fn sink(&self, memory: &Memory, hashed: bool) -> Option<sink::Options> {
        let is_wanted = self.is_named() || !matches!(memory, Memory::Archive(_));
        is_wanted.then(|| sink::Options {
            target: self.target(),
            hashed,
            allow_empty: self.allow_empty,
        })
    }

    /// The format: by `--format`, else by the output's extension, else text.
    ///
    /// # Errors
    /// A usage error for a flag that the format cannot honour, or an extension that promises another format.
    pub fn format(&self) -> Result<Format, UsageError> {
        let format = match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => Format::of_path(path)?,
            (None, None) => Format::Text,
        };
        let zstd = |path: &&Path| {
            let extension = path.extension();
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case("zst"))
        };
        if let Some(path) = self.output.as_deref().filter(zstd) {
            return Err(usage!(
                "{}: only gzip compresses here: give a name with .gz",
                path.display()
            ));
        }
        self.check_honoured(format)?;
        Ok(format)
    }

    /// How times are shown to people in a format.
    ///
    /// # Errors
    /// When the format of the times cannot be used.
    pub fn time_style(&self, format: Format) -> Result<TimeStyle> {
        let default = match format {
            Format::Csv => time::SPREADSHEET_FORMAT,
            _ => time::DEFAULT_FORMAT,
        };
        let pattern = self.time_format.as_deref();
        TimeStyle::new(self.timezone, pattern.unwrap_or(default))
    }

    /// The format with everything that can be set about it. A template is read and tried.
    ///
    /// # Errors
    /// When the template cannot be read or used.
    pub fn format_options(&self, format: Format) -> Result<format::Options> {
        let times = self.time_style(format)?;
        let read = |path: &PathBuf| {
            let name = path.display().to_string();
            let text = fs::read_to_string(path)
                .with_context(|| format!("could not read the template {name}"))?;
            Template::new(name, text, times.clone())
        };
        Ok(format::Options {
            format,
            template: self.template.as_ref().map(read).transpose()?,
            times,
            excel: self.of_format.excel,
            rows: self.of_format.rows.unwrap_or_default(),
            system: self.of_format.system.clone(),
            agent_as: self.of_format.agent_as.unwrap_or_default(),
            chat_media: self.of_format.chat_media.unwrap_or_default(),
            catalog: Catalog::everything(),
            remote_media: self.of_format.remote_media,
            local_media: false,
            asked: Value::Null,
        })
    }
}
