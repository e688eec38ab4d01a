//! A point in time.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rfc3339_fast;
use super::span::Span;

/// A point in time, in UTC, to the microsecond. Its JSON is RFC 3339 with microseconds and `Z`.
///
/// Its year is 0 to 9999, since RFC 3339 can write no other (section 5.6). So what is written can be read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub(super) DateTime<Utc>);

/// The first microsecond of the year 0.
const FIRST: DateTime<Utc> = DateTime::from_timestamp(-62_167_219_200, 0).unwrap();

/// The last microsecond of the year 9999.
const LAST: DateTime<Utc> = DateTime::from_timestamp(253_402_300_799, 999_999_000).unwrap();

/// Why a text is no [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// It is no RFC 3339 time.
    Format,
    /// It is a time, but its year in UTC is before 0 or after 9999.
    Year,
}

impl Timestamp {
    /// The time of chrono, to the microsecond.
    ///
    /// # Errors
    /// [`TimeError::Year`].
    pub(super) fn new(time: DateTime<Utc>) -> Result<Self, TimeError> {
        let time = time.trunc_subsecs(6);
        let in_range = (FIRST..=LAST).contains(&time);
        in_range.then_some(Self(time)).ok_or(TimeError::Year)
    }

    /// Reads the clock.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now())
    }

    /// The time that is `span` earlier, or the first one.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self((self.0 - span.0).max(FIRST))
    }

    /// The time that is `span` later, or the last one.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self((self.0 + span.0).min(LAST))
    }

    /// How far two times are apart.
    #[must_use]
    pub fn distance(self, other: Self) -> Span {
        Span((self.0 - other.0).abs())
    }

    /// How many whole days ago this was.
    #[must_use]
    pub fn days_ago(self) -> i64 {
        (Utc::now() - self.0).num_days()
    }

    /// Seconds since 1970.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "exact to a microsecond for 285 years"
    )]
    pub fn epoch_seconds(self) -> f64 {
        self.0.timestamp_micros() as f64 / 1e6
    }

    /// Calls `take` with the time as it is written in JSON: RFC 3339 with microseconds and `Z`.
    pub fn in_json<T>(self, take: impl FnOnce(&str) -> T) -> T {
        let text = rfc3339_fast::write(self.0);
        match text.as_ref().map(|text| str::from_utf8(text)) {
            Some(Ok(text)) => take(text),
            _ => take(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true)),
        }
    }

    /// Writes the time as a JSON string.
    pub fn write_json(self, out: &mut Vec<u8>) {
        // It needs no escapes.
        out.push(b'"');
        self.in_json(|text| out.extend_from_slice(text.as_bytes()));
        out.push(b'"');
    }

    /// The milliseconds since 1970 in UTC, as `JavaScript` counts.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.timestamp_millis()
    }

    /// The shortest exact RFC 3339 text in UTC, for query parameters.
    #[must_use]
    pub fn to_query(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// RFC 3339 with an offset, rounded down to a whole second, as boost.ai writes times.
    #[must_use]
    pub fn to_whole_second(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::Secs, false)
    }

    /// The same as [`Self::to_whole_second`], but rounded up. A range that ends there leaves nothing out.
    #[must_use]
    pub fn to_next_second(self) -> String {
        let up = TimeDelta::seconds(1) - TimeDelta::nanoseconds(1);
        Self((self.0 + up).min(LAST)).to_whole_second()
    }

    /// Divides the time from here to `until` into at most `windows` windows of equal length, each an hour or longer.
    /// Returns the edges of the windows, with both ends. They are a whole number of seconds apart.
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

    /// The time in UTC, in a strftime format that must be valid.
    #[must_use]
    pub fn utc(self, format: &'static str) -> String {
        self.0.format(format).to_string()
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;

    fn from_str(text: &str) -> Result<Self, TimeError> {
        if let Some(time) = rfc3339_fast::read(text) {
            return Self::new(time);
        }
        match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Self::new(time.to_utc()),
            Err(_) if has_expanded_year(text) => Err(TimeError::Year),
            Err(_) => Err(TimeError::Format),
        }
    }
}

/// Whether it is a time with a sign and another year than RFC 3339 can write, such as JavaScript's
/// `+010000-01-01T00:00:00.000Z` (ISO 8601, expanded years).
fn has_expanded_year(text: &str) -> bool {
    let Some((sign, unsigned)) = text.split_at_checked(1) else {
        return false;
    };
    let (year, rest) = unsigned.split_at(unsigned.find('-').unwrap_or(unsigned.len()));
    let is_outside = match (sign, year.parse::<u32>()) {
        ("+", Ok(year)) => year > 9999,
        ("-", Ok(year)) => year > 0,
        _ => false,
    };
    // A leap year has every day that there can be.
    is_outside && DateTime::parse_from_rfc3339(&format!("2000{rest}")).is_ok()
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "it is not an RFC 3339 time",
            Self::Year => "its year, in UTC, is not one of 0000 to 9999",
        })
    }
}

impl std::error::Error for TimeError {}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_json(|text| serializer.serialize_str(text))
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| no_time(&text))
    }
}

/// Reads a time that a vendor must give. One whose year RFC 3339 cannot write is `None`, as in a field that may be
/// missing: its record is worth more than its time.
///
/// # Errors
/// When it is no time.
pub fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    match text.parse() {
        Ok(time) => Ok(Some(time)),
        Err(TimeError::Year) => Ok(None),
        Err(TimeError::Format) => Err(no_time(&text)),
    }
}

fn no_time<E: serde::de::Error>(text: &str) -> E {
    E::custom(format!("`{text}` is not an RFC 3339 time"))
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

/// Reads the date in an HTTP header such as `Date`. Returns `None` when the text is not a date.
#[must_use]
pub fn from_http_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Timestamp::new(date.to_utc()).ok()
}

/// Seconds from now until the date in an HTTP header such as `Retry-After`, 0 when it has passed. Returns `None` when
/// the text is not a date.
#[must_use]
pub fn seconds_until_http_date(text: &str) -> Option<f64> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    let left = date.with_timezone(&Utc) - Utc::now();
    Some(left.to_std().map_or(0.0, |left| left.as_secs_f64()))
}
