//! Telephone numbers: international ones, the national formats of the given regions, and what the words around it call one.

mod shape;
mod words;

use phonenumber::country::Id as Region;
use phonenumber::metadata::Descriptor;
use phonenumber::{Mode, PhoneNumber};

use self::shape::{extension, has_shape, is_plausible};
use self::words::{FOLLOWING, NAMED, OTHER};
use super::context::Context;
use super::digits::Run;
use crate::redact::class::Class;
use crate::redact::span::Span;

/// The fewest and most digits of a number.
const LENGTHS: std::ops::RangeInclusive<usize> = 7..=15;

/// The same with `00` and the code of a country before it.
const ABROAD: std::ops::RangeInclusive<usize> = 9..=17;

/// Finds the telephone numbers of a run.
pub fn find(run: &Run, regions: &[Region], question: &str, spans: &mut Vec<Span>) {
    let groups = run.groups.len();
    let mut from = 0;
    while from < groups {
        let number = (from + 1..=groups.min(from + 7))
            .rev()
            .find_map(|to| Some((to, number(run, from, to, regions, question)?)));
        match number {
            Some((to, span)) => {
                spans.push(span);
                from = to;
            }
            None => from += 1,
        }
    }
}

/// The number that the groups `from..to` are, if they are one.
fn number(run: &Run, from: usize, to: usize, regions: &[Region], question: &str) -> Option<Span> {
    let length: usize = run.lengths(from, to).sum();
    let is_abroad = || run.digits(from, from + 1).starts_with("00");
    if !(LENGTHS.contains(&length) || ABROAD.contains(&length) && is_abroad()) {
        return None;
    }
    let mut place = run.place(from, to);
    let before = &run.text[..place.0];
    let plus = ["+", "(+", "+("]
        .into_iter()
        .find(|plus| before.ends_with(plus));
    let open = before.ends_with('(');
    place.0 -= plus.map_or(usize::from(open), str::len);
    if plus.is_none() && !is_plausible(run, from, to) || !alone(run, place) {
        return None;
    }
    let digits = run.digits(from, to);
    let written = &run.text[place.0..place.1];
    let value = if plus.is_some() {
        international(written)
    } else if digits.starts_with("00") {
        let named = || Context::of(run.text, place, question).has(NAMED);
        international(written).or_else(|| named().then_some(digits))
    } else {
        national(run, (from, to), &digits, regions, place, question)
    }?;
    place.1 += extension(&run.text[place.1..]);
    Some(Span::new(place, Class::Phone, "PHONE", value))
}

/// Whether the number stands alone, but for an extension.
fn alone(run: &Run, (start, end): (usize, usize)) -> bool {
    let has_extension = extension(&run.text[end..]) > 0;
    let end = if has_extension { run.text.len() } else { end };
    let after = run.text[end..].chars().next();
    let before = run.text[..start].chars().next_back();
    let goes_on =
        matches!(after, Some('/' | '%' | '€' | '$')) || run.text[end..].starts_with(" kr");
    run.stands_alone((start, end))
        && !goes_on
        && !matches!(before, Some('#' | '$' | '€' | '£' | '/' | '='))
}

/// The number after a `+` or `00`. The zero of `+49 (0) 30 ...` is left out from abroad.
fn international(written: &str) -> Option<String> {
    let digits = written.replacen("(0)", "", 1);
    let digits: String = digits.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").unwrap_or(&digits);
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    let national = number.national().value().to_string().len();
    (national >= 5 && digits.len() <= 15).then(|| e164(&number))
}

/// The normal form of a number of which only the digits are known. Channels leave out the `+`.
pub fn of_digits(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let number = phonenumber::parse(None, format!("+{digits}")).ok();
    let number = number.filter(PhoneNumber::is_valid);
    number.map_or(digits, |number| e164(&number))
}

/// A number without its country.
fn national(
    run: &Run,
    (from, to): (usize, usize),
    digits: &str,
    regions: &[Region],
    place: (usize, usize),
    question: &str,
) -> Option<String> {
    let context = Context::of(run.text, place, question);
    let named = context.last(NAMED);
    let other = context.last(OTHER);
    let follows = context.is_followed_by(FOLLOWING);
    let is_named = follows || named.is_some() && named >= other;
    let is_other = !is_named && context.near().has(OTHER);
    let code = with_code(run, from, digits);
    if let Some(number) = code {
        return Some(number);
    }
    let grouped = to - from > 1;
    for region in regions {
        let Ok(number) = phonenumber::parse(Some(*region), digits) else {
            continue;
        };
        // A number without blanks could be anything, so it must be one that is given out.
        let fits =
            is_possible(&number) && (grouped || number.is_valid() && has_trunk(&number, digits));
        if is_named && is_possible(&number) || fits && !is_other {
            return Some(e164(&number));
        }
    }
    let is_shaped = grouped && !is_other && has_shape(run, from, to);
    (is_named || is_shaped).then(|| digits.to_owned())
}

/// A country's code in brackets: `(351) 912 345 678`.
fn with_code(run: &Run, from: usize, digits: &str) -> Option<String> {
    let (start, end) = run.groups[from];
    let bracketed = run.text[..start].ends_with('(') && run.text[end..].starts_with(')');
    if !bracketed || end - start > 3 || digits.len() < 10 {
        return None;
    }
    let number = phonenumber::parse(None, format!("+{digits}")).ok()?;
    number.is_valid().then(|| e164(&number))
}

/// Whether a number has the digit that its region puts before national numbers, if there is one.
fn has_trunk(number: &PhoneNumber, digits: &str) -> bool {
    let region = number.metadata(&phonenumber::metadata::DATABASE);
    let trunk = region.and_then(|region| region.national_prefix());
    trunk != Some("0") || digits.starts_with('0')
}

/// Whether numbers of the region have this length.
fn is_possible(number: &PhoneNumber) -> bool {
    let national = number.national();
    let digits = national.value().to_string().len() + usize::from(national.zeros());
    let region = number.metadata(&phonenumber::metadata::DATABASE);
    region.is_some_and(|region| {
        let kinds = region.descriptors();
        let kinds = [kinds.fixed_line(), kinds.mobile(), kinds.toll_free()];
        let mut lengths = kinds
            .into_iter()
            .flatten()
            .flat_map(Descriptor::possible_length);
        lengths.any(|length| usize::from(*length) == digits)
    })
}

fn e164(number: &PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

#[cfg(test)]
mod tests {
    use phonenumber::country::Id as Region;

    use super::super::digits::runs;
    use super::find;

    fn phones(text: &str, regions: &[Region]) -> Vec<String> {
        let mut spans = Vec::new();
        for run in runs(text) {
            find(&run, regions, "", &mut spans);
        }
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn the_same_number_has_one_value_however_it_is_written() {
        let norway = [Region::NO];
        for text in [
            "+47 22 33 44 55",
            "22334455",
            "ring 22 33 44 55!",
            "0047 22334455",
            "(+47) 223 34 455",
        ] {
            assert_eq!(phones(text, &norway), ["+4722334455"], "{text}");
        }
        assert_eq!(phones("+49 (0)30 901820", &[]), ["+4930901820"]);
        assert_eq!(phones("0049 (0)30 901820", &[]), ["+4930901820"]);
        assert_eq!(phones("030/901820", &[Region::DE]), ["+4930901820"]);
    }

    #[test]
    fn other_numbers_are_no_phones() {
        for text in [
            "order 12345678",
            "2026-11-29",
            "29.11.2026",
            "1.234.567",
            "12 345 678",
            "costs 12345678 kr",
            "2019-2021",
            "#22334455",
            "192.168.10.20",
            "ordre nr. 22334455",
        ] {
            assert!(phones(text, &[Region::NO]).is_empty(), "{text}");
        }
        assert!(phones("22334455 it is", &[]).is_empty());
        assert_eq!(phones("call 22334455", &[]), ["22334455"]);
        assert_eq!(phones("(555) 123-4567 ext. 12", &[]).len(), 1);
    }
}
