//! Conversations per day, as a small chart.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::number::counted;
use crate::time::Day;

/// A day or two should not be bars as wide as the page.
const FEWEST_DAYS: i64 = 21;

/// More days than this stand without gaps.
const LOOSE_DAYS: i64 = 150;

/// The chart with its caption; nothing when there are no days. It needs a bar for each day that has conversations.
pub fn figure(days: &BTreeMap<Day, u64>) -> String {
    let (Some((&first, _)), Some((&last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return String::new();
    };
    let most = days.values().copied().max().unwrap_or(1);
    let span = last.since(first) + 1;
    let width = span.max(FEWEST_DAYS);
    let left = (width - span) / 2;
    let bar = if width <= LOOSE_DAYS { 0.75 } else { 1.0 };
    let caption = format!("{first} to {last}, at most {most} a day");
    let mut svg = format!(
        "<figure><svg viewBox=\"0 0 {width} 100\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Conversations per day\">"
    );
    for (&day, &count) in days {
        // Even one conversation among thousands shows.
        let height = (count * 100 / most).max(4);
        let _ = write!(
            svg,
            "<rect x=\"{}\" y=\"{}\" width=\"{bar}\" height=\"{height}\"><title>{day}: {}</title></rect>",
            left + day.since(first),
            100 - height,
            counted(count, "conversation")
        );
    }
    let _ = write!(svg, "</svg><figcaption>{caption}</figcaption></figure>");
    svg
}
