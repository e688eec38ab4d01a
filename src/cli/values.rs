//! Values of flags: parsed here, so that a wrong one is refused with its flag.

use std::ffi::OsStr;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command, Error, ValueEnum};

use crate::console::LogFormat;
use crate::format::{AgentAs, ChatMedia, Format, RowKind, Separator};
use crate::model::Role;
use crate::source::botpress::Tickets;
use crate::time::Zone;

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Text,
            Self::Markdown,
            Self::Html,
            Self::Json,
            Self::Jsonl,
            Self::Messages,
            Self::Conversations,
            Self::Csv,
            Self::Xlsx,
            Self::Chat,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let value = PossibleValue::new(self.name());
        Some(match self {
            Self::Text => value.help("Transcripts to read: `User: ...`, `Bot: ...`"),
            Self::Markdown => value
                .alias("md")
                .help("Transcripts with headings and quotations"),
            Self::Html => value.help("A page to read and search in a browser; it loads nothing"),
            Self::Json => value.help("One array of conversations"),
            Self::Jsonl => value.alias("ndjson").help("One conversation per line"),
            Self::Messages => value.help("One message per line, flat, for databases"),
            Self::Conversations => {
                value.help("One conversation per line, flat, with its metrics, for databases")
            }
            Self::Csv => value.help(
                "One message per row (or one conversation, see --rows), for spreadsheets; no text can be a formula",
            ),
            Self::Xlsx => value.help(
                "A workbook for spreadsheets, with a sheet of conversations and one of messages",
            ),
            Self::Chat => value.help("One conversation per line, to train a language model on"),
            // These have a command or a flag of their own.
            Self::Singer | Self::List => return None,
        })
    }
}

impl ValueEnum for Separator {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Comma, Self::Semicolon]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Comma => PossibleValue::new("comma").help("`,`"),
            Self::Semicolon => PossibleValue::new("semicolon").help("`;`"),
        })
    }
}

impl ValueEnum for RowKind {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Messages, Self::Conversations]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Messages => PossibleValue::new("messages").help("One message per row"),
            Self::Conversations => PossibleValue::new("conversations")
                .help("One conversation per row, with its metrics"),
        })
    }
}

impl ValueEnum for AgentAs {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Skip, Self::Assistant]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Skip => PossibleValue::new("skip").help("They are left out"),
            Self::Assistant => PossibleValue::new("assistant").help("They are the assistant's"),
        })
    }
}

impl ValueEnum for ChatMedia {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Skip, Self::Describe]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Skip => PossibleValue::new("skip").help("They are left out; their captions stay"),
            Self::Describe => {
                PossibleValue::new("describe").help("Words in brackets: `[image: its caption]`")
            }
        })
    }
}

impl ValueEnum for Tickets {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Include, Self::Skip, Self::Merge]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Include => {
                PossibleValue::new("include").help("They are conversations of their own")
            }
            Self::Skip => PossibleValue::new("skip").help("They are left out"),
            Self::Merge => PossibleValue::new("merge")
                .help("What they alone have goes into the customers' conversations"),
        })
    }
}

impl ValueEnum for Role {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for LogFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Json]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("A line for people"),
            Self::Json => PossibleValue::new("json").help("One JSON object per line"),
        })
    }
}

/// A time zone, of which shells complete the name.
#[derive(Clone)]
pub struct ZoneParser;

impl TypedValueParser for ZoneParser {
    type Value = Zone;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Zone, Error> {
        let parser = StringValueParser::new().try_map(|text| text.parse::<Zone>());
        parser.parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Zone::names().map(PossibleValue::new)))
    }
}

/// `KEY=VALUE`.
pub fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// `KEY=JSON`.
pub fn key_json(text: &str) -> Result<(String, serde_json::Value), String> {
    let (key, value) = key_value(text).map_err(|_| "expected KEY=JSON".to_owned())?;
    let value = serde_json::from_str(&value)
        .map_err(|error| format!("the value is no JSON: {error} (a text needs its quotes)"))?;
    Ok((key, value))
}

/// A number from 1.
pub fn from_1<T: FromStr + PartialOrd + From<u8> + Copy + Display>(
    text: &str,
) -> Result<T, String> {
    number_to(text, None)
}

/// A number from 1 to 64.
pub fn up_to_64(text: &str) -> Result<u16, String> {
    number_to(text, Some(64))
}

/// A number from 1 to 256.
pub fn up_to_256(text: &str) -> Result<u16, String> {
    number_to(text, Some(256))
}

fn number_to<T: FromStr + PartialOrd + From<u8> + Copy + Display>(
    text: &str,
    most: Option<T>,
) -> Result<T, String> {
    let number = text.parse().ok().filter(|number| *number >= T::from(1));
    let number = number.filter(|number| most.is_none_or(|most| *number <= most));
    number.ok_or_else(|| match most {
        Some(most) => format!("it takes a number from 1 to {most}"),
        None => "it takes a number from 1".to_owned(),
    })
}

/// A number of seconds.
pub fn seconds(text: &str) -> Result<Duration, String> {
    text.parse()
        .ok()
        .filter(|seconds| *seconds > 0.0)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds above 0".to_owned())
}

/// A number of bytes, such as `800k`, `50M` or `1.5G`.
pub fn bytes(text: &str) -> Result<u64, String> {
    let units = [('k', 1000.0), ('m', 1e6), ('g', 1e9), ('t', 1e12)];
    let unit = text.chars().next_back().map(|c| c.to_ascii_lowercase());
    let unit = units.into_iter().find(|(name, _)| Some(*name) == unit);
    let (number, unit) = match unit {
        Some((_, unit)) => (&text[..text.len() - 1], unit),
        None => (text, 1.0),
    };
    let bytes = number.parse::<f64>().ok().map(|number| number * unit);
    let bytes = bytes.filter(|bytes| (1.0..9e15).contains(bytes));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in the range"
    )]
    let whole = bytes.map(|bytes| bytes as u64);
    whole.ok_or_else(|| "expected a size, such as 800k, 50M or 1.5G".to_owned())
}

/// A number of MiB, in bytes.
pub fn mebibytes(text: &str) -> Result<usize, String> {
    let size = text
        .parse::<usize>()
        .ok()
        .filter(|mib| (1..=usize::MAX >> 21).contains(mib));
    size.map(|mib| mib << 20)
        .ok_or_else(|| "expected a number of MiB, 1 or more".to_owned())
}
