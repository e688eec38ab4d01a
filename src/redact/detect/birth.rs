//! Dates of birth: a date that the words around it call one, or an old date that is all of a message.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::context::Context;
use super::digits::stands_alone;
use crate::redact::class::Class;
use crate::redact::span::Span;

/// The months, in the languages whose dates are known. A number says which month a name is.
const MONTHS: &[(&str, u32)] = &[
    ("january|januar|janvier|enero|janeiro|jan|ene|janv", 1),
    (
        "february|februar|février|fevrier|febrero|fevereiro|feb|fev|févr",
        2,
    ),
    ("march|mars|märz|maerz|marzo|março|marco|mar|mrz", 3),
    ("april|avril|abril|apr|avr|abr", 4),
    ("may|mai|mayo|maio", 5),
    ("june|juni|juin|junio|junho|jun", 6),
    ("july|juli|juillet|julio|julho|jul|juil", 7),
    ("august|août|aout|agosto|aug|ago", 8),
    ("september|septembre|septiembre|setembro|sept|sep|set", 9),
    ("october|oktober|octobre|octubre|outubro|oct|okt|out", 10),
    ("november|novembre|noviembre|novembro|nov", 11),
    (
        "december|desember|dezember|décembre|decembre|diciembre|dezembro|dec|des|dez|déc|dic",
        12,
    ),
];

/// Words that call a date one of birth.
const BORN: &[&str] = &[
    "born",
    "birth",
    "dob",
    "d.o.b",
    "bday",
    "b-day",
    "gebor",
    "geburt",
    "geb.",
    "geb ",
    "født",
    "fødsel",
    "bursdag",
    "f. ",
    "né le",
    "née le",
    "né(e)",
    "naiss",
    "anniversaire",
    "nacimiento",
    "nací",
    "nacid",
    "nació",
    "cumpleaños",
    "f. nac",
    "nascimento",
    "nascid",
    "nasci ",
    "nasceu",
    "aniversário",
    "生年月日",
    "誕生日",
    "生まれ",
];

/// Words after a date of birth.
const FOLLOWING: &[&str] = &["生まれ", "に生まれ", "geboren", "født"];

/// A date of this year or an earlier one is too old for an order or an appointment.
const OLD: u32 = 2015;

/// Finds the dates of a text that has digits. `question` is the message before.
pub fn find(text: &str, question: &str, spans: &mut Vec<Span>) {
    let length = text.trim().trim_end_matches(['.', '!']).len();
    for pattern in PATTERNS.iter() {
        for captures in pattern.captures_iter(text) {
            if let Some(span) = birth(text, &captures, length, question) {
                spans.push(span);
            }
        }
    }
}

/// The date of birth that a pattern found in a text. `length` is that of the text without blanks at its ends and its last
/// dot.
fn birth(text: &str, captures: &Captures, length: usize, question: &str) -> Option<Span> {
    let whole = captures.get(0)?;
    let place = (whole.start(), whole.end());
    let number = |name: &str| captures.name(name)?.as_str().parse::<u32>().ok();
    let month = match captures.name("month") {
        Some(month) => month
            .as_str()
            .parse()
            .ok()
            .or_else(|| month_of(month.as_str()))?,
        None => return None,
    };
    let (day, year) = (number("day")?, number("year")?);
    let era = captures
        .name("era")
        .map_or(0, |era| first_year(era.as_str()));
    let year = match year {
        _ if era > 0 => era + year - 1,
        0..=99 => year + if year > 30 { 1900 } else { 2000 },
        _ => year,
    };
    // 03/14/1985 has its month first.
    let (day, month) = if month > 12 {
        (month, day)
    } else {
        (day, month)
    };
    let is_date =
        (1..=31).contains(&day) && (1..=12).contains(&month) && (1890..=2099).contains(&year);
    if !is_date || !stands_alone(text, place) {
        return None;
    }
    let context = || Context::of(text, place, question);
    let is_all = length <= whole.len() + 2;
    let is_birth =
        is_all && year <= OLD || context().has(BORN) || context().is_followed_by(FOLLOWING);
    is_birth.then(|| {
        Span::new(
            place,
            Class::BirthDate,
            "BIRTH-DATE",
            format!("{year:04}-{month:02}-{day:02}"),
        )
    })
}

fn month_of(name: &str) -> Option<u32> {
    let name = name.to_lowercase();
    let known = MONTHS
        .iter()
        .find(|(names, _)| names.split('|').any(|one| one == name));
    known.map(|(_, month)| *month)
}

/// The first year of an era of Japan.
fn first_year(era: &str) -> u32 {
    match era {
        "明治" => 1868,
        "大正" => 1912,
        "昭和" => 1926,
        "平成" => 1989,
        "令和" => 2019,
        _ => 0,
    }
}

static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let names: Vec<_> = MONTHS.iter().map(|(names, _)| *names).collect();
    let names = names.join("|");
    let year = r"(?<year>[0-9]{4}|[0-9]{2})";
    let patterns = [
        // 3.4.1985, 03/04/85, 3-4-1985, and with the month first.
        format!(r"(?<day>[0-9]{{1,2}})(?:\. ?|[/-])(?<month>[0-9]{{1,2}})(?:\. ?|[/-]){year}"),
        // 1985-04-03, 1985/4/3, 1985年4月3日, and with an era.
        r"(?<year>[0-9]{4})[-/.](?<month>[0-9]{1,2})[-/.](?<day>[0-9]{1,2})".to_owned(),
        r"(?<era>明治|大正|昭和|平成|令和)?(?<year>[0-9]{1,4}) ?年 ?(?<month>[0-9]{1,2}) ?月 ?(?<day>[0-9]{1,2}) ?日".to_owned(),
        // 3 April 1985, 3. april 1985, 3rd of April, 1985, 3 de abril de 1985.
        format!(
            r"(?i)(?<day>[0-9]{{1,2}})(?:st|nd|rd|th|er|º|\.)?(?: of| de)?[ -]?(?<month>{names})\.?,?(?: de| del)?[ -]{year}"
        ),
        // April 3, 1985 and April 3rd 1985.
        format!(r"(?i)(?<month>{names})\.? (?<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,? {year}"),
    ];
    let compiled = patterns
        .iter()
        .map(|pattern| Regex::new(pattern).expect("the pattern is one"));
    compiled.collect()
});

#[cfg(test)]
mod tests {
    use super::find;

    fn found(text: &str, question: &str) -> Vec<String> {
        let mut spans = Vec::new();
        find(text, question, &mut spans);
        spans.into_iter().map(|span| span.value).collect()
    }

    #[test]
    fn dates_of_birth_are_found_in_the_forms_that_people_type() {
        for text in [
            "born 3.4.1985",
            "DOB: 03/04/1985",
            "geb. 3. April 1985",
            "født 3. april 1985",
            "née le 3 avril 1985",
            "nací el 3 de abril de 1985",
            "nasci em 3 de abril de 1985",
            "生年月日は1985年4月3日",
            "昭和60年4月3日生まれ",
            "date of birth April 3rd, 1985",
            "my birthday is 1985-04-03",
            "1985-04-03",
        ] {
            assert_eq!(found(text, ""), ["1985-04-03"], "{text}");
        }
        assert_eq!(
            found("It is 3.4.85", "What is your date of birth?"),
            ["1985-04-03"]
        );
    }

    #[test]
    fn other_dates_are_left() {
        for text in [
            "arrives 3.4.2026",
            "2026-04-03",
            "the contract of 3.4.1985 says",
            "born in 1985",
            "born 45.45.1985",
        ] {
            assert!(found(text, "").is_empty(), "{text}");
        }
    }
}
