//! Times and durations as people write them on the command line.

use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Serialize, Serializer};

use super::span::Span;
use super::timestamp::{TimeError, Timestamp};
use super::zone::Zone;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A WHEN of the command line. It becomes a time only with a clock and a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// When the program started.
    Now,
    /// This long before now.
    Ago(Span),
    /// Midnight, this many days before today.
    DaysBack(u64),
    /// A date and time without an offset.
    Wall(NaiveDateTime),
    /// A time with its offset.
    Exact(Timestamp),
}

impl When {
    /// The time that this means in `zone`, when the clock shows `now`.
    ///
    /// # Errors
    /// When the result falls outside the calendar.
    pub fn resolve(self, zone: Zone, now: Timestamp) -> Result<Timestamp> {
        let out_of_range = || anyhow!("that is too long ago");
        let is_known = |time: &DateTime<Utc>| *time >= DateTime::UNIX_EPOCH;
        match self {
            Self::Now => Ok(now),
            Self::Exact(time) => Ok(time),
            Self::Wall(wall) => zone.at(wall),
            Self::Ago(span) => {
                let time = now.0.checked_sub_signed(span.0);
                let time = time.filter(is_known).ok_or_else(out_of_range)?;
                Ok(Timestamp::new(time)?)
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
    /// Writes it much as on the command line.
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
        match text.parse() {
            Ok(time) => return Ok(Self::Exact(time)),
            Err(error @ TimeError::Year) => return Err(error.into()),
            Err(TimeError::Format) => {}
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
        if let Some(why) = no_such_day(text) {
            bail!(why);
        }
        text.parse().map(Self::Ago).context(
            "expected a date (2026-11-01), a time (2026-11-01T08:00:00+01:00), an age (30m, 24h, 7d, 2w), \
             today, yesterday or now",
        )
    }
}

/// What is wrong with a text that begins like a date and is none. The calendar may lack the day or the month.
fn no_such_day(text: &str) -> Option<String> {
    let date = text.get(..10)?;
    let (year, rest) = date.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let number = |part: &str| part.parse::<u32>().ok();
    let (year, month, day) = (number(year)?, number(month)?, number(day)?);
    let Some(name) = month
        .checked_sub(1)
        .and_then(|index| MONTHS.get(index as usize))
    else {
        return Some(format!("there is no month {month}"));
    };
    let year = i32::try_from(year).ok()?;
    let is_missing = NaiveDate::from_ymd_opt(year, month, day).is_none();
    is_missing.then(|| format!("there is no {name} {day} in {year}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(when: &str, zone: &str) -> String {
        let now = "2026-11-21T23:30:00Z".parse().unwrap();
        let when: When = when.parse().unwrap();
        when.resolve(zone.parse().unwrap(), now).unwrap().to_query()
    }

    #[test]
    fn when_is_read_in_the_zone() {
        assert_eq!(resolve("2026-11-01", "utc"), "2026-11-01T00:00:00Z");
        assert_eq!(resolve("2026-11-01", "Europe/Oslo"), "2026-10-31T23:00:00Z");
        assert_eq!(
            resolve("2026-11-01T08:00", "Europe/Oslo"),
            "2026-11-01T07:00:00Z"
        );
        assert_eq!(
            resolve("2026-11-01T08:00:00.25+02:00", "utc"),
            "2026-11-01T06:00:00.250Z"
        );
        assert_eq!(resolve("today", "Europe/Oslo"), "2026-11-21T23:00:00Z");
        assert_eq!(resolve("yesterday", "utc"), "2026-11-20T00:00:00Z");
        assert_eq!(resolve("24h", "utc"), "2026-11-20T23:30:00Z");
        assert_eq!(resolve("2w", "utc"), "2026-11-07T23:30:00Z");
    }

    #[test]
    fn clock_changes_have_an_answer() {
        assert_eq!(
            resolve("2026-03-29T02:30", "Europe/Oslo"),
            "2026-03-29T01:30:00Z"
        );
        assert_eq!(
            resolve("2026-10-25T02:30", "Europe/Oslo"),
            "2026-10-25T00:30:00Z"
        );
    }

    #[test]
    fn a_day_that_the_calendar_lacks_is_named() {
        let why = |text: &str| text.parse::<When>().unwrap_err().to_string();
        assert_eq!(why("2026-02-30"), "there is no February 30 in 2026");
        assert_eq!(why("2026-02-29T08:00"), "there is no February 29 in 2026");
        assert_eq!(why("2026-13-01"), "there is no month 13");
        assert!(why("2026-11-01x").starts_with("expected a date"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "d",
            "-1d",
            "5x",
            "é",
            "2026-13-01",
            "tomorrow-ish",
            "99999999999999999999d",
        ] {
            assert!(text.parse::<When>().is_err(), "{text}");
        }
        let age: When = "100y".parse().unwrap_or(When::Now);
        assert_eq!(age, When::Now);
        let age: When = "5200w".parse().unwrap();
        assert!(age.resolve(Zone::Local, Timestamp::now()).is_err());
        for odd in ["+76761-06-01", "-0001-06-01"] {
            let when: When = odd.parse().unwrap();
            assert!(when.resolve(Zone::UTC, Timestamp::now()).is_err(), "{odd}");
        }
        for odd in ["9999-12-31T23:30:00-01:00", "+010000-01-01T00:00:00.000Z"] {
            let error = odd.parse::<When>().unwrap_err().to_string();
            assert_eq!(
                error, "its year, in UTC, is not one of 0000 to 9999",
                "{odd}"
            );
        }
    }
}
