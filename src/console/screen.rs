//! Writes transcripts to a terminal: wrapped at its width, with a colour for each role.
//!
//! The beginning of a line says what it is. The text format of [`crate::format`] makes sure that no text of a message
//! looks like a header or a turn. Colours are added after the text is neutralised, so they are the only escape
//! sequences.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::model::Role;
use crate::text::neutralise;

/// How lines within a turn begin.
const INDENT: &str = "  ";

/// The smallest width. Narrower text is unreadable anyway.
const NARROWEST: usize = 20;

const HEADER: Style = Style::new().bold();
const ASIDE: Style = Style::new().dimmed();
const TAKEOVER: Style = AnsiColor::Yellow.on_default();

/// How lines begin that have one style: the header, what is below it, takeovers and times.
const LINES: [(&str, Style); 7] = [
    ("=== ", HEADER),
    ("Title: ", HEADER),
    ("Handover", ASIDE),
    ("Ticket", ASIDE),
    ("Tags: ", ASIDE),
    ("--- ", TAKEOVER),
    ("at ", ASIDE),
];

/// A writer of transcripts. Each write must hold whole lines.
#[derive(Debug)]
pub struct Screen<W> {
    out: W,
    width: Option<usize>,
}

impl<W: Write> Screen<W> {
    /// Makes a writer for a terminal of this width. `None` wraps nothing.
    pub fn new(out: W, width: Option<usize>) -> Self {
        let width = width.map(|width| width.max(NARROWEST));
        Self { out, width }
    }

    fn line(&self, line: &str, shown: &mut String) {
        let wrapped = self.wrapped(line);
        let (word, style) = styled(&wrapped);
        // Writing to a string never fails.
        let _ = write!(shown, "{style}{word}{style:#}{}", &wrapped[word.len()..]);
    }

    fn wrapped(&self, line: &str) -> String {
        let Some(width) = self.width else {
            return line.to_owned();
        };
        let (first, text) = match line.strip_prefix(INDENT) {
            Some(text) => (INDENT, text),
            None => ("", line),
        };
        // Links and ids are not split. The terminal breaks a word that is longer than a line.
        let options = Options::new(width)
            .initial_indent(first)
            .subsequent_indent(INDENT)
            .break_words(false)
            .word_separator(WordSeparator::AsciiSpace)
            .word_splitter(WordSplitter::NoHyphenation);
        textwrap::fill(text, options)
    }
}

/// Returns the styled beginning of a line, and its style.
fn styled(line: &str) -> (&str, Style) {
    if let Some((_, style)) = LINES.iter().find(|(start, _)| line.starts_with(start)) {
        return (line, *style);
    }
    let speaks = |role: &Role| {
        let rest = line.strip_prefix(role.label());
        rest.is_some_and(|rest| rest.starts_with([':', ' ']))
    };
    let roles = [Role::User, Role::Bot, Role::Agent, Role::System];
    match roles.into_iter().find(speaks) {
        Some(role) => (&line[..role.label().len()], colour(role)),
        None => ("", Style::new()),
    }
}

fn colour(role: Role) -> Style {
    let colour = match role {
        Role::User => AnsiColor::Green,
        Role::Bot => AnsiColor::Cyan,
        Role::Agent => AnsiColor::Yellow,
        Role::System => AnsiColor::Magenta,
    };
    colour.on_default().bold()
}

impl<W: Write> Write for Screen<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = neutralise(&text);
        let mut shown = String::with_capacity(text.len() + text.len() / 4);
        for line in text.split_inclusive('\n') {
            let content = line.strip_suffix('\n').unwrap_or(line);
            self.line(content, &mut shown);
            shown.push_str(&line[content.len()..]);
        }
        self.out.write_all(shown.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, width: usize) -> String {
        let mut out = Vec::new();
        Screen::new(&mut out, Some(width))
            .write_all(text.as_bytes())
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The text without escape sequences.
    fn plain(shown: &str) -> String {
        anstream::adapter::strip_str(shown).to_string()
    }

    #[test]
    fn long_lines_are_wrapped_between_words() {
        let text = "User: one two three four five six\n  and a line of its own\n\nBot: https://example.com/a/very-long/address\n";
        let expected = "User: one two three\n  four five six\n  and a line of its\n  own\n\nBot:\n  https://example.com/a/very-long/address\n";
        assert_eq!(plain(&shown(text, 20)), expected);
        assert_eq!(plain(&shown(text, 200)), text);
        assert_eq!(
            plain(&shown("Bot: 漢字漢字 漢字漢字 x\n", 20)),
            "Bot: 漢字漢字\n  漢字漢字 x\n"
        );
        assert_eq!(shown("a  b\n", 20), "a  b\n");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_brings_an_escape_sequence_of_its_own(
            text in "(User: |Bot|=== |at |  |\\x1b\\[3[0-7]m|\\x1b|\u{9b}|\u{202e}|[ a-z]{1,9}|\\n|\\r|\\PC|.){0,30}",
            width in proptest::option::of(0..60_usize),
        ) {
            let mut out = Vec::new();
            Screen::new(&mut out, width).write_all(text.as_bytes()).unwrap();
            let mut seen = String::from_utf8(out).unwrap();
            for ours in ["[0m", "[1m", "[2m", "[32m", "[36m", "[33m", "[35m"] {
                seen = seen.replace(&format!("\u{1b}{ours}"), "");
            }
            let odd = seen.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'));
            prop_assert!(!odd && !seen.contains('\u{202e}'), "{seen:?}");
            if width.is_none() {
                prop_assert_eq!(seen, neutralise(&text));
            }
        }
    }

    #[test]
    fn only_turns_headers_and_times_are_styled() {
        let bold = shown("=== x ===\n", 80);
        assert_eq!(bold, "\u{1b}[1m=== x ===\u{1b}[0m\n");
        assert_eq!(
            shown("Bot (Ada): x\n", 80),
            "\u{1b}[1m\u{1b}[36mBot\u{1b}[0m (Ada): x\n"
        );
        assert_eq!(
            shown("Bottle: x\n  User: y\n", 80),
            "Bottle: x\n  User: y\n"
        );
        let hostile = shown("User: \u{1b}[31mred\u{9b}0m\r\u{7}\n", 80);
        assert!(
            hostile.ends_with("User\u{1b}[0m: \\u001b[31mred\\u009b0m\\u000d\\u0007\n"),
            "{hostile:?}"
        );
    }
}
