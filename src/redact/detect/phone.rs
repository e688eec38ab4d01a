//! Telephone numbers: international ones, the national formats of the given regions, and what the words around it call one.

use phonenumber::country::Id as Region;
use phonenumber::{Mode, PhoneNumber};

use super::context::Context;
use super::digits::Run;
use crate::redact::class::Class;
use crate::redact::span::Span;

/// Words before a telephone number.
const NAMED: &[&str] = &[
    "phone",
    "tel",
    "call",
    "mobil",
    "cell",
    "fax",
    "whatsapp",
    "sms",
    "texting",
    "text me",
    "ring",
    "reach",
    "dial",
    "messages to",
    "contact",
    "tlf",
    "tél",
    "my number is",
    "meine nummer",
    "nummeret mitt",
    "mon numéro",
    "mi número",
    "meu número",
    "mob",
    "handy",
    "rufnummer",
    "anruf",
    "ruf",
    "erreich",
    "durchwahl",
    "nummer er",
    "portable",
    "télé",
    "joindre",
    "appel",
    "numéro est",
    "móvil",
    "movil",
    "llam",
    "contact",
    "celular",
    "número es",
    "ligar",
    "ligue",
    "ligação",
    "telem",
    "número é",
    "電話",
    "携帯",
    "連絡先",
    "nå meg",
    "nås på",
    "número de cont",
];

/// Words before other numbers.
const OTHER: &[&str] = &[
    "order",
    "invoice",
    "case",
    "ticket",
    "reference",
    "ref",
    "account",
    "konto",
    "tracking",
    "ordre",
    "faktura",
    "sak",
    "bestell",
    "rechnung",
    "kundennummer",
    "kundenummer",
    "customer n",
    "commande",
    "facture",
    "pedido",
    "factura",
    "fatura",
    "encomenda",
    "注文",
    "card",
    "kort",
    "karte",
    "carte",
    "tarjeta",
    "cartão",
    "カード",
    "isbn",
    "sku",
    "article",
    "artikkel",
    "artikel",
    "booking",
    "policy",
    "serial",
    "version",
    "vedtak",
    "saksnr",
    "dossier",
];

/// Words after a telephone number.
const FOLLOWING: &[&str] = &[
    "office",
    "fax",
    "mobile",
    "cell",
    "home",
    "work",
    "に電話",
    "まで電話",
    "へ電話",
    "(mob",
    "(tel",
    "mob",
];

/// Marks before an extension.
const EXTENSIONS: &[&str] = &["x", " x", "ext", " ext", ", ext", "#"];

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
    if !LENGTHS.contains(&length) && !(ABROAD.contains(&length) && is_abroad()) {
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

/// The length of an extension: `x123`, `ext. 12`.
fn extension(after: &str) -> usize {
    let lower = after[..after.floor_char_boundary(12)].to_ascii_lowercase();
    let mut marks = EXTENSIONS.iter().filter(|mark| lower.starts_with(**mark));
    marks
        .find_map(|mark| {
            let rest = &lower[mark.len()..];
            let digits = rest.trim_start_matches(['.', ' ', ':']);
            let length = digits.bytes().take_while(u8::is_ascii_digit).count();
            let ends = digits[length..]
                .chars()
                .next()
                .is_none_or(|c| !c.is_alphanumeric());
            ((1..=6).contains(&length) && ends).then(|| lower.len() - digits.len() + length)
        })
        .unwrap_or(0)
}

/// Whether groups could be a number at all: not a date, a time, an amount or an IP address.
fn is_plausible(run: &Run, from: usize, to: usize) -> bool {
    let lengths: Vec<_> = run.lengths(from, to).collect();
    let dotted = (from..to - 1).all(|group| run.gap(group) == ".");
    let is_date = lengths.len() == 3
        && run.is_even(from, to)
        && matches!(lengths[..], [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4]);
    let begins_with_date = lengths.len() > 3
        && (matches!(lengths[..3], [4, 1 | 2, 1 | 2])
            && run.gap(from) == run.gap(from + 1)
            && run.gap(from) != " ");
    // 16:23:36.290733
    let before = &run.text[..run.groups[from].0];
    let is_time = before
        .strip_suffix(':')
        .is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
    // 1.234.567 and 12 345 678 are amounts where the first group is short and the others have three digits.
    let is_amount = lengths.len() > 1
        && lengths[0] < 3
        && lengths[1..].iter().all(|length| *length == 3)
        && (dotted || lengths[0] == 1);
    let is_range = lengths == [4, 4] && run.gap(from).trim() == "-" && {
        let digits = run.digits(from, to);
        let is_year = |text: &str| text.starts_with("19") || text.starts_with("20");
        is_year(&digits[..4]) && is_year(&digits[4..])
    };
    let first_is_short_alone = lengths.len() > 1 && lengths[1..].iter().all(|length| *length == 1);
    let is_address = lengths.len() == 4 && dotted && lengths.iter().all(|length| *length <= 3);
    !(is_date
        || begins_with_date
        || is_time
        || is_amount
        || is_range
        || is_address
        || first_is_short_alone)
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
            .flat_map(|kind| kind.possible_length());
        lengths.any(|length| usize::from(*length) == digits)
    })
}

fn e164(number: &PhoneNumber) -> String {
    number.format().mode(Mode::E164).to_string()
}

/// Whether the groups are those of a number in some country: a trunk zero, or an area code of North America.
fn has_shape(run: &Run, from: usize, to: usize) -> bool {
    let lengths: Vec<_> = run.lengths(from, to).collect();
    let total: usize = lengths.iter().sum();
    let zero = run.digits(from, from + 1).starts_with('0') && (9..=12).contains(&total);
    let america = matches!(lengths[..], [3, 3, 4] | [1, 3, 3, 4] | [3, 3, 3, 4]);
    let pairs = lengths.len() >= 4 && lengths.iter().all(|length| *length == 2);
    let nordic = matches!(lengths[..], [3, 2, 3]) && run.is_even(from, to);
    let bracket = run.text[..run.groups[from].0].ends_with('(') && total >= 9;
    zero || america || pairs || nordic || bracket
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
