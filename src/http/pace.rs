//! How many requests may go now: by the allowance that the vendor states with every answer (vendors/botpress.md,
//! Limits), or, where it states none, by how the answers come.

use std::time::Duration;

use reqwest::header::HeaderMap;
use tokio::time::Instant;

/// After this long one request goes without an allowance, since the answer that would tell of one may never come.
const UNHEARD: Duration = Duration::from_secs(1);

/// No vendor's window is longer; a larger number is a mistake.
const LONGEST: Duration = Duration::from_secs(3600);

/// Answers are slow when the last few took, on average, twice as long as usual and this much more.
const SLOWER: f64 = 2.0;
const SLOWER_BY: f64 = 0.05;

/// What an answer says of the allowance.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// How many requests are left in the window.
    pub remaining: u64,
    /// When there will be more.
    pub reset: Duration,
}

impl Word {
    /// Reads `RateLimit-Remaining` and `RateLimit-Reset`.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let reset: f64 = text("ratelimit-reset")?.trim().parse().ok()?;
        Some(Self {
            remaining: text("ratelimit-remaining")?.trim().parse().ok()?,
            reset: Duration::try_from_secs_f64(reset).ok()?.min(LONGEST),
        })
    }
}

/// What is known of the vendor's allowance.
///
/// An answer tells how many were left when its request was counted. Requests under way may be counted already or not;
/// they are taken for not counted, so that too few go rather than too many. Answers come in any order: of those that
/// crossed, the lowest word is the last.
#[derive(Debug)]
pub struct Allowance {
    /// How many were left by the last word.
    word: u64,
    /// The lowest word since then.
    lowest: u64,
    /// How many may go.
    left: u64,
    /// When there will be more than the last word said.
    renewed: Instant,
    /// How many requests had been sent when the word came. Only the answer to a later one can tell of more.
    sent: u64,
}

impl Allowance {
    /// The allowance by a first word, with so many other requests `under_way` of all that were `sent`.
    pub fn new(word: Word, under_way: u64, sent: u64, now: Instant) -> Self {
        Self {
            word: word.remaining,
            lowest: u64::MAX,
            left: word.remaining.saturating_sub(under_way),
            renewed: now + word.reset,
            sent,
        }
    }

    /// Takes in what the answer to the `number`th request says.
    pub fn hear(&mut self, word: Word, number: u64, under_way: u64, sent: u64, now: Instant) {
        self.lowest = self.lowest.min(word.remaining);
        let left = self.lowest.saturating_sub(under_way);
        if number > self.sent {
            self.word = self.lowest;
            self.left = left;
            self.lowest = u64::MAX;
            self.sent = sent;
            self.renewed = now + word.reset;
        } else {
            self.word = self.word.min(self.lowest);
            self.left = self.left.min(left);
        }
    }

    /// Takes one request from it, or says how long to wait unless an answer comes before.
    pub fn take(&mut self, under_way: u64, now: Instant) -> Result<(), Duration> {
        if self.left == 0 && under_way == 0 {
            self.left = std::mem::take(&mut self.word);
        }
        if self.left == 0 {
            if now < self.renewed {
                return Err(self.renewed - now);
            }
            // One goes, and its answer tells how many may follow; words from before do not count any more.
            self.left = 1;
            self.lowest = u64::MAX;
            self.renewed = now + UNHEARD;
        }
        self.left -= 1;
        Ok(())
    }
}

/// How many requests may be under way at once: halved when answers become slow or are refusals, and one more with each
/// round of answers that are neither ("additive increase, multiplicative decrease").
#[derive(Debug)]
pub struct Window {
    size: f64,
    most: f64,
    /// The averages of the last few answers and of many, in seconds.
    lately: f64,
    usually: f64,
    /// How many requests had been sent when it was halved. The answers to those tell nothing more.
    sent: u64,
}

impl Window {
    /// A window that begins as wide as it may become.
    pub fn new(most: u16) -> Self {
        let most = f64::from(most);
        Self {
            size: most,
            most,
            lately: 0.0,
            usually: 0.0,
            sent: 0,
        }
    }

    /// Whether one more may go.
    pub fn has_room(&self, under_way: u64) -> bool {
        u32::try_from(under_way).is_ok_and(|under_way| f64::from(under_way) + 1.0 <= self.size)
    }

    /// Takes in that the `number`th request was answered after so long.
    pub fn hear(&mut self, took: Duration, number: u64, sent: u64) {
        let took = took.as_secs_f64();
        if self.usually == 0.0 {
            (self.lately, self.usually) = (took, took);
        }
        self.lately += (took - self.lately) / 8.0;
        self.usually += (took - self.usually) / 64.0;
        if self.lately > SLOWER * self.usually + SLOWER_BY {
            self.halve(number, sent);
        } else {
            self.size = (self.size + 1.0 / self.size).min(self.most);
        }
    }

    /// Halves it, unless the `number`th request was sent before it was halved last.
    pub fn halve(&mut self, number: u64, sent: u64) {
        if number > self.sent {
            self.size = (self.size / 2.0).max(1.0);
            self.sent = sent;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(remaining: u64, seconds: u64) -> Word {
        let reset = Duration::from_secs(seconds);
        Word { remaining, reset }
    }

    #[test]
    fn requests_under_way_are_taken_for_not_counted() {
        let now = Instant::now();
        let mut allowance = Allowance::new(word(3, 9), 2, 3, now);
        assert_eq!(allowance.take(2, now), Ok(()));
        assert_eq!(allowance.take(3, now), Err(Duration::from_secs(9)));
        // An answer to an earlier request cannot raise it, one to a later request tells how it is.
        allowance.hear(word(9, 9), 2, 0, 4, now);
        assert!(allowance.take(1, now).is_err());
        allowance.hear(word(9, 9), 4, 0, 4, now);
        assert_eq!((0..9).filter(|_| allowance.take(1, now).is_ok()).count(), 9);
        assert!(allowance.take(1, now).is_err());
    }

    #[test]
    fn of_answers_that_crossed_the_lowest_is_the_last() {
        let now = Instant::now();
        let mut allowance = Allowance::new(word(5, 9), 1, 2, now);
        // The second was counted after the third, and answered before it.
        allowance.hear(word(3, 9), 2, 1, 3, now);
        allowance.hear(word(4, 9), 3, 0, 3, now);
        assert_eq!((0..9).filter(|_| allowance.take(1, now).is_ok()).count(), 3);
    }

    #[test]
    fn with_nothing_under_way_the_last_word_is_exact() {
        let now = Instant::now();
        let mut allowance = Allowance::new(word(2, 9), 2, 3, now);
        assert!(allowance.take(2, now).is_err());
        assert!(allowance.take(0, now).is_ok() && allowance.take(1, now).is_ok());
        assert!(allowance.take(0, now).is_err());
    }

    #[test]
    fn one_goes_first_when_it_is_renewed() {
        let now = Instant::now();
        let mut allowance = Allowance::new(word(0, 2), 0, 1, now);
        assert_eq!(allowance.take(0, now), Err(Duration::from_secs(2)));
        let later = now + Duration::from_secs(2);
        assert_eq!(allowance.take(0, later), Ok(()));
        assert_eq!(allowance.take(1, later), Err(UNHEARD));
        allowance.hear(word(5, 10), 2, 0, 2, later);
        assert_eq!(allowance.take(0, later), Ok(()));
    }

    #[test]
    fn the_window_halves_once_for_each_round_and_grows_again() {
        let mut window = Window::new(16);
        assert!(window.has_room(15) && !window.has_room(16));
        (1..=16).for_each(|number| window.halve(number, 16));
        assert!(window.has_room(7) && !window.has_room(8));
        (17..=400).for_each(|number| window.hear(Duration::from_millis(20), number, 400));
        assert!(window.has_room(15) && !window.has_room(16));
        (401..=800).for_each(|number| window.halve(number, number));
        assert!(window.has_room(0) && !window.has_room(1));
    }

    #[test]
    fn one_slow_answer_is_chance_and_many_are_not() {
        let mut window = Window::new(16);
        let usual = Duration::from_millis(50);
        let slow = Duration::from_secs(1);
        (1..=100).for_each(|number| window.hear(usual, number, number));
        window.hear(slow / 4, 101, 101);
        assert!(window.has_room(15));
        (102..=110).for_each(|number| window.hear(slow, number, 110));
        assert!(!window.has_room(8));
    }
}
