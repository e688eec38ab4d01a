//! The text of the progress line: how much is done, how fast, how long it still takes, and what it waits for.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::http::Retry;
use crate::text::{counted, grouped, neutralise};
use crate::time::Span;

/// From this time on, a wait is shown.
const WORTH_SHOWING: Duration = Duration::from_secs(5);

/// A speed is the average of at least this time.
const LEAST: Duration = Duration::from_secs(1);

/// How wide the bar is at least, and at most.
const BAR: std::ops::RangeInclusive<usize> = 10..=40;

/// What the progress line knows.
#[derive(Debug, Default)]
pub struct Line {
    /// How many conversations are dealt with.
    done: u64,
    /// How many of them were fetched, and not only found to be unchanged.
    fetched: u64,
    /// When the first one was fetched, and how many came then. The average speed counts from here.
    begun: Option<(Instant, u64)>,
    total: Total,
    /// What all requests wait for.
    status: String,
    waits: BTreeMap<u64, Wait>,
    next_wait: u64,
}

/// How many conversations there are.
#[derive(Clone, Copy, Debug, Default)]
enum Total {
    #[default]
    Unknown,
    /// The list is still being read.
    SoFar(u64),
    Known(u64),
}

/// What one request waits for.
#[derive(Debug)]
struct Wait {
    since: Instant,
    /// The next try, if it failed.
    retry: Option<Retry>,
}

impl Line {
    /// Sets how many conversations the list has so far.
    pub fn expect_so_far(&mut self, conversations: u64) {
        self.total = Total::SoFar(conversations);
    }

    /// Sets how many conversations there are.
    pub fn expect(&mut self, conversations: u64) {
        self.total = Total::Known(conversations);
    }

    /// Counts conversations that are dealt with, and those of them that were fetched.
    pub fn advance(&mut self, done: u64, fetched: u64, now: Instant) {
        self.done += done;
        self.fetched += fetched;
        if fetched > 0 && self.begun.is_none() {
            self.begun = Some((now, fetched));
        }
    }

    /// Begins to count anew. What is waited for stays.
    pub fn restart(&mut self) {
        *self = Self {
            status: std::mem::take(&mut self.status),
            waits: std::mem::take(&mut self.waits),
            next_wait: self.next_wait,
            ..Self::default()
        };
    }

    /// Sets what all requests wait for. An empty text is nothing.
    pub fn set_status(&mut self, text: &str) {
        text.clone_into(&mut self.status);
    }

    /// Notes that a request waits, and whether it is sent again. Returns the number of the wait.
    pub fn begin_wait(&mut self, since: Instant, retry: Option<Retry>) -> u64 {
        self.next_wait += 1;
        self.waits.insert(self.next_wait, Wait { since, retry });
        self.next_wait
    }

    /// Notes that a wait is over.
    pub fn end_wait(&mut self, wait: u64) {
        self.waits.remove(&wait);
    }

    /// The text, which is not wider than `width`.
    pub fn text(&self, now: Instant, width: usize) -> String {
        let mut parts = vec![self.count()];
        let speed = self.speed(now);
        parts.extend(speed.map(in_words));
        parts.extend(speed.and_then(|speed| self.left(speed)));
        parts.extend(self.wait(now));
        let text = parts.join(" · ");
        let bar = self.bar(width.saturating_sub(text.chars().count() + 1));
        fitted(&format!("{bar}{text}"), width)
    }

    fn count(&self) -> String {
        let done = grouped(self.done);
        match self.total {
            Total::Unknown if self.done == 1 => counted(1, "conversation"),
            Total::Unknown => format!("{done} conversations"),
            // Something may be added that the list did not show.
            Total::SoFar(total) => format!("{done} / {} so far", grouped(total.max(self.done))),
            Total::Known(total) => format!("{done} / {}", grouped(total.max(self.done))),
        }
    }

    /// The average, in conversations per second.
    fn speed(&self, now: Instant) -> Option<f64> {
        let (begun, first) = self.begun?;
        let span = now.saturating_duration_since(begun);
        (span >= LEAST).then(|| as_number(self.fetched - first) / span.as_secs_f64())
    }

    fn left(&self, speed: f64) -> Option<String> {
        let Total::Known(total) = self.total else {
            return None;
        };
        let rest = total.saturating_sub(self.done);
        let seconds = as_number(rest) / speed;
        let span = Duration::try_from_secs_f64(seconds.ceil()).ok()?;
        let span = Span::seconds(span.as_secs().try_into().ok()?);
        (rest > 0).then(|| format!("{span} left"))
    }

    fn wait(&self, now: Instant) -> Option<String> {
        if !self.status.is_empty() {
            return Some(self.status.clone());
        }
        let waits = self.waits.values();
        let oldest = waits.min_by_key(|wait| (wait.since, wait.retry.is_none()))?;
        let span = now.saturating_duration_since(oldest.since);
        if span < WORTH_SHOWING {
            return None;
        }
        Some(match &oldest.retry {
            None => format!("no answer for {} s", span.as_secs()),
            Some(Retry {
                number,
                of,
                at,
                why,
            }) => {
                let left = at.saturating_duration_since(now);
                let (left, why) = (left.as_secs_f64().ceil(), neutralise(why));
                format!("retry {number} of {of} in {left} s: {why}")
            }
        })
    }

    /// A bar in this much room, with a space behind it. Empty when there is too little room, or when the total is not
    /// known: a bar would look almost full.
    fn bar(&self, room: usize) -> String {
        let Total::Known(total) = self.total else {
            return String::new();
        };
        let width = room.min(*BAR.end());
        if !BAR.contains(&width) {
            return String::new();
        }
        let full = usize::try_from(self.done.min(total) * width as u64 / total.max(1)).unwrap_or(0);
        format!("{}{} ", "█".repeat(full), "░".repeat(width - full))
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with two digits")]
fn as_number(count: u64) -> f64 {
    count as f64
}

/// `96/s`, `4.6/s`.
fn in_words(speed: f64) -> String {
    if speed < 9.95 {
        format!("{speed:.1}/s")
    } else {
        format!("{speed:.0}/s")
    }
}

/// The text, cut to this width.
fn fitted(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let begin = text.chars().take(width.saturating_sub(1));
    begin.chain(['…'].into_iter().take(width)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn line(done: u64) -> (Line, Instant) {
        let (mut line, now) = (Line::default(), Instant::now());
        line.advance(1, 1, now);
        line.advance(done - 1, done - 1, now);
        (line, now)
    }

    #[test]
    fn a_known_total_tells_how_long_it_takes() {
        let (mut line, begun) = line(1241);
        line.expect(5000);
        // 1,240 in 13 s are 95.4 a second, and the other 3,759 take 39.4 s. The text has 32 characters, so the bar has 19.
        let text = line.text(begun + 13 * SECOND, 52);
        assert_eq!(text, "████░░░░░░░░░░░░░░░ 1,241 / 5,000 · 95/s · 40 s left");
        assert_eq!(
            line.text(begun + 13 * SECOND, 40),
            "1,241 / 5,000 · 95/s · 40 s left"
        );
        assert_eq!(
            line.text(begun + 1300 * SECOND, 40),
            "1,241 / 5,000 · 1.0/s · 1 h 5 min left"
        );
        assert_eq!(line.text(begun + 13 * SECOND, 9), "1,241 / …");
        assert_eq!(line.text(begun, 20), "1,241 / 5,000");
    }

    #[test]
    fn a_list_that_is_still_read_tells_no_time() {
        let (mut line, begun) = line(21);
        assert_eq!(
            line.text(begun + 4 * SECOND, 30),
            "21 conversations · 5.0/s"
        );
        line.expect_so_far(40);
        assert_eq!(line.text(begun + 4 * SECOND, 99), "21 / 40 so far · 5.0/s");
    }

    #[test]
    fn what_is_unchanged_counts_and_has_no_speed() {
        let (mut line, begun) = (Line::default(), Instant::now());
        line.expect(2000);
        line.advance(1000, 0, begun);
        assert_eq!(line.text(begun + 9 * SECOND, 13), "1,000 / 2,000");
        line.advance(1, 1, begun + 9 * SECOND);
        line.advance(100, 100, begun + 10 * SECOND);
        let text = line.text(begun + 19 * SECOND, 40);
        assert_eq!(text, "1,101 / 2,000 · 10/s · 90 s left");
    }

    #[test]
    fn waits_are_shown_after_five_seconds() {
        let (mut line, begun) = line(1);
        let said = |line: &Line, after: u64| {
            let text = line.text(begun + Duration::from_millis(after), 99);
            text.split_once("/s · ").map(|(_, wait)| wait.to_owned())
        };
        let answer = line.begin_wait(begun, None);
        assert_eq!(said(&line, 4999), None);
        assert_eq!(said(&line, 7500).unwrap(), "no answer for 7 s");
        let retry = Retry {
            number: 3,
            of: 5,
            at: begun + 12 * SECOND,
            why: "503\u{7}".to_owned(),
        };
        let retry = line.begin_wait(begun, Some(retry));
        assert_eq!(said(&line, 4999), None);
        assert_eq!(
            said(&line, 7500).unwrap(),
            "retry 3 of 5 in 5 s: 503\\u0007"
        );
        line.set_status("rate limited, waiting 3 s");
        assert_eq!(said(&line, 7500).unwrap(), "rate limited, waiting 3 s");
        line.set_status("");
        line.end_wait(retry);
        assert_eq!(said(&line, 9000).unwrap(), "no answer for 9 s");
        line.end_wait(answer);
        assert_eq!(said(&line, 9000), None);
    }
}
