//! Reads and writes times in the usual format, `2021-01-28T17:20:48.812727+01:00`, many times faster than chrono. The
//! caller uses chrono for any other format.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc};

/// Reads a time with microseconds and a numeric offset. Returns `None` for any other format.
pub fn read(text: &str) -> Option<DateTime<Utc>> {
    let text: &[u8; 32] = text.as_bytes().try_into().ok()?;
    let marks = [4, 7, 10, 13, 16, 19, 29].map(|at| text[at]);
    let sign = match text[26] {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let number = |from: usize, to: usize| number(&text[from..to]);
    let date = NaiveDate::from_ymd_opt(
        i32::try_from(number(0, 4)?).ok()?,
        number(5, 7)?,
        number(8, 10)?,
    )?;
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let time = date.and_hms_micro_opt(hour, minute, second, number(20, 26)?)?;
    let (hours, minutes) = (number(27, 29)?, number(30, 32)?);
    let usual = marks == *b"--T::.:" && hours < 24 && minutes < 60;
    let offset = TimeDelta::minutes(sign * i64::from(hours * 60 + minutes));
    usual
        .then(|| time.checked_sub_signed(offset))?
        .map(|time| time.and_utc())
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 10).then(|| number * 10 + u32::from(digit))
    })
}

/// Writes a time with microseconds and `Z`. Returns `None` for a leap second, and for a year before 0 or after 9999.
pub fn write(time: DateTime<Utc>) -> Option<[u8; 27]> {
    let time = time.naive_utc();
    let year = u32::try_from(time.year())
        .ok()
        .filter(|year| *year < 10_000)?;
    // In a leap second chrono counts further than a million microseconds.
    let micros = Some(time.nanosecond() / 1000).filter(|micros| *micros < 1_000_000)?;
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    let mut put = |from: usize, to: usize, mut number: u32| {
        for digit in text[from..to].iter_mut().rev() {
            *digit += u8::try_from(number % 10).unwrap_or_default();
            number /= 10;
        }
    };
    put(0, 4, year);
    put(5, 7, time.month());
    put(8, 10, time.day());
    put(11, 13, time.hour());
    put(14, 16, time.minute());
    put(17, 19, time.second());
    put(20, 26, micros);
    Some(text)
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    fn agrees(text: &str) -> Result<(), TestCaseError> {
        let expected = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc());
        if let Some(time) = read(text) {
            prop_assert_eq!(Ok(time), expected);
        }
        if let Some(written) = expected.ok().and_then(write) {
            let chrono = expected
                .unwrap()
                .to_rfc3339_opts(SecondsFormat::Micros, true);
            prop_assert_eq!(std::str::from_utf8(&written).unwrap(), chrono);
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(
            text in "[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-6][0-9]:[0-6][0-9][.][0-9]{6}[+-][0-2][0-9]:[0-6][0-9]",
            at in 0..32_usize,
            byte in "[0-9TZtz:+. -]",
        ) {
            agrees(&text)?;
            let mut odd = text;
            odd.replace_range(at..=at, &byte);
            agrees(&odd)?;
        }
    }

    #[test]
    fn usual_times_are_read() {
        let time = read("2021-01-28T00:20:48.812727+01:00").unwrap();
        assert_eq!(write(time).as_ref(), Some(b"2021-01-27T23:20:48.812727Z"));
    }

    /// Found by the property test once: a character of two bytes has to be no digit.
    #[test]
    fn a_long_character_is_no_digit() {
        agrees("0000-00-00T00:00:00\u{a1}000000+00:00").unwrap();
        agrees("0000-00-00T00:00:000000000+00:00").unwrap();
    }
}
