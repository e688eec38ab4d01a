//! Durations.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::TimeDelta;

/// A duration: `90s`, `30m`, `24h`, `7d`, `2w`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub(super) TimeDelta);

impl Span {
    /// A span of this many days.
    #[must_use]
    pub const fn days(days: i64) -> Self {
        Self(TimeDelta::days(days))
    }

    /// A span of this many hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Self {
        Self(TimeDelta::hours(hours))
    }

    /// A span of this many minutes.
    #[must_use]
    pub const fn minutes(minutes: i64) -> Self {
        Self(TimeDelta::minutes(minutes))
    }

    /// A span of this many seconds.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(TimeDelta::seconds(seconds))
    }

    /// The span in seconds, with at most six decimals. Each number is the nearest to the exact one, so that it equals what
    /// a database computes from microseconds.
    #[must_use]
    pub fn as_seconds(self) -> f64 {
        #[expect(
            clippy::cast_precision_loss,
            reason = "2^53 microseconds are 285 years"
        )]
        let micros = self.0.num_microseconds().unwrap_or(i64::MAX) as f64;
        micros / 1e6
    }

    /// The span as the standard library's type.
    #[must_use]
    pub fn to_std(self) -> Duration {
        self.0.to_std().unwrap_or_default()
    }
}

impl fmt::Display for Span {
    /// Writes it in the largest units: `3 days 2 h`, `5 h 12 min`, `90 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.num_seconds();
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
        match (days, hours, minutes) {
            (1, ..) => write!(f, "1 day {} h", hours % 24),
            (2.., ..) => write!(f, "{days} days {} h", hours % 24),
            (_, 1.., _) => write!(f, "{hours} h {} min", minutes % 60),
            (_, _, 2..) => write!(f, "{minutes} min"),
            _ => write!(f, "{seconds} s"),
        }
    }
}

impl FromStr for Span {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        const EXPECTED: &str = "expected a length of time such as 90s, 30m, 24h, 7d or 2w";
        let digits = text.find(|c: char| !c.is_ascii_digit()).context(EXPECTED)?;
        let (number, unit) = text.split_at(digits);
        let number: i64 = number.parse().ok().context(EXPECTED)?;
        let span = match unit.trim_start() {
            "s" | "sec" | "second" | "seconds" => TimeDelta::try_seconds(number),
            "m" | "min" | "minute" | "minutes" => TimeDelta::try_minutes(number),
            "h" | "hour" | "hours" => TimeDelta::try_hours(number),
            "d" | "day" | "days" => TimeDelta::try_days(number),
            "w" | "week" | "weeks" => TimeDelta::try_weeks(number),
            _ => bail!(EXPECTED),
        };
        span.filter(|span| *span <= TimeDelta::days(36_500))
            .map(Self)
            .context("that is too long")
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn units_are_written_in_any_usual_way() {
        let span = |text: &str| text.parse::<Span>().ok();
        for text in [
            "7d",
            "7days",
            "7 days",
            "1w",
            "1 week",
            "168h",
            "168 hours",
            "10080min",
            "604800 seconds",
        ] {
            assert_eq!(span(text), Some(Span::days(7)), "{text}");
        }
        for text in [
            "d",
            "7",
            "7 x",
            "-7d",
            "7d 1h",
            "7.5d",
            "99999999999999999999d",
        ] {
            assert_eq!(span(text), None, "{text}");
        }
    }
}
