//! Puts days into periods: days, weeks or months.

use std::collections::BTreeMap;

use super::document::{Counts, Period};
use super::options::By;
use crate::time::Day;

/// Up to this many days, each day is a period.
const MOST_DAYS: i64 = 31;

/// Up to this many days, each week is a period: 26 weeks.
const MOST_DAYS_BY_WEEK: i64 = 26 * 7;

/// The longest gap in which empty periods are listed. A longer one comes from a wrong time, and would hide the rest.
const LONGEST_GAP: usize = 366;

impl By {
    /// The length that suits a range of days.
    pub fn of_range(days: &BTreeMap<Day, Counts>) -> Self {
        let range = match (days.first_key_value(), days.last_key_value()) {
            (Some((first, _)), Some((last, _))) => last.since(*first) + 1,
            _ => 0,
        };
        if range <= MOST_DAYS {
            Self::Day
        } else if range <= MOST_DAYS_BY_WEEK {
            Self::Week
        } else {
            Self::Month
        }
    }

    /// The first day of the period of a day.
    fn start(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => day.monday(),
            Self::Month => day.first_of_month(),
        }
    }

    /// The first day of the next period.
    fn next(self, start: Day) -> Day {
        match self {
            Self::Day => start.plus(1),
            Self::Week => start.plus(7),
            // The month after the first has begun 31 days later, and has not ended.
            Self::Month => start.plus(31).first_of_month(),
        }
    }

    /// The periods of these days, from the first to the last, with the empty ones in between.
    pub fn periods(self, days: &BTreeMap<Day, Counts>) -> Vec<Period> {
        let mut periods: Vec<Period> = Vec::new();
        for (day, counts) in days {
            let start = self.start(*day);
            if let Some(last) = periods.last_mut().filter(|last| last.start == start) {
                last.counts += *counts;
                continue;
            }
            if let Some(last) = periods.last() {
                periods.extend(self.between(last.start, start));
            }
            let counts = *counts;
            periods.push(Period { start, counts });
        }
        periods
    }

    /// The empty periods between two, or none if they are too many.
    fn between(self, last: Day, start: Day) -> Vec<Period> {
        let empty = |start| Period {
            start,
            counts: Counts::default(),
        };
        let after = std::iter::successors(Some(self.next(last)), |day| Some(self.next(*day)));
        let gap: Vec<_> = after
            .take_while(|day| *day < start)
            .take(LONGEST_GAP + 1)
            .collect();
        if gap.len() > LONGEST_GAP {
            return Vec::new();
        }
        gap.into_iter().map(empty).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{Timestamp, Zone};

    fn day(date: &str) -> Day {
        let time: Timestamp = format!("{date}T12:00:00Z").parse().unwrap();
        Zone::UTC.wall(time).day
    }

    fn days(dates: &[&str]) -> BTreeMap<Day, Counts> {
        let one = Counts {
            conversations: 1,
            messages: 2,
        };
        dates.iter().map(|date| (day(date), one)).collect()
    }

    fn shown(by: By, dates: &[&str]) -> String {
        let periods = by.periods(&days(dates));
        let shown = periods
            .iter()
            .map(|period| format!("{}={}", period.start, period.counts.conversations));
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_length_suits_the_range() {
        assert_eq!(By::of_range(&days(&[])), By::Day);
        assert_eq!(By::of_range(&days(&["2026-01-01", "2026-01-31"])), By::Day);
        assert_eq!(By::of_range(&days(&["2026-01-01", "2026-02-01"])), By::Week);
        assert_eq!(By::of_range(&days(&["2026-01-01", "2026-07-01"])), By::Week);
        assert_eq!(
            By::of_range(&days(&["2026-01-01", "2026-07-02"])),
            By::Month
        );
    }

    #[test]
    fn empty_periods_in_between_are_listed() {
        assert_eq!(
            shown(By::Day, &["2026-02-27", "2026-03-02"]),
            "2026-02-27=1 2026-02-28=0 2026-03-01=0 2026-03-02=1"
        );
        // A Sunday, the Monday after it, and a Wednesday two weeks later.
        assert_eq!(
            shown(By::Week, &["2026-11-01", "2026-11-02", "2026-11-18"]),
            "2026-10-26=1 2026-11-02=1 2026-11-09=0 2026-11-16=1"
        );
        assert_eq!(
            shown(
                By::Month,
                &["2025-12-31", "2026-01-01", "2026-01-31", "2026-03-31"]
            ),
            "2025-12-01=1 2026-01-01=2 2026-02-01=0 2026-03-01=1"
        );
    }

    #[test]
    fn a_wrong_time_does_not_hide_the_rest() {
        assert_eq!(
            shown(By::Day, &["1970-01-01", "2026-11-01", "2026-11-02"]),
            "1970-01-01=1 2026-11-01=1 2026-11-02=1"
        );
    }
}
