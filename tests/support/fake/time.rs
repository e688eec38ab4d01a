//! Times as microseconds since 1970, and as ISO 8601 text. The fake does not use the product's code, because then it
//! could not find mistakes in it.

/// One day, in milliseconds.
pub const DAY: i64 = 86_400_000;

/// The end of the generated data, in milliseconds: 2026-11-20T12:00:00Z.
pub const REFERENCE: i64 = days(2026, 11, 20) * DAY + DAY / 2;

/// Days between 1970-01-01 and a date of the Gregorian calendar.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last one.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The date of a day counted from 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// Writes a time as `2026-11-20T12:00:00`, without fraction or zone.
fn seconds_text(seconds: i64) -> String {
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
}

/// The machine's clock, in milliseconds since 1970.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let millis = since.expect("the clock is after 1970").as_millis();
    i64::try_from(millis).expect("the clock is in this age")
}

/// Writes a time as the header `Date` does: `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(millis: i64) -> String {
    let seconds = millis.div_euclid(1000);
    let day = seconds.div_euclid(86_400);
    let (year, month, of_month) = date(day);
    let names = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let at = usize::try_from(month - 1).expect("a month") * 3;
    let month = &names[at..at + 3];
    let weekday = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        [usize::try_from((day + 4).rem_euclid(7)).expect("a weekday")];
    let text = seconds_text(seconds);
    let clock = &text[11..];
    format!("{weekday}, {of_month:02} {month} {year:04} {clock} GMT")
}

/// Writes a time as Botpress does: in UTC, with milliseconds and `Z`.
pub fn utc(millis: i64) -> String {
    let text = seconds_text(millis.div_euclid(1000));
    format!("{text}.{:03}Z", millis.rem_euclid(1000))
}

/// Writes a time as boost.ai does: local, with microseconds and an offset.
pub fn local(micros: i64, offset_minutes: i64) -> String {
    let text = seconds_text(micros.div_euclid(1_000_000) + offset_minutes * 60);
    let sign = if offset_minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset_minutes.abs() / 60, offset_minutes.abs() % 60);
    let fraction = micros.rem_euclid(1_000_000);
    format!("{text}.{fraction:06}{sign}{hours:02}:{minutes:02}")
}

/// Reads a date, or a date and time, and returns microseconds. `default_offset` (in minutes) replaces a missing zone.
/// When it is `None`, the zone is required. Returns `None` when the text is not a time.
pub fn parse(text: &str, default_offset: Option<i64>) -> Option<i64> {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let midnight = parse_date(day)?;
    let (clock, offset) = split_zone(time)?;
    let offset = offset.or(default_offset)?;
    let of_day = if clock.is_empty() && time.is_empty() {
        0
    } else {
        parse_clock(clock)?
    };
    Some(midnight * 86_400_000_000 + of_day - offset * 60_000_000)
}

fn parse_date(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    let month = number(parts.next()?, 2)?;
    let day = number(parts.next()?, 2)?;
    let counted = days(year, month, day);
    // Converting back detects dates such as the 30th of February.
    (parts.next().is_none() && date(counted) == (year, month, day)).then_some(counted)
}

/// Splits a time of day from its zone. The zone is in minutes east of UTC.
fn split_zone(time: &str) -> Option<(&str, Option<i64>)> {
    if let Some(clock) = time.strip_suffix('Z') {
        return Some((clock, Some(0)));
    }
    let Some(at) = time.rfind(['+', '-']) else {
        return Some((time, None));
    };
    let (hours, minutes) = time[at + 1..].split_once(':')?;
    let minutes = number(hours, 2)? * 60 + number(minutes, 2)?;
    let sign = if time[at..].starts_with('-') { -1 } else { 1 };
    Some((&time[..at], Some(sign * minutes)))
}

/// Reads `HH:MM:SS[.fraction]` as microseconds.
fn parse_clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = whole.split(':');
    let hour = number(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = number(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = number(parts.next()?, 2).filter(|second| *second < 60)?;
    if parts.next().is_some() || fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let micros = number(&format!("{fraction:0<9}"), 9)? / 1000;
    Some((hour * 3600 + minute * 60 + second) * 1_000_000 + micros)
}

/// Reads a number of exactly `digits` decimal digits.
fn number(text: &str, digits: usize) -> Option<i64> {
    let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}
