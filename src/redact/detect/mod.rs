//! Finds personal data by its shape, one file per class. What the record knows of its people is found elsewhere.
//!
//! A look at the bytes first tells which of them can find anything: most texts have no `@`, no `://` and few digits.

mod birth;
mod card;
mod context;
mod coordinates;
mod digits;
mod email;
mod iban;
mod national;
mod network;
mod phone;
mod url;

use phonenumber::country::Id as Region;

pub use self::digits::runs;
pub use self::email::find as find_emails;
use super::class::{Class, Classes};
use super::span::Span;

/// The fewest digits that a run of interest has.
const FEWEST: usize = 4;

/// Finds personal data by its shape.
#[derive(Debug)]
pub struct Detector {
    /// What to look for.
    pub classes: Classes,
    /// The regions whose national telephone numbers are known.
    pub regions: Vec<Region>,
}

impl Detector {
    /// Finds what is in a text. `question` is the message before, which may say what the numbers of an answer are.
    pub fn find(&self, text: &str, question: &str, spans: &mut Vec<Span>) {
        let has = |class| self.classes.has(class);
        let bytes = text.as_bytes();
        if has(Class::Email) {
            email::find(text, spans);
        }
        if has(Class::Url) {
            url::find(text, spans);
        }
        if has(Class::Ip) && memchr::memchr2(b':', b'-', bytes).is_some() {
            network::find_hex(text, spans);
        }
        if bytes
            .iter()
            .filter(|byte| byte.is_ascii_digit())
            .take(FEWEST)
            .count()
            == FEWEST
        {
            self.find_numbers(text, question, spans);
        }
    }

    fn find_numbers(&self, text: &str, question: &str, spans: &mut Vec<Span>) {
        let has = |class| self.classes.has(class);
        for run in digits::runs(text) {
            if has(Class::Iban) {
                iban::find(&run, spans);
            }
            if run.lengths(0, run.groups.len()).sum::<usize>() < FEWEST {
                continue;
            }
            if has(Class::Card) {
                card::find(&run, spans);
            }
            if has(Class::NationalId) {
                national::find(&run, question, spans);
            }
            if has(Class::Ip) {
                network::find_v4(&run, spans);
            }
            if has(Class::Phone) {
                phone::find(&run, &self.regions, question, spans);
            }
        }
        if has(Class::BirthDate) {
            birth::find(text, question, spans);
        }
        if has(Class::Coordinates) {
            coordinates::find(text, spans);
        }
    }

    /// The normal form of a telephone number that a record calls one.
    pub fn phone(&self, text: &str) -> String {
        let mut spans = Vec::new();
        for run in digits::runs(text) {
            phone::find(&run, &self.regions, "phone", &mut spans);
        }
        let whole = spans
            .into_iter()
            .find(|span| span.end - span.start + 4 > text.len());
        let value = whole
            .map(|span| span.value)
            .filter(|value| value.starts_with('+'));
        value.unwrap_or_else(|| phone::of_digits(text))
    }
}
