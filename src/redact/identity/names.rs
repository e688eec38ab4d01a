//! The names of a conversation's people, and where they stand in a text.

use std::collections::{HashMap, HashSet};

use super::fold::{Word, Words};
use super::introduced::{begins_sentence, has_article, is_german, is_introduced};
use super::ordinary::{self, Strength, is_no_name, is_unspaced};
use super::variants::{joined, spellings};

/// Names, by their folded words.
#[derive(Debug, Default)]
pub struct Names {
    /// The people, by their whole names.
    people: Vec<String>,
    /// The same, to look one up.
    whole: HashSet<String>,
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

/// A part of a name in a text.
#[derive(Clone, Copy, Debug)]
struct FoundPart {
    part: Part,
    /// Where it ends.
    end: usize,
    /// How many words it has: two when a line ends within it.
    words: usize,
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
        if real.is_empty() || self.whole.contains(&value) {
            return;
        }
        // A part of a known name is that person's.
        let known = real.len() == 1;
        let known = known
            .then(|| self.words.get(&value).map(|part| part.person))
            .flatten();
        let person = known.unwrap_or_else(|| {
            self.people.push(value.clone());
            self.whole.insert(value.clone());
            self.people.len() - 1
        });
        for part in &real {
            let strength = ordinary::strength(part);
            self.add_word(part, person, strength);
            for other in spellings(part) {
                self.add_word(&other, person, strength.of_spelling(&other));
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
        let Some(first) = self.part(text, words, at) else {
            return (1, None);
        };
        // The last word that is more than a particle, and how many there are.
        let (mut sure, mut count, mut length, mut next) = (None, 0, 1, at);
        let mut part = Some(first);
        while let Some(this) = part {
            let before = words.folded(words.list[next]);
            next += this.words;
            if this.part.strength != Strength::Never {
                (sure, count, length) = (Some((next - this.words, this)), count + 1, next - at);
            }
            let goes_on = words.list.get(next).is_some_and(|word| {
                words.folded(*word) != before && joins(&text[this.end..word.start], before)
            });
            part = goes_on.then(|| self.part(text, words, next)).flatten();
        }
        let Some((index, last)) = sure else {
            // No name begins with one of the particles in between either.
            return (next - at, None);
        };
        let has_particle = length > last.words && count == 1 && words.list[index].is_capital;
        let counts =
            count > 1 || has_particle || stands_for_name(text, words, index, last.part.strength);
        let place = (words.list[at].start, last.end);
        (
            length,
            counts.then(|| (place, self.people[last.part.person].as_str())),
        )
    }

    /// The part of a name that begins with this word.
    fn part(&self, text: &str, words: &Words, at: usize) -> Option<FoundPart> {
        let word = words.list[at];
        let folded = words.folded(word);
        let found = |part: &Part, end, words| FoundPart {
            part: *part,
            end,
            words,
        };
        if let Some(part) = self.words.get(folded) {
            return Some(found(part, word.end, 1));
        }
        // `nordmann85`, as people call themselves.
        let stem = folded.trim_end_matches(|c: char| c.is_ascii_digit());
        if stem.len() < folded.len()
            && let Some(part) = self.words.get(stem)
            && part.strength == Strength::Sure
        {
            return Some(found(part, word.end, 1));
        }
        // `Olas`, `Annas`: a genitive without an apostrophe.
        let genitive = folded
            .strip_suffix('s')
            .filter(|_| word.is_capital && text[..word.end].ends_with('s'));
        if let Some(part) = genitive.and_then(|stem| self.words.get(stem))
            && part.strength == Strength::Sure
        {
            return Some(found(part, word.end - 1, 1));
        }
        // A name that a hyphen cuts at the end of a line.
        let next = *words.list.get(at + 1)?;
        let gap = text[word.end..next.start].strip_prefix(['-', '\u{2010}', '\u{ad}'])?;
        if !gap.contains('\n') || !gap.trim().is_empty() {
            return None;
        }
        let part = self.words.get(&format!("{folded}{}", words.folded(next)))?;
        Some(found(part, next.end, 2))
    }
}

/// Whether this may stand between two parts of a name, also at the end of a line. A sentence does not end within one, but an
/// initial has a dot.
fn joins(gap: &str, before: &str) -> bool {
    let ends_sentence = gap.contains('.') && gap.contains(char::is_whitespace) && before.len() > 2;
    let is_part = |c: char| c.is_whitespace() || ".,-_'’·*\u{2010}\u{2011}".contains(c);
    gap.chars().count() <= 4 && !ends_sentence && gap.chars().all(is_part)
}

/// Whether a single word of a name stands for it here.
fn stands_for_name(text: &str, words: &Words, at: usize, strength: Strength) -> bool {
    let word = words.list[at];
    match strength {
        Strength::Sure => true,
        Strength::Never => false,
        Strength::Introduced => is_introduced(text, words, at),
        Strength::Capital if is_german(words) => is_introduced(text, words, at),
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
    is_name_case && after_lower && !has_article(words, at) && !begins_sentence(text, word.start)
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
    fn of_spelling(self, other: &str) -> Self {
        match self {
            Self::Sure => ordinary::strength(other),
            other => other,
        }
    }
}
