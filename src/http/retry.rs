//! Decides which failures are retried, and how long to wait before.

use std::time::Duration;

use reqwest::StatusCode;

use super::error::Cause;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(60);
/// The longest wait that a vendor can ask for. A longer one is a mistake.
const LONGEST_LIMIT: Duration = Duration::from_secs(3600);

/// What to do about a failure.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Another try would fail as well.
    GiveUp,
    /// Try again after this time.
    Retry(Duration),
    /// The rate limit was reached. The vendor may say how long to wait.
    RateLimited(Option<Duration>),
}

/// Decides what to do about a call that failed `failures` times before.
pub fn verdict(cause: &Cause, failures: u32) -> Verdict {
    match cause {
        Cause::Status { status, wait, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
            Verdict::RateLimited(*wait)
        }
        Cause::Status { wait, .. } if cause.is_transient() => {
            let asked = wait.unwrap_or_default().min(LONGEST);
            Verdict::Retry(back_off(failures).max(asked))
        }
        _ if cause.is_transient() => Verdict::Retry(back_off(failures)),
        _ => Verdict::GiveUp,
    }
}

/// How long all requests wait after this many refusals in a row: as long as the vendor asks, and longer each time this
/// was not enough.
pub fn limit_wait(asked: Option<Duration>, refused: u32) -> Duration {
    let grown = back_off(refused.saturating_sub(1));
    let asked = asked.map(|span| span.min(LONGEST_LIMIT));
    let wait = match (asked, refused) {
        (Some(asked), 0 | 1) => asked,
        (Some(asked), _) => asked.max(grown),
        (None, _) => grown,
    };
    // Waits a little longer, since the vendor states whole seconds.
    wait + jitter(Duration::from_millis(200))
}

/// How long to wait after this many failures. The time doubles from half a second up to a minute; half of it is fixed
/// and half is random ("equal jitter").
#[must_use]
pub fn back_off(failures: u32) -> Duration {
    let full = FIRST
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST);
    full / 2 + jitter(full / 2)
}

fn jitter(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_a_minute() {
        for failures in 0..40 {
            let full = (0.5 * 2_f64.powi(failures.try_into().unwrap())).min(60.0);
            let span = back_off(failures).as_secs_f64();
            assert!(span >= full / 2.0 && span <= full, "{failures}: {span}");
        }
    }

    #[test]
    fn a_rate_limit_waits_as_long_as_the_vendor_says_and_longer_if_that_does_not_do() {
        let seconds = |asked, refused| limit_wait(asked, refused).as_secs_f64();
        let asked = |seconds| Some(Duration::from_secs(seconds));
        assert!((7.0..7.3).contains(&seconds(asked(7), 1)));
        assert!((0.0..0.3).contains(&seconds(asked(0), 1)));
        assert!(seconds(asked(0), 9) >= 30.0);
        assert!((2.0..4.3).contains(&seconds(None, 4)));
        assert!(seconds(asked(1_000_000), 1) < 3601.0);
    }
}
