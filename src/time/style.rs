//! How times are shown.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Range;

use anyhow::{Result, bail};
use chrono::format::{DelayedFormat, Fixed, Item, StrftimeItems};
use chrono::{FixedOffset, Local, NaiveDate, Offset, Timelike};

use super::timestamp::Timestamp;
use super::zone::Zone;

/// The format of times in transcripts when there is no `--time-format`.
pub const DEFAULT_FORMAT: &str = "%Y-%m-%d %H:%M:%S %:z";

/// The format of times in a table when there is no `--time-format`. Spreadsheets can read it as a date with a time, in
/// every language.
pub const SPREADSHEET_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// The times that spreadsheets agree on, from March 1900 to the end of 9999.
const SERIALS: Range<f64> = 61.0..2_958_466.0;

/// Most times need no more bytes than this.
const LENGTH: usize = 32;

/// How times are shown: in which time zone, and in which strftime format.
#[derive(Clone, Debug)]
pub struct TimeStyle {
    zone: Zone,
    format: String,
    /// The format, read once.
    items: Vec<Item<'static>>,
}

impl TimeStyle {
    /// Creates a style, and tries its format first.
    ///
    /// # Errors
    /// When chrono cannot use this format, or the format shows nothing.
    pub fn new(zone: Zone, format: &str) -> Result<Self> {
        let style = Self {
            zone,
            format: format.to_owned(),
            // One that cannot be read shows nothing.
            items: StrftimeItems::new(format)
                .parse_to_owned()
                .unwrap_or_default(),
        };
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

    /// Formats a time.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        self.try_show(time).unwrap_or_default()
    }

    /// The time zone.
    #[must_use]
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether the format is the user's own.
    #[must_use]
    pub fn is_custom(&self) -> bool {
        self.format != DEFAULT_FORMAT
    }

    /// The date and the minute, for headings: `2026-11-01 08:00`.
    #[must_use]
    pub fn minute(&self, time: Timestamp) -> String {
        self.show_as(StrftimeItems::new("%Y-%m-%d %H:%M"), time)
            .unwrap_or_default()
    }

    /// The date in words, for headings: `1 November 2026`.
    #[must_use]
    pub fn date_in_words(&self, time: Timestamp) -> String {
        self.show_as(StrftimeItems::new("%-d %B %Y"), time)
            .unwrap_or_default()
    }

    /// The time as spreadsheets count it: days since the end of 1899, by the clock in the time zone. `None` for a time that
    /// they cannot show as a date: before March 1900, where they disagree, and after 9999.
    #[must_use]
    pub fn serial(&self, time: Timestamp) -> Option<f64> {
        let wall = self.zone.clock(time);
        let days = (wall.date() - NaiveDate::from_ymd_opt(1899, 12, 30)?).num_days();
        let seconds = f64::from(wall.num_seconds_from_midnight());
        let seconds = seconds + f64::from(wall.nanosecond()) / 1e9;
        let serial = f64::from(i32::try_from(days).ok()?) + seconds / 86_400.0;
        SERIALS.contains(&serial).then_some(serial)
    }

    fn try_show(&self, time: Timestamp) -> Option<String> {
        let names_zone = |item: &Item| *item == Item::Fixed(Fixed::TimezoneName);
        if self.items.iter().any(names_zone) {
            return self.show_with_name(time);
        }
        self.show_as(self.items.iter(), time)
    }

    /// Shows the time in the style's own format, which has the name of the zone in it.
    fn show_with_name(&self, time: Timestamp) -> Option<String> {
        let items = self.items.iter();
        let mut shown = String::with_capacity(LENGTH);
        match self.zone {
            Zone::Local => {
                let local = time.0.with_timezone(&Local);
                local.format_with_items(items).write_to(&mut shown)
            }
            Zone::Named(tz) => {
                let there = time.0.with_timezone(&tz);
                there.format_with_items(items).write_to(&mut shown)
            }
        }
        .ok()?;
        Some(shown)
    }

    /// Shows the time in a format without the name of the zone.
    fn show_as<'i, I>(&self, items: I, time: Timestamp) -> Option<String>
    where
        I: Iterator<Item: Borrow<Item<'i>>> + Clone,
    {
        let local = self.zone.local(time);
        let wall = local.naive_local();
        let offset = Unnamed(*local.offset());
        let (date, clock) = (Some(wall.date()), Some(wall.time()));
        let mut shown = String::with_capacity(LENGTH);
        DelayedFormat::new_with_offset(date, clock, &offset, items)
            .write_to(&mut shown)
            .ok()?;
        Some(shown)
    }
}

/// The offset of a zone, without the name. chrono writes a name for each time that it shows, even when the format has no
/// place for it, and that takes as long as all the rest.
#[derive(Clone, Debug)]
struct Unnamed(FixedOffset);

impl Offset for Unnamed {
    fn fix(&self) -> FixedOffset {
        self.0
    }
}

impl fmt::Display for Unnamed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// Checks a `--time-format` before anything is written with it.
///
/// # Errors
/// The same as those of [`TimeStyle::new`].
pub fn check_format(format: &str) -> Result<String> {
    TimeStyle::new(Zone::Local, format).map(|style| style.format)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_that_show_nothing_are_refused() {
        for format in ["%Y-%Q", "%#z", "", "%"] {
            assert!(check_format(format).is_err(), "{format}");
        }
    }

    #[test]
    fn the_zone_is_named_when_the_format_asks_for_it() {
        let show = |zone: &str, format: &str| {
            let style = TimeStyle::new(zone.parse().unwrap(), format).unwrap();
            style.show("2026-07-01T10:00:00Z".parse().unwrap())
        };
        assert_eq!(show("Europe/Oslo", "%H:%M %Z"), "12:00 CEST");
        assert_eq!(show("utc", "%Z %H:%M"), "UTC 10:00");
        assert_eq!(show("Europe/Oslo", "%H:%M %:z %z"), "12:00 +02:00 +0200");
    }

    #[test]
    fn spreadsheets_count_days() {
        let serial = |zone: &str, time: &str| {
            let style = TimeStyle::new(zone.parse().unwrap(), DEFAULT_FORMAT).unwrap();
            style.serial(time.parse().unwrap())
        };
        // 2008-01-01 is 39448 in the documents of Excel.
        assert_eq!(serial("utc", "2008-01-01T00:00:00Z"), Some(39_448.0));
        assert_eq!(serial("utc", "2008-01-01T18:00:00.000Z"), Some(39_448.75));
        assert_eq!(
            serial("Europe/Oslo", "2008-06-30T23:00:00Z"),
            serial("utc", "2008-07-01T01:00:00Z")
        );
        assert_eq!(serial("utc", "1900-03-01T00:00:00Z"), Some(61.0));
        assert_eq!(serial("utc", "1900-02-28T23:59:59Z"), None);
        assert!(serial("utc", "9999-12-31T23:59:59Z") < Some(2_958_466.0));
        // It would be rounded up to the year 10000.
        assert_eq!(serial("utc", "9999-12-31T23:59:59.999999Z"), None);
        assert_eq!(serial("Europe/Oslo", "9999-12-31T23:30:00Z"), None);
    }
}
