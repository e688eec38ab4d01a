//! Calendar days, and the clock on the wall.

use std::borrow::Cow;
use std::fmt;

use chrono::{Datelike, Days, NaiveDate};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A calendar day, shown as `2026-11-01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub(super) NaiveDate);

impl Day {
    /// The number of days from an earlier day to this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    /// The day that is `days` later, or the last day of the calendar.
    #[must_use]
    pub fn plus(self, days: u64) -> Self {
        let later = self.0.checked_add_days(Days::new(days));
        Self(later.unwrap_or(NaiveDate::MAX))
    }

    /// The day of the week, from 0 for Monday.
    #[must_use]
    pub fn weekday(self) -> usize {
        self.0.weekday().num_days_from_monday() as usize
    }

    /// The Monday of its week.
    #[must_use]
    pub fn monday(self) -> Self {
        let monday = self.0.checked_sub_days(Days::new(self.weekday() as u64));
        Self(monday.unwrap_or(self.0))
    }

    /// The first day of its month.
    #[must_use]
    pub fn first_of_month(self) -> Self {
        Self(self.0.with_day(1).unwrap_or(self.0))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A calendar day.",
            "type": "string",
            "format": "date",
        })
    }
}

/// What calendar and clock on the wall show in a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    /// The day.
    pub day: Day,
    /// The hour, 0 to 23.
    pub hour: usize,
}
