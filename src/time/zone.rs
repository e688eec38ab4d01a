//! Time zones.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, anyhow};
use chrono::{
    DateTime, FixedOffset, Local, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike,
};
use chrono_tz::Tz;
use serde::{Serialize, Serializer};

use super::day::{Day, Wall};
use super::timestamp::Timestamp;

/// The time zone in which times are read and shown: `local`, `utc` or a name from the IANA database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The machine's time zone.
    #[default]
    Local,
    /// A time zone from the IANA database, which includes UTC.
    Named(Tz),
}

impl Zone {
    /// UTC.
    pub const UTC: Self = Self::Named(Tz::UTC);

    /// The names that can be given.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        ["local", "utc"].into_iter().chain(zones)
    }

    /// The time at which a clock in this zone shows `wall`. If a clock change skips `wall`, one hour is added. If
    /// `wall` occurs twice, the first one counts.
    pub(super) fn at(self, wall: NaiveDateTime) -> Result<Timestamp> {
        let find = |wall| match self {
            Self::Local => Local
                .from_local_datetime(&wall)
                .earliest()
                .map(|t| t.to_utc()),
            Self::Named(tz) => tz.from_local_datetime(&wall).earliest().map(|t| t.to_utc()),
        };
        let time = find(wall)
            .or_else(|| find(wall.checked_add_signed(TimeDelta::hours(1))?))
            .with_context(|| format!("{wall} does not exist in the time zone"))?;
        Ok(Timestamp::new(time)?)
    }

    /// The calendar day in this zone.
    pub(super) fn date(self, time: Timestamp) -> NaiveDate {
        self.clock(time).date()
    }

    /// The time that clocks in this zone show.
    pub(super) fn clock(self, time: Timestamp) -> NaiveDateTime {
        self.local(time).naive_local()
    }

    /// How many seconds a clock in this zone is ahead of UTC.
    #[must_use]
    pub fn offset(self, time: Timestamp) -> i32 {
        self.local(time).offset().local_minus_utc()
    }

    /// The time in this zone, which is no longer named.
    pub(super) fn local(self, time: Timestamp) -> DateTime<FixedOffset> {
        match self {
            Self::Local => time.0.with_timezone(&Local).fixed_offset(),
            Self::Named(tz) => time.0.with_timezone(&tz).fixed_offset(),
        }
    }

    /// What calendar and clock show in this zone.
    #[must_use]
    pub fn wall(self, time: Timestamp) -> Wall {
        let wall = self.clock(time);
        Wall {
            day: Day(wall.date()),
            hour: wall.hour() as usize,
        }
    }
}

impl fmt::Display for Zone {
    /// Writes it as it can be read again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local => f.write_str("local"),
            Self::Named(zone) => f.write_str(zone.name()),
        }
    }
}

impl Serialize for Zone {
    /// Writes the name, or null for the machine's time zone.
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
