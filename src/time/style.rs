//! How times are shown.

use std::fmt::Write;

use anyhow::{Result, bail};
use chrono::Local;

use super::day::Day;
use super::timestamp::Timestamp;
use super::zone::Zone;

/// The format of times in transcripts when there is no `--time-format`.
pub const DEFAULT_FORMAT: &str = "%Y-%m-%d %H:%M:%S %:z";

/// The format of times in a table when there is no `--time-format`. Spreadsheets can read it as a date with a time, in
/// every language.
pub const SPREADSHEET_FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// How times are shown: in which time zone, and in which strftime format.
#[derive(Clone, Debug)]
pub struct TimeStyle {
    zone: Zone,
    format: String,
}

impl TimeStyle {
    /// Creates a style, and tries its format first.
    ///
    /// # Errors
    /// When chrono cannot use this format, or the format shows nothing.
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

    /// Formats a time.
    #[must_use]
    pub fn show(&self, time: Timestamp) -> String {
        self.try_show(time).unwrap_or_default()
    }

    /// The day of a time, in the time zone in which times are shown.
    #[must_use]
    pub fn day(&self, time: Timestamp) -> Day {
        Day(self.zone.date(time))
    }

    /// The date and the minute, for headings: `2026-11-01 08:00`.
    #[must_use]
    pub fn minute(&self, time: Timestamp) -> String {
        self.show_as("%Y-%m-%d %H:%M", time).unwrap_or_default()
    }

    /// The date in words, for headings: `1 November 2026`.
    #[must_use]
    pub fn date_in_words(&self, time: Timestamp) -> String {
        self.show_as("%-d %B %Y", time).unwrap_or_default()
    }

    fn try_show(&self, time: Timestamp) -> Option<String> {
        self.show_as(&self.format, time)
    }

    fn show_as(&self, format: &str, time: Timestamp) -> Option<String> {
        let mut shown = String::new();
        match self.zone {
            Zone::Local => write!(shown, "{}", time.0.with_timezone(&Local).format(format)),
            Zone::Named(tz) => write!(shown, "{}", time.0.with_timezone(&tz).format(format)),
        }
        .ok()?;
        Some(shown)
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
}
