//! Conversations per day, as a small chart.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::number::counted;
use crate::time::Day;

/// The chart shows at least this many days, so that the bars of one or two days are not as wide as the page.
const FEWEST_DAYS: i64 = 21;

/// Bars have gaps between them up to this many days.
const LOOSE_DAYS: i64 = 150;

/// The chart with its caption, empty when there are no days. Only days with conversations have a bar.
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
        // The minimum keeps a single conversation visible next to thousands.
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
