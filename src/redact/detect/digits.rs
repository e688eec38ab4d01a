//! Runs of digits: the raw material of every number that people write, with blanks, dots, dashes and brackets in it.

/// A group of ASCII digits, by its place in the text.
pub type Group = (usize, usize);

/// Groups of digits with nothing but separators between them.
#[derive(Debug)]
pub struct Run<'a> {
    /// The text.
    pub text: &'a str,
    /// The groups, from left to right.
    pub groups: Vec<Group>,
}

/// The longest separator, in characters: `) - `.
const WIDEST: usize = 4;

/// The most groups of a run that are looked at together.
const MOST: usize = 24;

/// Finds the runs of a text.
pub fn runs(text: &str) -> Vec<Run<'_>> {
    let bytes = text.as_bytes();
    let (mut runs, mut groups): (Vec<Run>, Vec<Group>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(start) = bytes[at..].iter().position(u8::is_ascii_digit) {
        let start = at + start;
        let length = bytes[start..]
            .iter()
            .position(|byte| !byte.is_ascii_digit());
        let end = length.map_or(bytes.len(), |length| start + length);
        let joins = groups
            .last()
            .is_some_and(|(_, last)| separates(&text[*last..start]));
        if !groups.is_empty() && (!joins || groups.len() == MOST) {
            let groups = std::mem::take(&mut groups);
            runs.push(Run { text, groups });
        }
        groups.push((start, end));
        at = end;
    }
    if !groups.is_empty() {
        runs.push(Run { text, groups });
    }
    runs
}

/// Whether a text is only what stands between the groups of a number.
fn separates(text: &str) -> bool {
    text.chars().count() <= WIDEST && text.chars().all(is_separator)
}

fn is_separator(c: char) -> bool {
    matches!(
        c,
        ' ' | '-' | '.' | '/' | '(' | ')' | '+' | '\u{a0}' | '\u{2009}' | '\u{2010}'
            ..='\u{2013}' | '\u{202f}' | '\u{2212}'
    )
}

impl Run<'_> {
    /// The digits of the groups `from..to`.
    pub fn digits(&self, from: usize, to: usize) -> String {
        let groups = self.groups[from..to].iter();
        groups
            .map(|(start, end)| &self.text[*start..*end])
            .collect()
    }

    /// How many digits each of the groups `from..to` has.
    pub fn lengths(&self, from: usize, to: usize) -> impl Iterator<Item = usize> {
        self.groups[from..to].iter().map(|(start, end)| end - start)
    }

    /// The place of the groups `from..to` in the text.
    pub fn place(&self, from: usize, to: usize) -> (usize, usize) {
        (self.groups[from].0, self.groups[to - 1].1)
    }

    /// What stands between a group and the next one.
    pub fn gap(&self, group: usize) -> &str {
        &self.text[self.groups[group].1..self.groups[group + 1].0]
    }

    /// Whether the groups `from..to` all have the same separator, one character long.
    pub fn is_even(&self, from: usize, to: usize) -> bool {
        let mut gaps = (from..to - 1).map(|group| self.gap(group));
        let first = gaps.next();
        first.is_none_or(|first| first.chars().count() == 1 && gaps.all(|gap| gap == first))
    }

    /// Whether the place is a word of its own: no letter, digit or underscore touches it.
    pub fn stands_alone(&self, (start, end): (usize, usize)) -> bool {
        stands_alone(self.text, (start, end))
    }
}

/// Whether no letter, digit or underscore touches a place. Scripts without blanks between words do not count.
pub fn stands_alone(text: &str, (start, end): (usize, usize)) -> bool {
    let touches = |c: char| (c.is_alphanumeric() || c == '_') && u32::from(c) < 0x2e80;
    !text[..start].chars().next_back().is_some_and(touches)
        && !text[end..].chars().next().is_some_and(touches)
}

/// The digits as numbers.
pub fn values(digits: &str) -> impl DoubleEndedIterator<Item = u32> + ExactSizeIterator + Clone {
    digits.as_bytes().iter().map(|byte| u32::from(byte - b'0'))
}
