//! When the vendor's window is renewed (vendors/botpress.md, Limits).

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap};

use crate::time::{self, Timestamp};

/// A number from here on is no span but a point in time, in seconds since 1970. As a span it would be 31 years.
const EPOCH_SECONDS: f64 = 1e9;

/// Reads `RateLimit-Reset`: the seconds until the window is renewed, or the time when it is. Returns `None` when it is
/// missing or neither.
pub fn reset(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let value = text("ratelimit-reset")?.trim();
    let seconds = match value.parse::<f64>() {
        Ok(seconds) if seconds >= EPOCH_SECONDS => {
            let date = text(DATE.as_str()).and_then(time::from_http_date);
            (seconds - date.unwrap_or_else(Timestamp::now).epoch_seconds()).max(0.0)
        }
        Ok(seconds) => seconds,
        Err(_) => time::seconds_until_http_date(value)?,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(value: &str) -> Option<f64> {
        let mut headers = HeaderMap::new();
        headers.insert(DATE, "Fri, 20 Nov 2026 12:00:00 GMT".parse().unwrap());
        headers.insert("ratelimit-reset", value.parse().unwrap());
        reset(&headers).map(|span| span.as_secs_f64())
    }

    #[test]
    fn a_span_and_a_point_in_time_are_told_apart() {
        assert_eq!(seconds("7"), Some(7.0));
        assert_eq!(seconds(" 0.5"), Some(0.5));
        // 2026-11-20T12:00:30Z, and a minute before.
        assert_eq!(seconds("1795176030"), Some(30.0));
        assert_eq!(seconds("1795175940"), Some(0.0));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }
}
