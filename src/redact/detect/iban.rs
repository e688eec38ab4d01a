//! International bank account numbers, by the length of their country and their checksum (ISO 13616).

use super::digits::{Run, stands_alone};
use crate::redact::class::Class;
use crate::redact::span::Span;

/// The length of an IBAN by its country.
const LENGTHS: &str = "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24FI18\
    FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27\
    MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25\
    SV28TL23TN24TR26UA29VA22VG24XK20YE30";

/// Finds the IBANs that begin in a run.
pub fn find(run: &Run, spans: &mut Vec<Span>) {
    for &(start, _) in &run.groups {
        if let Some(span) = iban(run.text, start) {
            spans.push(span);
        }
    }
}

/// The IBAN whose check digits begin here.
fn iban(text: &str, digits: usize) -> Option<Span> {
    let start = digits.checked_sub(2)?;
    let country = text.get(start..digits)?.to_ascii_uppercase();
    let length = length(&country)?;
    let mut value = String::with_capacity(length);
    let mut gap = 0;
    for (at, c) in text[start..].char_indices() {
        if c.is_ascii_alphanumeric() {
            value.push(c.to_ascii_uppercase());
            gap = 0;
        } else if matches!(c, ' ' | '-' | '.' | '\u{a0}') && gap == 0 {
            gap = 1;
        } else {
            return None;
        }
        if value.len() == length {
            let place = (start, start + at + 1);
            let valid = has_checksum(&value) && stands_alone(text, place);
            return valid.then(|| Span::new(place, Class::Iban, "IBAN", value));
        }
    }
    None
}

fn length(country: &str) -> Option<usize> {
    let entry = LENGTHS
        .as_bytes()
        .chunks_exact(4)
        .find(|entry| entry[..2] == *country.as_bytes())?;
    Some(usize::from(entry[2] - b'0') * 10 + usize::from(entry[3] - b'0'))
}

/// With the first four characters at its end and letters as numbers, the number is 1 modulo 97.
fn has_checksum(iban: &str) -> bool {
    let rest = iban[4..]
        .chars()
        .chain(iban[..4].chars())
        .try_fold(0, |rest, c| {
            let digit = c.to_digit(36)?;
            let shift = if digit < 10 { 10 } else { 100 };
            Some((rest * shift + digit) % 97)
        });
    rest == Some(1)
}

#[cfg(test)]
mod tests {
    use super::super::digits::runs;
    use super::find;

    fn ibans(text: &str) -> Vec<String> {
        let mut spans = Vec::new();
        for run in runs(text) {
            find(&run, &mut spans);
        }
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn ibans_are_found_with_and_without_blanks() {
        // The examples of the registry.
        assert_eq!(ibans("to NO93 8601 1117 947."), ["NO9386011117947"]);
        assert_eq!(ibans("gb29nwbk60161331926819"), ["GB29NWBK60161331926819"]);
        assert_eq!(
            ibans("FR14 2004 1010 0505 0001 3M02 606"),
            ["FR1420041010050500013M02606"]
        );
        assert!(ibans("NO93 8601 1117 948").is_empty());
        assert!(ibans("NO938601111794712").is_empty());
    }
}
