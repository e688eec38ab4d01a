//! The names of a conversation's people, and where they stand in a text.

use std::collections::HashMap;

use super::fold::{Word, Words};
use super::introduced::{begins_sentence, is_introduced};
use super::ordinary::{self, Strength, is_no_name, is_unspaced};
use super::variants::{joined, spellings};

/// Names, by their folded words.
#[derive(Debug, Default)]
pub struct Names {
    /// The people, by their whole names.
    people: Vec<String>,
    words: HashMap<String, Part>,
    /// Names in scripts without blanks between words, as they are written.
    unspaced: Vec<(String, usize)>,
}

/// A word of a name.
#[derive(Clone, Copy, Debug)]
struct Part {
    /// Whose name it is a part of.
    person: usize,
    strength: Strength,
}

/// A place in a text, and the whole name of the person whose name stands there.
pub type Found<'a> = ((usize, usize), &'a str);

impl Names {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// Adds the name of a person, or a part of it.
    pub fn add(&mut self, name: &str) {
        let words = Words::of(name);
        let parts: Vec<_> = words.list.iter().map(|word| words.folded(*word)).collect();
        let real: Vec<_> = parts
            .iter()
            .copied()
            .filter(|part| !is_no_name(part))
            .collect();
        let value = real.join(" ");
        if real.is_empty() || self.people.contains(&value) {
            return;
        }
        // A part of a known name is that person's.
        let known = real.len() == 1;
        let known = known
            .then(|| self.words.get(&value).map(|part| part.person))
            .flatten();
        let person = known.unwrap_or_else(|| {
            self.people.push(value.clone());
            self.people.len() - 1
        });
        for part in &real {
            let strength = ordinary::strength(part);
            self.add_word(part, person, strength);
            for other in spellings(part) {
                self.add_word(&other, person, strength.max_sure(&other));
            }
        }
        for whole in joined(name, &real) {
            self.add_word(&whole, person, Strength::Sure);
        }
        if name.chars().any(is_unspaced) {
            self.add_unspaced(name, person);
        }
    }

    fn add_word(&mut self, word: &str, person: usize, strength: Strength) {
        self.words
            .entry(word.to_owned())
            .or_insert(Part { person, strength });
    }

    fn add_unspaced(&mut self, name: &str, person: usize) {
        let parts: Vec<_> = name
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .collect();
        self.unspaced.push((parts.concat(), person));
        if parts.len() > 1 {
            self.unspaced
                .extend(parts.iter().map(|part| ((*part).to_owned(), person)));
        }
    }

    /// Finds the names in a text.
    pub fn find(&self, text: &str, found: &mut Vec<((usize, usize), String)>) {
        if self.is_empty() {
            return;
        }
        let words = Words::of(text);
        let mut at = 0;
        while at < words.list.len() {
            let (length, hit) = self.name_at(text, &words, at);
            found.extend(hit.map(|(place, person)| (place, person.to_owned())));
            at += length.max(1);
        }
        for (name, person) in &self.unspaced {
            for (start, _) in text.match_indices(name.as_str()) {
                let end = start + name.len();
                if !ordinary::needs_title(name) || has_title(&text[end..]) {
                    found.push(((start, end), self.people[*person].clone()));
                }
            }
        }
    }

    /// The name that begins with this word, and how many words it has.
    fn name_at(&self, text: &str, words: &Words, at: usize) -> (usize, Option<Found<'_>>) {
        let list = &words.list;
        let Some((part, first_end, first_length)) = self.part(text, words, at) else {
            return (1, None);
        };
        let (mut length, mut end, mut strong) = (
            first_length,
            first_end,
            usize::from(part.strength != Strength::Never),
        );
        let mut last = at + length;
        while last < list.len() && joins(&text[end..list[last].start]) {
            let Some((next, next_end, count)) = self.part(text, words, last) else {
                break;
            };
            if next.person != part.person && next.strength == Strength::Never {
                break;
            }
            last += count;
            if next.strength != Strength::Never {
                strong += 1;
                (length, end) = (last - at, next_end);
            }
        }
        let word = list[at];
        let place = (word.start, end);
        let counts = strong > 1 || strong == 1 && stands_for_name(text, words, at, part.strength);
        (
            length,
            counts.then(|| (place, self.people[part.person].as_str())),
        )
    }

    /// The part of a name that this word is, where it ends, and how many words it takes: two when a line ends within it.
    fn part(&self, text: &str, words: &Words, at: usize) -> Option<(Part, usize, usize)> {
        let word = words.list[at];
        let folded = words.folded(word);
        if let Some(part) = self.words.get(folded) {
            return Some((*part, word.end, 1));
        }
        // `Olas`, `Annas`: a genitive without an apostrophe.
        let genitive = folded
            .strip_suffix('s')
            .filter(|_| word.is_capital && text[..word.end].ends_with('s'));
        if let Some(part) = genitive.and_then(|stem| self.words.get(stem))
            && part.strength == Strength::Sure
        {
            return Some((*part, word.end - 1, 1));
        }
        let next = *words.list.get(at + 1)?;
        let gap = &text[word.end..next.start];
        let is_hyphenated = gap.starts_with(['-', '\u{2010}'])
            && gap[1..].contains('\n')
            && gap.trim().chars().count() == 1;
        let part = is_hyphenated
            .then(|| self.words.get(&format!("{folded}{}", words.folded(next))))
            .flatten()?;
        Some((*part, next.end, 2))
    }
}

/// Whether this may stand between two parts of a name, also at the end of a line.
fn joins(gap: &str) -> bool {
    gap.chars().count() <= 4
        && gap
            .chars()
            .all(|c| c.is_whitespace() || ".,-_'’·*\u{2010}\u{2011}".contains(c))
}

/// Whether a single word of a name stands for it here.
fn stands_for_name(text: &str, words: &Words, at: usize, strength: Strength) -> bool {
    let word = words.list[at];
    match strength {
        Strength::Sure => true,
        Strength::Never => false,
        Strength::Introduced => is_introduced(text, words, at),
        Strength::Capital => {
            is_introduced(text, words, at) || is_capital_in_sentence(text, words, at, word)
        }
    }
}

/// Whether a word has a capital letter although no sentence begins with it, in a text that does not write all words so.
fn is_capital_in_sentence(text: &str, words: &Words, at: usize, word: Word) -> bool {
    let shown = &text[word.start..word.end];
    let is_name_case = word.is_capital && shown.chars().skip(1).all(|c| !c.is_uppercase());
    let before = at.checked_sub(1).map(|before| words.list[before]);
    let after_lower =
        before.is_some_and(|before| text[before.start..].starts_with(char::is_lowercase));
    is_name_case && after_lower && !begins_sentence(text, word.start)
}

/// Whether a title of Japanese or Chinese follows.
fn has_title(after: &str) -> bool {
    let after = after.trim_start_matches([' ', '\u{3000}']);
    [
        "さん",
        "様",
        "さま",
        "氏",
        "君",
        "くん",
        "ちゃん",
        "先生",
        "殿",
        "先輩",
        "女士",
        "小姐",
        "老师",
    ]
    .iter()
    .any(|title| after.starts_with(title))
}

impl Strength {
    /// The strength of another spelling, which may be another word.
    fn max_sure(self, other: &str) -> Self {
        match self {
            Self::Sure => ordinary::strength(other),
            other => other,
        }
    }
}
