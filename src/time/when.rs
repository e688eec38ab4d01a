//! Times and lengths of time as people write them on the command line.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail, ensure};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Serialize, Serializer};

use super::{Timestamp, Zone};

/// A WHEN of the command line, not yet bound to a clock and a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The moment the program started.
    Now,
    /// So long before now.
    Ago(Span),
    /// Midnight, so many days before today.
    DaysBack(u64),
    /// A wall clock reading without an offset.
    Wall(NaiveDateTime),
    /// A time with its offset.
    Exact(Timestamp),
}

impl When {
    /// Binds it to the clock and the time zone.
    ///
    /// # Errors
    /// When the result falls outside the calendar.
    pub fn resolve(self, zone: Zone, now: Timestamp) -> Result<Timestamp> {
        let time = self.bind(zone, now)?;
        // RFC 3339 has no other years, and so neither vendors nor states.
        ensure!(
            (0..10_000).contains(&time.0.year()),
            "the year has to have four digits"
        );
        Ok(time)
    }

    fn bind(self, zone: Zone, now: Timestamp) -> Result<Timestamp> {
        let out_of_range = || anyhow!("that is too long ago");
        let known = |time: DateTime<Utc>| (time >= DateTime::UNIX_EPOCH).then_some(Timestamp(time));
        match self {
            Self::Now => Ok(now),
            Self::Exact(time) => Ok(time),
            Self::Wall(wall) => zone.at(wall),
            Self::Ago(span) => {
                let time = now.0.checked_sub_signed(span.0);
                time.and_then(known).ok_or_else(out_of_range)
            }
            Self::DaysBack(days) => {
                let day = zone
                    .date(now)
                    .checked_sub_days(Days::new(days))
                    .ok_or_else(out_of_range)?;
                zone.at(day.and_time(NaiveTime::MIN))
            }
        }
    }
}

impl Serialize for When {
    /// As the command line would have it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Now => serializer.serialize_str("now"),
            Self::Ago(span) => serializer.collect_str(&format_args!("{}s", span.0.num_seconds())),
            Self::DaysBack(days) => {
                serializer.collect_str(&format_args!("midnight {days} days back"))
            }
            Self::Wall(wall) => serializer.collect_str(wall),
            Self::Exact(time) => time.serialize(serializer),
        }
    }
}

impl FromStr for When {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "now" => return Ok(Self::Now),
            "today" => return Ok(Self::DaysBack(0)),
            "yesterday" => return Ok(Self::DaysBack(1)),
            _ => {}
        }
        if let Ok(time) = text.parse() {
            return Ok(Self::Exact(time));
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Ok(Self::Wall(date.and_time(NaiveTime::MIN)));
        }
        for format in [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%dT%H:%M",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
        ] {
            if let Ok(wall) = NaiveDateTime::parse_from_str(text, format) {
                return Ok(Self::Wall(wall));
            }
        }
        text.parse().map(Self::Ago).context(
            "expected a date (2026-11-01), a time (2026-11-01T08:00:00+01:00), an age (30m, 24h, 7d, 2w), \
             today, yesterday or now",
        )
    }
}

/// A length of time: `90s`, `30m`, `24h`, `7d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub(super) TimeDelta);

impl Span {
    /// So many days.
    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self(TimeDelta::days(days))
    }

    /// So many hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(TimeDelta::hours(hours))
    }

    /// As the standard library counts.
    #[must_use]
    pub fn to_std(self) -> Duration {
        self.0.to_std().unwrap_or_default()
    }
}

impl FromStr for Span {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        const EXPECTED: &str = "expected a length of time such as 90s, 30m, 24h, 7d or 2w";
        let unit = text.chars().last().context(EXPECTED)?;
        let number = text[..text.len() - unit.len_utf8()].parse().ok();
        let number = number
            .filter(|number: &i64| *number >= 0)
            .context(EXPECTED)?;
        let span = match unit {
            's' => TimeDelta::try_seconds(number),
            'm' => TimeDelta::try_minutes(number),
            'h' => TimeDelta::try_hours(number),
            'd' => TimeDelta::try_days(number),
            'w' => TimeDelta::try_weeks(number),
            _ => bail!(EXPECTED),
        };
        span.filter(|span| *span <= TimeDelta::days(36_500))
            .map(Self)
            .context("that is too long")
    }
}
