//! The flags that select conversations.

use std::str::FromStr;

use anyhow::{Result, bail};
use clap::builder::NonEmptyStringValueParser;
use clap::{Arg, Args};
use serde::{Serialize, Serializer};

use super::ids;
use super::values::from_1;
use crate::archive::Changed;
use crate::source::Selection;
use crate::source::botpress::Tickets;
use crate::time::{Timestamp, When, Zone};
use crate::usage::usage;

/// Which conversations to export.
#[derive(Debug, Default, Args, Serialize)]
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

    /// Only this conversation (repeatable; `@FILE` and `-` read ids)
    ///
    /// `-` is stdin. A list has one id per line, or JSON lines with an `id`.
    #[arg(long, value_name = "ID", value_parser = NonEmptyStringValueParser::new())]
    pub conversation: Vec<String>,

    /// At most N conversations, the newest
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = from_1::<u64>)]
    pub limit: Option<u64>,
}

/// The flag for conversations that are active, of the commands that know when messages were sent.
#[derive(Debug, Default, Args, Serialize)]
#[command(next_help_heading = "Selection")]
pub struct ActiveArgs {
    /// Only conversations with a message at or after WHEN
    ///
    /// They come whole, however long ago they were created.
    #[arg(long, value_name = "WHEN")]
    pub active_since: Option<When>,
}

impl ActiveArgs {
    /// Adds the flag to a selection.
    ///
    /// # Errors
    /// A usage error for a time outside the calendar.
    pub fn narrow(&self, selection: Selection, zone: Zone) -> Result<Selection> {
        let time = self
            .active_since
            .map(|when| when.resolve(zone, selection.now));
        let active_since = time.transpose();
        let active_since = active_since.map_err(|error| usage!("--active-since: {error}"))?;
        Ok(Selection {
            active_since,
            ..selection
        })
    }
}

/// Gives `--since` another meaning. The explanation of a WHEN stays.
pub fn since(arg: Arg, help: &str) -> Arg {
    let explained = arg.get_long_help().map(ToString::to_string);
    let explained = explained.unwrap_or_default();
    let when = explained.split_once("\n\n").map_or("", |(_, when)| when);
    let long = format!("{help}\n\n{when}");
    arg.help(help.to_owned()).long_help(long)
}

impl SelectArgs {
    /// The selection, with its range resolved and lists of ids read. `stdin` says what else is read from stdin.
    ///
    /// # Errors
    /// A usage error for a range that is empty or outside the calendar, and when stdin is asked for twice; else when a
    /// list of ids cannot be read.
    pub fn resolve(
        &self,
        zone: Zone,
        now: Timestamp,
        keep_raw: bool,
        stdin: Option<&str>,
    ) -> Result<Selection> {
        let (since, until) = self.range(zone, now)?;
        Ok(Selection {
            since,
            until,
            active_since: None,
            now,
            ids: ids::read(&self.conversation, stdin)?,
            limit: self.limit.unwrap_or(u64::MAX),
            keep_raw,
            tickets: Tickets::default(),
        })
    }

    /// The half-open range `[since, until)`.
    fn range(&self, zone: Zone, now: Timestamp) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
        let resolve = |flag, when: Option<When>| {
            let time = when.map(|when| when.resolve(zone, now)).transpose();
            time.map_err(|error| usage!("{flag}: {error}"))
        };
        let (since, until) = (
            resolve("--since", self.since)?,
            resolve("--until", self.until)?,
        );
        let bounds = since.zip(until);
        if bounds.is_some_and(|(since, until)| since >= until) {
            bail!(usage!(
                "--since is not before --until, so nothing can be in between"
            ));
        }
        Ok((since, until))
    }
}

/// A run of an archive, by its number or its time.
#[derive(Clone, Copy, Debug)]
pub enum ChangedSince {
    /// The number of a run.
    Run(i64),
    /// When a run began.
    When(When),
}

impl ChangedSince {
    /// The run, with its time resolved.
    ///
    /// # Errors
    /// A usage error for a time outside the calendar.
    pub fn resolve(self, zone: Zone, now: Timestamp) -> Result<Changed> {
        match self {
            Self::Run(run) => Ok(Changed::Since(run)),
            Self::When(when) => match when.resolve(zone, now) {
                Ok(time) => Ok(Changed::SinceTime(time)),
                Err(error) => bail!(usage!("--changed-since: {error}")),
            },
        }
    }
}

impl FromStr for ChangedSince {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.parse() {
            Ok(run) => Ok(Self::Run(run)),
            Err(_) => text.parse().map(Self::When),
        }
    }
}

impl Serialize for ChangedSince {
    /// Writes it much as on the command line.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Run(run) => run.serialize(serializer),
            Self::When(when) => when.serialize(serializer),
        }
    }
}
