//! How long users wait for an answer.

use std::collections::BTreeMap;

use super::document::ResponseTime;

/// Response times below this are kept to the millisecond, longer ones to the second. This keeps the map small.
const PRECISE: u64 = 60_000;

/// Response times, as the number of conversations for each time in milliseconds.
#[derive(Debug, Default)]
pub struct ResponseTimes(BTreeMap<u64, u64>);

impl ResponseTimes {
    /// Adds a response time in milliseconds.
    pub fn add(&mut self, millis: u64) {
        let kept = if millis < PRECISE {
            millis
        } else {
            millis - millis % 1000
        };
        *self.0.entry(kept).or_default() += 1;
    }

    /// The numbers about all of them.
    pub fn summed_up(&self) -> ResponseTime {
        let seconds = |percent| {
            let millis = self.percentile(percent)?;
            // Exact: a response time of 2^53 ms does not happen.
            #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
            Some(millis as f64 / 1000.0)
        };
        ResponseTime {
            conversations: self.len(),
            median_seconds: seconds(50),
            p90_seconds: seconds(90),
        }
    }

    fn len(&self) -> u64 {
        self.0.values().sum()
    }

    /// A percentile in milliseconds, interpolated between two response times as spreadsheets (`PERCENTILE.INC`) and
    /// numpy do it.
    fn percentile(&self, percent: u64) -> Option<u64> {
        let last = self.len().checked_sub(1)?;
        let place = last * percent;
        let (before, rest) = (place / 100, place % 100);
        let low = self.at(before)?;
        let high = self.at((before + 1).min(last))?;
        Some(low + (high - low) * rest / 100)
    }

    /// The response time at this place in their order, from 0.
    fn at(&self, place: u64) -> Option<u64> {
        let mut passed = 0;
        let mut times = self.0.iter();
        times
            .find(|(_, count)| {
                passed += **count;
                passed > place
            })
            .map(|(millis, _)| *millis)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summed_up(times: impl IntoIterator<Item = u64>) -> (Option<f64>, Option<f64>) {
        let mut all = ResponseTimes::default();
        times.into_iter().for_each(|millis| all.add(millis));
        let summed_up = all.summed_up();
        (summed_up.median_seconds, summed_up.p90_seconds)
    }

    #[test]
    fn percentiles_are_those_of_spreadsheets() {
        assert_eq!(summed_up([]), (None, None));
        assert_eq!(summed_up([1500]), (Some(1.5), Some(1.5)));
        // numpy.percentile([1, 2, 10], [50, 90]) is [2, 8.4].
        assert_eq!(summed_up([10_000, 1000, 2000]), (Some(2.0), Some(8.4)));
        // numpy.percentile([1, 2, 4, 8], [50, 90]) is [3, 6.8].
        assert_eq!(summed_up([1000, 2000, 4000, 8000]), (Some(3.0), Some(6.8)));
        assert_eq!(summed_up([2000; 99]), (Some(2.0), Some(2.0)));
        // numpy.percentile(range(1, 102), [50, 90]) is [51, 91].
        assert_eq!(
            summed_up((1..=101).map(|second| second * 1000)),
            (Some(51.0), Some(91.0))
        );
    }

    #[test]
    fn long_times_are_kept_to_the_second() {
        assert_eq!(summed_up([59_999]), (Some(59.999), Some(59.999)));
        assert_eq!(summed_up([3_600_999]), (Some(3600.0), Some(3600.0)));
    }
}
