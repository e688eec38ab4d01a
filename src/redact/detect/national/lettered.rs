//! National numbers with letters in them: Spain, Finland, the United Kingdom, and Corsicans in France.

use super::checksum;
use crate::redact::class::Class;
use crate::redact::detect::digits::{Run, stands_alone};
use crate::redact::span::Span;

/// The letter of a number of Spain is at the place of its remainder modulo 23.
const SPAIN: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// The character of a number of Finland is at the place of its remainder modulo 31.
const FINLAND: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// Finds the numbers of a run.
pub fn find(run: &Run, spans: &mut Vec<Span>) {
    for group in 0..run.groups.len() {
        let found = [
            spain(run, group),
            finland(run, group),
            britain(run, group),
            corsica(run, group),
        ];
        for (place, value) in found.into_iter().flatten() {
            if stands_alone(run.text, place) {
                spans.push(Span::new(place, Class::NationalId, "NATIONAL-ID", value));
            }
        }
    }
}

type Found = Option<((usize, usize), String)>;

/// The character at a place, in upper case, if it is ASCII.
fn ascii(text: &str, at: usize) -> Option<u8> {
    let byte = text.as_bytes().get(at)?;
    byte.is_ascii().then(|| byte.to_ascii_uppercase())
}

/// A DNI, `12345678Z`, or an NIE, `X1234567L`.
fn spain(run: &Run, group: usize) -> Found {
    let (start, end) = run.groups[group];
    let digits = &run.text[start..end];
    let last = match ascii(run.text, end)? {
        b'-' | b' ' => end + 1,
        _ => end,
    };
    let letter = ascii(run.text, last)?;
    let (start, digits) = match digits.len() {
        8 => (start, digits.to_owned()),
        7 => {
            let before = ascii(run.text, start.checked_sub(1)?)?;
            let first = if before == b'-' {
                start.checked_sub(2)?
            } else {
                start - 1
            };
            let prefix = b"XYZ"
                .iter()
                .position(|one| Some(*one) == ascii(run.text, first))?;
            (first, format!("{prefix}{digits}"))
        }
        _ => return None,
    };
    let number: usize = digits.parse().ok()?;
    (SPAIN[number % 23] == letter)
        .then(|| ((start, last + 1), format!("{digits}{}", char::from(letter))))
}

/// A henkilötunnus, `131052-308T`.
fn finland(run: &Run, group: usize) -> Found {
    let (start, end) = run.groups[group];
    let date = &run.text[start..end];
    let century = ascii(run.text, end).filter(|byte| b"-+ABCDEFYXWVU".contains(byte))?;
    let serial = run.text.get(end + 1..end + 4)?;
    let check = ascii(run.text, end + 4)?;
    if date.len() != 6 || !serial.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: usize = format!("{date}{serial}").parse().ok()?;
    let day: u32 = date[..2].parse().ok()?;
    let month: u32 = date[2..4].parse().ok()?;
    let fits =
        FINLAND[number % 31] == check && (1..=31).contains(&day) && (1..=12).contains(&month);
    fits.then(|| {
        (
            (start, end + 5),
            format!("{date}{}{serial}{}", char::from(century), char::from(check)),
        )
    })
}

/// A National Insurance number, `QQ 12 34 56 C`. It has no checksum, only letters that are never used.
fn britain(run: &Run, group: usize) -> Found {
    let mut digits = String::new();
    let (mut last, mut end) = (group, run.groups[group].1);
    while digits.len() < 6 {
        let (from, to) = *run.groups.get(last)?;
        if last > group && run.gap(last - 1) != " " {
            return None;
        }
        digits.push_str(&run.text[from..to]);
        end = to;
        last += 1;
    }
    let blank = |at: usize| usize::from(ascii(run.text, at) == Some(b' '));
    let start = run.groups[group].0;
    let start = start - start.checked_sub(1).map_or(0, blank);
    let start = start.checked_sub(2)?;
    let prefix = [ascii(run.text, start)?, ascii(run.text, start + 1)?];
    let suffix_at = end + blank(end);
    let suffix = ascii(run.text, suffix_at)?;
    let is_prefix = prefix.iter().all(u8::is_ascii_uppercase)
        && !b"DFIQUV".contains(&prefix[0])
        && !b"DFIQUVO".contains(&prefix[1])
        && ![*b"BG", *b"GB", *b"NK", *b"KN", *b"TN", *b"NT"].contains(&prefix);
    // Only upper case is written so; two words around six digits are not.
    let is_upper = run.text[start..=suffix_at]
        .bytes()
        .all(|byte| !byte.is_ascii_lowercase());
    let is_suffix = (b'A'..=b'D').contains(&suffix) || suffix == b'T';
    (digits.len() == 6 && is_prefix && is_upper && is_suffix).then(|| {
        let letters = String::from_utf8_lossy(&prefix).into_owned();
        (
            (start, suffix_at + 1),
            format!("{letters}{digits}{}", char::from(suffix)),
        )
    })
}

/// A number of France with `2A` or `2B` for Corsica.
fn corsica(run: &Run, group: usize) -> Found {
    let (start, end) = run.groups[group];
    let first = &run.text[start..end];
    let letter = ascii(run.text, end).filter(|byte| matches!(byte, b'A' | b'B'))?;
    let rest = run.text.get(end + 1..end + 9)?;
    if first.len() != 6 || !first.ends_with('2') || !rest.bytes().all(|byte| byte.is_ascii_digit())
    {
        return None;
    }
    let place = if letter == b'A' { '9' } else { '8' };
    let digits = format!("{}1{place}{rest}", &first[..5]);
    checksum::france(&digits).then(|| {
        (
            (start, end + 9),
            format!("{first}{}{rest}", char::from(letter)),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::digits::runs;
    use super::find;

    fn found(text: &str) -> Vec<String> {
        let mut spans = Vec::new();
        for run in runs(text) {
            find(&run, &mut spans);
        }
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn letters_are_checked() {
        // The examples of the authorities.
        assert_eq!(found("DNI 12345678Z."), ["12345678Z"]);
        assert_eq!(found("X-1234567-L"), ["01234567L"]);
        assert_eq!(found("131052-308T"), ["131052-308T"]);
        assert_eq!(found("AB 12 34 56 C"), ["AB123456C"]);
        for other in [
            "12345678A",
            "X1234567A",
            "131052-308U",
            "QQ123456C",
            "on 123456 a day",
        ] {
            assert!(found(other).is_empty(), "{other}");
        }
    }
}
