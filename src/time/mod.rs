//! Points in time: parsing what people and vendors write, and showing it. The only file that knows chrono.

mod rfc3339_fast;
mod when;

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, bail};
use chrono::{
    DateTime, Local, NaiveDate, NaiveDateTime, SecondsFormat, SubsecRound, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use when::{Span, When};

/// How a time is written in a transcript when `--time-format` says nothing else.
pub const DEFAULT_FORMAT: &str = "%Y-%m-%d %H:%M:%S %:z";

/// A moment, in UTC, to the microsecond. Its JSON is RFC 3339 with six digits and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// Reads the clock.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now())
    }

    /// So long before.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0 - span.0)
    }

    /// How long ago, in whole days.
    #[must_use]
    pub fn days_ago(self) -> i64 {
        (Utc::now() - self.0).num_days()
    }

    /// What `take` makes of its form in JSON: RFC 3339 with six digits and `Z`.
    pub fn in_json<T>(self, take: impl FnOnce(&str) -> T) -> T {
        let text = rfc3339_fast::write(self.0);
        match text.as_ref().map(|text| str::from_utf8(text)) {
            Some(Ok(text)) => take(text),
            _ => take(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true)),
        }
    }

    /// The shortest exact RFC 3339 form in UTC, as query parameters want it.
    #[must_use]
    pub fn to_query(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// The second it lies in, with an offset, as boost.ai writes times.
    #[must_use]
    pub fn to_whole_second(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// The second at or after it, as [`Self::to_whole_second`] writes it: the end of a range that leaves nothing out.
    #[must_use]
    pub fn to_next_second(self) -> String {
        let up = TimeDelta::seconds(1) - TimeDelta::nanoseconds(1);
        Self(self.0.checked_add_signed(up).unwrap_or(self.0)).to_whole_second()
    }

    /// The moments that cut the time from here to `until` into at most so many equal windows of an hour or more, at
    /// whole seconds; with both ends.
    #[must_use]
    pub fn cut(self, until: Self, windows: u16) -> Vec<Self> {
        let seconds = (until.0 - self.0).num_seconds();
        let windows = i64::from(windows).min(seconds / 3600).max(1);
        let edge = |index| Self(self.0 + TimeDelta::seconds(seconds / windows * index));
        (0..windows).map(edge).chain([until]).collect()
    }

    /// The day in UTC, `2026-11-01`: the same on every machine, so that file names do not depend on a time zone.
    #[must_use]
    pub fn utc_date(self) -> String {
        self.utc("%Y-%m-%d")
    }

    /// In UTC, by a strftime format that is known to be one.
    #[must_use]
    pub fn utc(self, format: &'static str) -> String {
        self.0.format(format).to_string()
    }
}

impl FromStr for Timestamp {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(time) = rfc3339_fast::read(text) {
            return Ok(Self(time));
        }
        let time = DateTime::parse_from_rfc3339(text)?.with_timezone(&Utc);
        Ok(Self(time.trunc_subsecs(6)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_json(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is not an RFC 3339 time")))
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A moment in UTC, to the microsecond.",
            "type": "string",
            "format": "date-time",
            "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$",
        })
    }
}

/// The time zone that times are read and shown in: `local`, `utc` or a name of the IANA database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The machine's own.
    #[default]
    Local,
    /// One of the IANA database; UTC is one of them.
    Named(Tz),
}

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Named(Tz::UTC);

    /// The moment a wall clock in this zone shows `wall`. A time that a clock change skips is moved an hour on;
    /// of one that comes twice the first is taken.
    fn at(self, wall: NaiveDateTime) -> Result<Timestamp> {
        let find = |wall| match self {
            Self::Local => Local
                .from_local_datetime(&wall)
                .earliest()
                .map(|t| t.to_utc()),
            Self::Named(tz) => tz.from_local_datetime(&wall).earliest().map(|t| t.to_utc()),
        };
        find(wall)
            .or_else(|| find(wall.checked_add_signed(TimeDelta::hours(1))?))
            .map(Timestamp)
            .with_context(|| format!("{wall} does not exist in the time zone"))
    }

    /// The day on a calendar in this zone.
    fn date(self, time: Timestamp) -> NaiveDate {
        match self {
            Self::Local => time.0.with_timezone(&Local).date_naive(),
            Self::Named(tz) => time.0.with_timezone(&tz).date_naive(),
        }
    }
}

impl Serialize for Zone {
    /// Its name; null for the machine's own.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Local => serializer.serialize_none(),
            Self::Named(zone) => serializer.serialize_str(zone.name()),
        }
    }
}

impl FromStr for Zone {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.to_ascii_lowercase().as_str() {
            "local" => Ok(Self::Local),
            "utc" => Ok(Self::Named(Tz::UTC)),
            _ => text.parse().map(Self::Named).map_err(|_| {
                anyhow!("no such time zone: give `local`, `utc` or a name such as Europe/Oslo")
            }),
        }
    }
}

/// A day of the calendar; shown as `2026-11-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(NaiveDate);

impl Day {
    /// How many days lie between an earlier day and this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// How times are shown: where, and by which strftime format.
#[derive(Clone, Debug)]
pub struct TimeStyle {
    zone: Zone,
    format: String,
}

impl TimeStyle {
    /// A style whose format has been tried.
    ///
    /// # Errors
    /// When chrono cannot write by this format.
    pub fn new(zone: Zone, format: &str) -> Result<Self> {
        let format = format.to_owned();
        let style = Self { zone, format };
        if style
            .try_show(Timestamp::now())
            .is_none_or(|shown| shown.trim().is_empty())
        {
            bail!(
                "not a strftime format: it shows nothing, or has a % that is unknown (a plain % is written %%)"
            );
        }
        Ok(style)
    }

    /// Shows a moment.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        self.try_show(time).unwrap_or_default()
    }

    /// The day a moment falls on, where times are shown.
    #[must_use]
    pub fn day(&self, time: Timestamp) -> Day {
        Day(self.zone.date(time))
    }

    fn try_show(&self, time: Timestamp) -> Option<String> {
        let mut shown = String::new();
        match self.zone {
            Zone::Local => write!(
                shown,
                "{}",
                time.0.with_timezone(&Local).format(&self.format)
            ),
            Zone::Named(tz) => write!(shown, "{}", time.0.with_timezone(&tz).format(&self.format)),
        }
        .ok()?;
        Some(shown)
    }
}

/// Checks a `--time-format` before anything is written with it.
///
/// # Errors
/// As [`TimeStyle::new`].
pub fn check_format(format: &str) -> Result<String> {
    TimeStyle::new(Zone::Local, format).map(|style| style.format)
}

/// Seconds from now until the date of an HTTP header such as `Retry-After`, 0 when it has passed.
#[must_use]
pub fn seconds_until_http_date(text: &str) -> Option<f64> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    let left = date.with_timezone(&Utc) - Utc::now();
    Some(left.to_std().map_or(0.0, |left| left.as_secs_f64()))
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
        for odd in ["+76761-06-01", "-0001-06-01", "9999-12-31T23:30:00-01:00"] {
            let when: When = odd.parse().unwrap();
            assert!(
                when.resolve(Zone::Named(Tz::UTC), Timestamp::now())
                    .is_err(),
                "{odd}"
            );
        }
        for format in ["%Y-%Q", "%#z", "", "%"] {
            assert!(check_format(format).is_err(), "{format}");
        }
    }
}
