//! The checksums of national numbers of digits alone.

use crate::redact::detect::card::passes_luhn;
use crate::redact::detect::digits::values;

/// The sum of the digits, each times its weight.
fn weighted(digits: &str, weights: &[u32]) -> u32 {
    values(digits)
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

fn number(text: &str) -> u32 {
    text.parse().unwrap_or(u32::MAX)
}

fn is_day(day: u32, month: u32) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// Norway: day (D-numbers: plus 40), month (plus 40 or 80 for other registers), year, and two check digits modulo 11.
pub fn norway(digits: &str) -> bool {
    let day = number(&digits[..2]);
    let month = number(&digits[2..4]);
    let day = if day > 40 { day - 40 } else { day };
    let month = month % 40;
    is_day(day, month)
        && weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}

/// Sweden: year, month, day (coordination numbers: plus 60), and a Luhn checksum.
pub fn sweden(digits: &str) -> bool {
    let ten = &digits[digits.len() - 10..];
    let day = number(&ten[4..6]);
    let day = if day > 60 { day - 60 } else { day };
    is_day(day, number(&ten[2..4])) && passes_luhn(ten)
}

/// Germany, tax number: one digit of the first ten comes two or three times, and ISO 7064 modulo 11, 10.
pub fn germany(digits: &str) -> bool {
    let mut counts = [0; 10];
    for digit in values(&digits[..10]) {
        counts[digit as usize] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let most = counts.iter().max().copied().unwrap_or(0);
    let product = values(&digits[..10]).fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let check = (11 - product) % 10;
    !digits.starts_with('0')
        && repeated == 1
        && most <= 3
        && values(digits).next_back() == Some(check)
}

/// France: sex, year, month, place and number, with a key modulo 97.
pub fn france(digits: &str) -> bool {
    let first = digits.as_bytes()[0];
    let month = number(&digits[3..5]);
    let body: Option<u64> = digits[..13].parse().ok();
    let key: Option<u64> = digits[13..].parse().ok();
    matches!(first, b'1'..=b'4' | b'7' | b'8')
        && (matches!(month, 1..=12 | 20..=42 | 50..=99))
        && body
            .zip(key)
            .is_some_and(|(body, key)| 97 - body % 97 == key)
}

/// Portugal, tax number: one check digit modulo 11.
pub fn portugal(digits: &str) -> bool {
    let rest = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    matches!(digits.as_bytes()[0], b'1'..=b'3' | b'4'..=b'6' | b'8' | b'9')
        && values(digits).next_back() == Some(check)
}

/// Brazil, CPF: two check digits modulo 11. All digits alike pass, and are none.
pub fn brazil(digits: &str) -> bool {
    let check = |length: u32| {
        let weights: Vec<_> = (2..=length + 1).rev().collect();
        let rest = weighted(digits, &weights) * 10 % 11;
        let digit = values(digits).nth(length as usize);
        digit == Some(rest % 10)
    };
    let first = digits.as_bytes()[0];
    check(9) && check(10) && !digits.bytes().all(|byte| byte == first)
}

/// Japan, My Number: one check digit modulo 11.
pub fn japan(digits: &str) -> bool {
    let rest = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let check = if rest < 2 { 0 } else { 11 - rest };
    values(digits).next_back() == Some(check)
}

/// The United States: no checksum; some areas, groups and serials are never given out.
pub fn united_states(digits: &str) -> bool {
    let area = number(&digits[..3]);
    area != 0 && area != 666 && number(&digits[3..5]) != 0 && number(&digits[5..]) != 0
}

#[cfg(test)]
mod tests {
    use super::{brazil, france, germany, japan, norway, portugal, sweden};

    #[test]
    fn the_numbers_that_authorities_publish_pass_and_their_neighbours_fail() {
        // Skatteetaten's synthetic example, Skatteverket's, the BZSt's, the INSEE's, and numbers worked out by hand.
        type Check = fn(&str) -> bool;
        let known: [(Check, &str); 7] = [
            (norway, "17054026641"),
            (sweden, "8112189876"),
            (germany, "86095742719"),
            (france, "255081416802538"),
            (portugal, "123456789"),
            (brazil, "11144477735"),
            (japan, "123456789018"),
        ];
        for (passes, valid) in known {
            assert!(passes(valid), "{valid}");
            for at in 6..valid.len() {
                let mut other = valid.as_bytes().to_vec();
                other[at] = if other[at] == b'9' {
                    b'0'
                } else {
                    other[at] + 1
                };
                let other = String::from_utf8(other).unwrap();
                assert!(!passes(&other), "{other}");
            }
        }
    }
}
