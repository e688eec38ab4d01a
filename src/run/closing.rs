//! The last line of a run on a terminal: what it wrote, where to, and in what time.

use std::path::PathBuf;
use std::time::Duration;

use crate::report::Summary;
use crate::sink::Target;
use crate::text::{grouped, plural};
use crate::time::Span;

/// Where an output goes, in words.
pub fn places(target: &Target) -> Vec<String> {
    match target {
        Target::Stdout => vec!["stdout".to_owned()],
        target => shown(&target.paths()),
    }
}

/// The paths as text.
pub fn shown(paths: &[PathBuf]) -> Vec<String> {
    let shown = paths.iter().map(|path| path.display().to_string());
    shown.collect()
}

/// What a run wrote, in words. `bytes` are those of the output, if they are known.
pub fn wrote(summary: &Summary, bytes: Option<u64>, places: &[String]) -> String {
    let counts = &summary.counts;
    let conversations = many(counts.conversations, "conversation");
    let messages = many(counts.messages, "message");
    let bytes = bytes.map(|bytes| format!(", {}", size(bytes)));
    format!(
        "Wrote {conversations} ({messages}{}) to {} in {}{}",
        bytes.unwrap_or_default(),
        places.join(" and "),
        time(summary.elapsed()),
        others(summary)
    )
}

/// That a run had nothing new for an archive, in words. `conversations` is how many the archive has.
pub fn nothing_new(summary: &Summary, archive: &str, conversations: u64, is_part: bool) -> String {
    let has = many(conversations, "conversation");
    let others = others(summary);
    if is_part {
        // The run did not look at the rest.
        return format!("Nothing new for {archive} ({has}){others}");
    }
    format!("Nothing new; {archive} is up to date ({has}){others}")
}

/// The conversations that were not written, in words.
fn others(summary: &Summary) -> String {
    let counts = &summary.counts;
    let others = [
        (counts.gone, "gone"),
        (counts.left_out, "left out"),
        (counts.forgotten, "left out (forgotten)"),
        (counts.failed, "failed"),
    ];
    let others = others.into_iter().filter(|(count, _)| *count > 0);
    let others: Vec<_> = others
        .map(|(count, what)| format!("{} {what}", grouped(count)))
        .collect();
    if others.is_empty() {
        return String::new();
    }
    format!("; {}", others.join(", "))
}

/// `1,240 conversations`.
fn many(count: u64, noun: &str) -> String {
    format!("{} {}", grouped(count), plural(count, noun))
}

/// `950 bytes`, `9.5 KB`, `950 KB`, `1.2 GB`.
fn size(bytes: u64) -> String {
    let units = ["KB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return many(bytes, "byte");
    }
    let (mut tenths, mut unit) = (bytes.saturating_add(50) / 100, 0);
    while tenths >= 10_000 && unit + 1 < units.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    if tenths < 100 {
        return format!("{}.{} {}", tenths / 10, tenths % 10, units[unit]);
    }
    format!("{} {}", grouped((tenths + 5) / 10), units[unit])
}

/// `0.4 s`, `3 s`, `1 h 5 min`.
fn time(span: Duration) -> String {
    if span < Duration::from_secs(1) {
        return format!("{:.1} s", (span.as_secs_f64() * 10.0).ceil() / 10.0);
    }
    let seconds = span.as_secs_f64().round();
    let whole = Duration::from_secs_f64(seconds).as_secs();
    Span::seconds(whole.try_into().unwrap_or(i64::MAX)).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_two_digits_or_more() {
        for (bytes, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 KB"),
            (9949, "9.9 KB"),
            (9960, "10 KB"),
            (950_400, "950 KB"),
            (999_949, "1,000 KB"),
            (1_250_000, "1.3 MB"),
            (7_300_000_000, "7.3 GB"),
            (7_000_000_000_000_000, "7,000 TB"),
        ] {
            assert_eq!(size(bytes), words);
        }
        for (millis, words) in [
            (40, "0.1 s"),
            (400, "0.4 s"),
            (3400, "3 s"),
            (65_000, "65 s"),
            (130_000, "2 min"),
            (3_900_000, "1 h 5 min"),
        ] {
            assert_eq!(time(Duration::from_millis(millis)), words);
        }
    }
}
