//! Payment cards: 12 to 19 digits with an issuer's prefix and a valid Luhn checksum.

use super::digits::{Run, values};
use crate::redact::class::Class;
use crate::redact::span::Span;

/// Finds the cards of a run.
pub fn find(run: &Run, spans: &mut Vec<Span>) {
    let groups = run.groups.len();
    for from in 0..groups {
        for to in (from + 1..=groups.min(from + 5)).rev() {
            let length: usize = run.lengths(from, to).sum();
            if !(12..=19).contains(&length) || !is_grouped(run, from, to) {
                continue;
            }
            let digits = run.digits(from, to);
            if has_issuer(&digits) && passes_luhn(&digits) {
                let place = run.place(from, to);
                if run.stands_alone(place) && !run.text[..place.0].ends_with('+') {
                    spans.push(Span::new(place, Class::Card, "CARD", digits));
                    return;
                }
            }
        }
    }
}

/// Whether the digits stand together, or as people group them: 4-4-4-4, 4-6-5 and the like.
fn is_grouped(run: &Run, from: usize, to: usize) -> bool {
    if to - from == 1 {
        return true;
    }
    let mut lengths = run.lengths(from, to);
    let first_four = lengths.next() == Some(4);
    let separator = run.gap(from);
    let plain = matches!(separator, " " | "-" | "." | "\u{a0}" | "\u{202f}");
    first_four && plain && lengths.all(|length| length <= 6) && run.is_even(from, to)
}

/// Whether an issuer of cards has numbers like this.
fn has_issuer(digits: &str) -> bool {
    let prefix = |length: usize| digits[..length].parse::<u32>().unwrap_or(0);
    match digits.as_bytes()[0] {
        b'4' | b'6' => true,
        b'5' => digits.len() >= 12,
        b'3' => matches!(prefix(2), 30 | 34..=39),
        b'2' => matches!(prefix(4), 2131 | 2200..=2204 | 2221..=2720),
        b'1' => prefix(4) == 1800,
        b'0' => prefix(4) == 604,
        b'8' => prefix(2) == 81,
        _ => false,
    }
}

/// The Luhn checksum: every second digit from the right counts twice.
pub fn passes_luhn(digits: &str) -> bool {
    let sum: u32 = values(digits)
        .rev()
        .enumerate()
        .map(|(at, digit)| match (at % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => 2 * digit - 9,
            (_, digit) => 2 * digit,
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::super::digits::runs;
    use super::find;

    fn cards(text: &str) -> Vec<String> {
        let mut spans = Vec::new();
        for run in runs(text) {
            find(&run, &mut spans);
        }
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn cards_have_a_checksum_and_an_issuer() {
        // Test numbers that the schemes publish.
        assert_eq!(cards("4111 1111 1111 1111, please"), ["4111111111111111"]);
        assert_eq!(cards("card:3782-822463-10005."), ["378282246310005"]);
        assert_eq!(cards("5555555555554444"), ["5555555555554444"]);
        assert!(cards("4111 1111 1111 1112").is_empty());
        assert!(cards("order 9111111111111118").is_empty());
        assert!(cards("x4111111111111111").is_empty());
    }
}
