//! The words around a number, which say what it is.

/// How far a word may be from its number, in bytes.
const BEFORE: usize = 60;
const AFTER: usize = 16;
const NEAR: usize = 24;

/// The words around a place: those before it, and the message before if the number is nearly all of this one.
#[derive(Debug)]
pub struct Context {
    before: String,
    after: String,
}

impl Context {
    /// The words around a place of a text. `question` is the message before.
    pub fn of(text: &str, (start, end): (usize, usize), question: &str) -> Self {
        let line = |c: char| matches!(c, '\n' | '\r');
        let before = tail(&text[..start], BEFORE);
        let mut before = before.to_lowercase();
        // An answer takes its meaning from the question: a short one, and the beginning of a longer one.
        if start <= BEFORE / 3 || text.len() - (end - start) <= BEFORE / 2 {
            before = format!("{} {before}", tail(question, 2 * BEFORE).to_lowercase());
        }
        let after = head(&text[end..], AFTER).split(line).next();
        Self {
            before,
            after: after.unwrap_or_default().to_lowercase(),
        }
    }

    /// Where the last of these words ends before the place, counted from the front. `None` when there is none.
    pub fn last(&self, words: &[&str]) -> Option<usize> {
        let last = |word: &&str| {
            let mut found = self.before.rmatch_indices(*word);
            found
                .find(|(at, _)| begins_word(&self.before, *at))
                .map(|(at, _)| at + word.len())
        };
        words.iter().filter_map(last).max()
    }

    /// The words right before the place alone.
    pub fn near(self) -> Self {
        let before = tail(&self.before, NEAR).to_owned();
        Self { before, ..self }
    }

    /// Whether one of these words stands before the place.
    pub fn has(&self, words: &[&str]) -> bool {
        self.last(words).is_some()
    }

    /// Whether one of these words follows at once.
    pub fn is_followed_by(&self, words: &[&str]) -> bool {
        let after = self
            .after
            .trim_start_matches([' ', '-', ',', '(', '\u{a0}']);
        words.iter().any(|word| after.starts_with(word))
    }
}

/// The first `length` bytes of a text, or fewer, so that no letter is cut.
pub fn head(text: &str, length: usize) -> &str {
    let mut ends = (0..=length.min(text.len())).rev();
    let end = ends.find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

/// The last `length` bytes of a text, or fewer, so that no letter is cut.
fn tail(text: &str, length: usize) -> &str {
    let mut starts = text.len().saturating_sub(length)..text.len();
    let start = starts.find(|start| text.is_char_boundary(*start));
    &text[start.unwrap_or(text.len())..]
}

/// Whether a word begins here. Scripts without blanks between words have no such place.
fn begins_word(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    before.is_none_or(|c| !c.is_alphabetic() || u32::from(c) >= 0x2e80)
}
