//! Words and regular expressions of the user's own.

use regex::{Regex, RegexBuilder};

use super::span::{Kind, Span};
use crate::usage::{UsageError, usage};

/// The largest regular expression, when it is compiled, in bytes.
const LARGEST: usize = 1 << 20;

/// Words and regular expressions of the user's own, each with a class.
#[derive(Clone, Debug, Default)]
pub struct List {
    /// The classes, in the order of the list.
    classes: Vec<String>,
    entries: Vec<(usize, Regex)>,
}

impl List {
    /// Reads a list: on each line a class, a blank, and a word or phrase, or `/a regular expression/`. Empty lines and lines
    /// that begin with `#` are skipped.
    ///
    /// # Errors
    /// A usage error that names the line.
    pub fn parse(text: &str) -> Result<Self, UsageError> {
        let mut list = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                list.add(line)
                    .map_err(|why| usage!("line {number}: {why}"))?;
            }
        }
        if list.entries.is_empty() {
            return Err(usage!(
                "it has no entry: give lines such as `project Falcon` or `account /AC-\\d+/`"
            ));
        }
        Ok(list)
    }

    fn add(&mut self, line: &str) -> Result<(), String> {
        let (class, what) = line
            .split_once(char::is_whitespace)
            .ok_or("it needs a class and what belongs to it, such as `project Falcon`")?;
        let is_class = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !class.chars().all(is_class) || !class.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(format!(
                "`{class}` is no class: its name has small letters, digits and dashes"
            ));
        }
        let what = what.trim();
        let inside = what
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'));
        let pattern = inside.map_or_else(|| word(what), str::to_owned);
        let regex = RegexBuilder::new(&pattern)
            .case_insensitive(inside.is_none())
            .size_limit(LARGEST)
            .build();
        let regex = regex.map_err(|error| format!("it is not a regular expression: {error}"))?;
        if regex.is_match("") {
            return Err(
                "the regular expression matches an empty text, so it would be found everywhere"
                    .to_owned(),
            );
        }
        let known = self.classes.iter().position(|known| known == class);
        let index = known.unwrap_or_else(|| {
            self.classes.push(class.to_owned());
            self.classes.len() - 1
        });
        self.entries.push((index, regex));
        Ok(())
    }

    /// The name of a class.
    pub fn class(&self, index: usize) -> &str {
        &self.classes[index]
    }

    /// Finds the entries in a text.
    pub fn find(&self, text: &str, spans: &mut Vec<Span>) {
        for (class, regex) in &self.entries {
            let found = regex.find_iter(text).filter(|found| !found.is_empty());
            spans.extend(found.map(|found| Span {
                start: found.start(),
                end: found.end(),
                kind: Kind::Listed(*class),
                value: found.as_str().to_lowercase(),
            }));
        }
    }
}

/// A pattern for a word or phrase that stands alone. Any white space may stand between its words.
fn word(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(regex::escape).collect();
    let is_letter = |c: char| c.is_alphanumeric() || c == '_';
    let edge = |at_edge: bool| if at_edge { r"\b" } else { "" };
    let (begin, end) = (
        edge(text.starts_with(is_letter)),
        edge(text.ends_with(is_letter)),
    );
    format!("{begin}{}{end}", words.join(r"\s+"))
}

#[cfg(test)]
mod tests {
    use super::List;

    #[test]
    fn a_list_has_words_and_expressions() {
        let list = List::parse("# mine\nproject Blue Falcon\n\naccount /AC-\\d{4}/\n").unwrap();
        let mut spans = Vec::new();
        list.find("the blue\nfalcon, not falcons; AC-1234", &mut spans);
        let found: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
        assert_eq!(found, [(4, 15), (30, 37)]);
    }

    #[test]
    fn a_wrong_line_is_named() {
        for (text, part) in [
            ("\nproject", "line 2"),
            ("Project x", "small letters"),
            ("a /(/", "line 1"),
            ("a /x*/", "everywhere"),
            ("# nothing", "no entry"),
        ] {
            let error = List::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
