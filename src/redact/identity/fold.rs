//! Words of a text without case and diacritics, so that `Núñez` and `NUNEZ` are one.

use std::cell::OnceCell;

use icu_normalizer::properties::{CanonicalDecompositionBorrowed, Decomposed};

/// A word of a text: letters and digits with nothing between them.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether it begins with a capital letter.
    pub is_capital: bool,
    folded: (usize, usize),
}

/// The words of a text, and their folded forms.
#[derive(Debug, Default)]
pub struct Words {
    /// The words, from left to right.
    pub list: Vec<Word>,
    /// Whether the text is German, once somebody has asked.
    pub is_german: OnceCell<bool>,
    folded: String,
}

impl Words {
    /// Finds the words of a text.
    pub fn of(text: &str) -> Self {
        let mut words = Self {
            list: Vec::new(),
            is_german: OnceCell::new(),
            folded: String::with_capacity(text.len()),
        };
        let mut open: Option<Word> = None;
        for (at, c) in text.char_indices() {
            if c.is_alphanumeric() || open.is_some() && is_silent(c) {
                let begun = words.folded.len();
                let word = open.get_or_insert_with(|| Word {
                    start: at,
                    end: at,
                    is_capital: c.is_uppercase(),
                    folded: (begun, begun),
                });
                word.end = at + c.len_utf8();
                fold_char(c, &mut words.folded);
                word.folded.1 = words.folded.len();
            } else if let Some(word) = open.take() {
                words.list.push(word);
            }
        }
        words.list.extend(open);
        words
    }

    /// A word without case and diacritics.
    pub fn folded(&self, word: Word) -> &str {
        &self.folded[word.folded.0..word.folded.1]
    }
}

/// A text without case and diacritics, its words separated by blanks.
pub fn fold(text: &str) -> String {
    let words = Words::of(text);
    let folded: Vec<_> = words.list.iter().map(|word| words.folded(*word)).collect();
    folded.join(" ")
}

/// Whether a character is no letter but does not end a word: an accent on its own, or a mark that nobody sees.
fn is_silent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn fold_char(c: char, folded: &mut String) {
    if c.is_ascii() {
        folded.push(c.to_ascii_lowercase());
        return;
    }
    for c in c.to_lowercase() {
        match c {
            'ø' => folded.push('o'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'þ' => folded.push_str("th"),
            'ı' => folded.push('i'),
            _ => fold_letter(c, folded),
        }
    }
}

/// The letter without its accents. Hangul syllables become their letters.
fn fold_letter(c: char, folded: &mut String) {
    match CanonicalDecompositionBorrowed::new().decompose(c) {
        Decomposed::Expansion(first, second) => {
            fold_letter(first, folded);
            fold_letter(second, folded);
        }
        Decomposed::Singleton(other) => folded.push(other),
        Decomposed::Default if is_accent(c) => {}
        Decomposed::Default => folded.push(c),
    }
}

fn is_accent(c: char) -> bool {
    is_silent(c) || matches!(c, '\u{3099}' | '\u{309a}')
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn words_lose_their_case_and_their_accents() {
        assert_eq!(fold("José NÚÑEZ-O'Brien"), "jose nunez o brien");
        assert_eq!(fold("Jose\u{301}"), "jose");
        assert_eq!(fold("Ødegård Þór Straße Łódź"), "odegard thor strasse lodz");
        assert_eq!(fold("Nguyễn, 李小龍"), "nguyen 李小龍");
    }
}
