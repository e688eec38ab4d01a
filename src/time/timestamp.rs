//! A point in time.

use std::borrow::Cow;
use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rfc3339_fast;
use super::span::Span;

/// A point in time, in UTC, to the microsecond. Its JSON is RFC 3339 with microseconds and `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub(super) DateTime<Utc>);

impl Timestamp {
    /// Reads the clock.
    #[must_use]
    pub fn now() -> Self {
        Self(Utc::now())
    }

    /// The time that is `span` earlier.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0 - span.0)
    }

    /// The time that is `span` later.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0 + span.0)
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

    /// Calls `take` with the time as it is written in JSON: RFC 3339 with microseconds and `Z`.
    pub fn in_json<T>(self, take: impl FnOnce(&str) -> T) -> T {
        let text = rfc3339_fast::write(self.0);
        match text.as_ref().map(|text| str::from_utf8(text)) {
            Some(Ok(text)) => take(text),
            _ => take(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true)),
        }
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
        Self(self.0.checked_add_signed(up).unwrap_or(self.0)).to_whole_second()
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

/// Reads the date in an HTTP header such as `Date`. Returns `None` when the text is not a date.
#[must_use]
pub fn from_http_date(text: &str) -> Option<Timestamp> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp(date.with_timezone(&Utc)))
}

/// Seconds from now until the date in an HTTP header such as `Retry-After`, 0 when it has passed. Returns `None` when
/// the text is not a date.
#[must_use]
pub fn seconds_until_http_date(text: &str) -> Option<f64> {
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    let left = date.with_timezone(&Utc) - Utc::now();
    Some(left.to_std().map_or(0.0, |left| left.as_secs_f64()))
}
