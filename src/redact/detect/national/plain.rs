//! National numbers of digits alone.

use super::checksum;
use crate::redact::class::Class;
use crate::redact::detect::context::Context;
use crate::redact::detect::digits::Run;
use crate::redact::span::Span;

/// A number of a country.
struct Number {
    /// The groups in which people write it, one set of lengths each.
    groups: &'static [&'static [usize]],
    /// What stands between the groups.
    separators: &'static str,
    /// Whether it is one.
    is_valid: fn(&str) -> bool,
    /// Words that must stand before a number whose check is too weak alone, and before one in one group.
    words: &'static [&'static str],
    /// How much the words are needed.
    needs: Needs,
}

/// When the words of a number are needed.
#[derive(PartialEq)]
enum Needs {
    Never,
    /// When the digits are in one group.
    Ungrouped,
    Always,
}

const NUMBERS: &[Number] = &[
    Number {
        groups: &[&[11], &[6, 5]],
        separators: " -.",
        is_valid: checksum::norway,
        words: &[],
        needs: Needs::Never,
    },
    Number {
        groups: &[&[10], &[12], &[6, 4], &[8, 4]],
        separators: "-+",
        is_valid: checksum::sweden,
        words: &[
            "personnummer",
            "person nr",
            "pnr",
            "samordningsnummer",
            "personal identity",
        ],
        needs: Needs::Ungrouped,
    },
    Number {
        groups: &[&[11], &[2, 3, 3, 3]],
        separators: " ",
        is_valid: checksum::germany,
        words: &[],
        needs: Needs::Never,
    },
    Number {
        groups: &[&[15], &[13, 2], &[1, 2, 2, 2, 3, 3, 2]],
        separators: " .",
        is_valid: checksum::france,
        words: &[],
        needs: Needs::Never,
    },
    Number {
        groups: &[&[9], &[3, 3, 3]],
        separators: " .",
        is_valid: checksum::portugal,
        words: &["nif", "contribuinte", "fiscal"],
        needs: Needs::Always,
    },
    Number {
        groups: &[&[11], &[3, 3, 3, 2]],
        separators: ".- ",
        is_valid: checksum::brazil,
        words: &[],
        needs: Needs::Never,
    },
    Number {
        groups: &[&[12], &[4, 4, 4]],
        separators: " -",
        is_valid: checksum::japan,
        words: &["マイナンバー", "個人番号", "my number", "mynumber"],
        needs: Needs::Ungrouped,
    },
    Number {
        groups: &[&[9], &[3, 2, 4]],
        separators: "- ",
        is_valid: checksum::united_states,
        words: &["ssn", "social security", "itin", "taxpayer"],
        needs: Needs::Ungrouped,
    },
];

/// Finds the numbers of a run.
pub fn find(run: &Run, question: &str, spans: &mut Vec<Span>) {
    for from in 0..run.groups.len() {
        for number in NUMBERS {
            let fits = number
                .groups
                .iter()
                .find(|lengths| number.fits(run, from, lengths, question));
            if let Some(lengths) = fits {
                let to = from + lengths.len();
                let digits = run.digits(from, to);
                spans.push(Span::new(
                    run.place(from, to),
                    Class::NationalId,
                    "NATIONAL-ID",
                    digits,
                ));
            }
        }
    }
}

impl Number {
    fn fits(&self, run: &Run, from: usize, lengths: &[usize], question: &str) -> bool {
        let to = from + lengths.len();
        if to > run.groups.len() || !run.lengths(from, to).eq(lengths.iter().copied()) {
            return false;
        }
        let place = run.place(from, to);
        let separated = (from..to - 1).all(|group| {
            let gap = run.gap(group);
            gap.len() == 1 && self.separators.contains(gap)
        });
        // Three groups of a card are no number of their own.
        let is_gap = |group: usize| self.separators.contains(run.gap(group));
        let goes_on = lengths.len() > 1
            && (from > 0 && is_gap(from - 1) || to < run.groups.len() && is_gap(to - 1));
        let needs_words =
            self.needs == Needs::Always || self.needs == Needs::Ungrouped && lengths.len() == 1;
        let named = || Context::of(run.text, place, question).has(self.words);
        separated
            && !goes_on
            && run.stands_alone(place)
            && (self.is_valid)(&run.digits(from, to))
            && (!needs_words || named())
    }
}
