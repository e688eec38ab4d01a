//! `markdown`: transcripts as `CommonMark`, for wikis, issues and notebooks.
//!
//! A conversation has a heading. Each message is a line with its role and time, and then its words as a quotation. Long
//! addresses are references, which stand at the end of the conversation. No text can break out of that: characters that
//! Markdown would interpret are escaped, and only web and mail addresses become links.

use std::fmt::Write as _;

use anyhow::Result;
use linkify::{LinkFinder, LinkKind};

use super::formatter::{Formatted, Formatter};
use super::heading;
use crate::model::{Conversation, Message, path_link, with_takeovers, wording};
use crate::text::{lines, one_line};
use crate::time::TimeStyle;

/// An address with one of these schemes becomes a link.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The formatter, which remembers whether a blank line is needed.
pub struct Markdown {
    times: TimeStyle,
    begun: bool,
    /// The number of references so far. They count through the document, since it has one name for each.
    references: usize,
}

impl Markdown {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            begun: false,
            references: 0,
        }
    }

    fn heading(&self, conversation: &Conversation, out: &mut String) {
        let words = heading::words(conversation, &self.times);
        let _ = writeln!(out, "# {}\n", escaped(words.trim()));
        let handover = conversation.handover.as_ref();
        let below = [
            Some(heading::facts(conversation, &self.times)),
            handover.and_then(heading::handover),
            heading::tags(conversation).map(|tags| format!("Tags: {tags}")),
        ];
        let below: Vec<_> = below
            .iter()
            .flatten()
            .map(|line| line_escaped(line.trim()))
            .collect();
        let _ = writeln!(out, "{}", below.join("\\\n"));
    }

    /// Writes a message. Adds the addresses that are not among its words to `addresses`.
    fn turn(&self, message: &Message, addresses: &mut Vec<String>, out: &mut String) {
        let _ = write!(out, "\n**{}", message.role.label());
        if let Some(author) = &message.author {
            let _ = write!(out, " ({})", escaped(&one_line(author)));
        }
        let time = match message.created_at {
            Some(time) => escaped(&one_line(&self.times.show(time))),
            None => "an unknown time".to_owned(),
        };
        let _ = writeln!(out, "** · {time}\n");
        let mut quotation = Quotation::new(out);
        for (index, section) in wording::reading(message).into_iter().enumerate() {
            if index > 0 {
                quotation.line("", |_| ());
            }
            if !section.words.is_empty() {
                for line in lines(&section.words).map(str::trim) {
                    quotation.line(line, |out| add_line(line, out));
                }
            }
            for link in section.links {
                let shown = self.link(&link, addresses);
                quotation.line(&shown, |out| out.push_str(&shown));
            }
        }
        quotation.end();
    }

    fn link(&self, link: &wording::Link<'_>, addresses: &mut Vec<String>) -> String {
        if link.is_file {
            addresses.push(path_link(link.address));
        } else if link.is_long() && is_address(link.address) {
            addresses.push(destination(link.address));
        } else {
            return line_escaped(one_line(&link.in_words()).trim());
        }
        let number = self.references + addresses.len();
        format!("[{}][{number}]", plain(&one_line(link.name())))
    }

    fn references(&mut self, addresses: &[String], out: &mut String) {
        for (index, address) in addresses.iter().enumerate() {
            out.push_str(if index == 0 { "\n" } else { "" });
            self.references += 1;
            let _ = writeln!(out, "[{}]: <{address}>", self.references);
        }
    }
}

impl Formatter for Markdown {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let mut page = String::new();
        if self.begun {
            page.push('\n');
        }
        self.begun = true;
        self.heading(conversation, &mut page);
        let mut addresses = Vec::new();
        for (takeover, message) in with_takeovers(conversation) {
            if let Some(takeover) = takeover {
                let words = one_line(&takeover.to_string());
                let _ = write!(page, "\n*{}*\n", escaped(&words));
            }
            self.turn(message, &mut addresses, &mut page);
        }
        self.references(&addresses, &mut page);
        out.extend_from_slice(page.as_bytes());
        Ok(Formatted::Written)
    }
}

/// Lines of Markdown as a quotation. Line breaks are kept, and empty lines separate paragraphs.
struct Quotation<'a> {
    out: &'a mut String,
    /// Whether the last line has words. `None` before the first line.
    has_words: Option<bool>,
}

impl<'a> Quotation<'a> {
    fn new(out: &'a mut String) -> Self {
        Self {
            out,
            has_words: None,
        }
    }

    /// Adds a line with these words, which `write` writes.
    fn line(&mut self, words: &str, write: impl FnOnce(&mut String)) {
        let has_words = !words.is_empty();
        match self.has_words {
            None => {}
            Some(true) if has_words => self.out.push_str("\\\n"),
            Some(_) => self.out.push('\n'),
        }
        self.out.push_str(if has_words { "> " } else { ">" });
        write(self.out);
        self.has_words = Some(has_words);
    }

    fn end(self) {
        let end = if self.has_words.is_some() {
            "\n"
        } else {
            ">\n"
        };
        self.out.push_str(end);
    }
}

/// Escapes a whole line. At its beginning, characters that would begin a list or similar are escaped too.
fn line_escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    add_line(line, &mut out);
    out
}

fn add_line(line: &str, out: &mut String) {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    let marks: &[char] = match number {
        "" => &['-', '+', ':'],
        _ => &['.', ')'],
    };
    out.push_str(number);
    out.push_str(if rest.starts_with(marks) { "\\" } else { "" });
    add_escaped(rest, out);
}

/// Escapes text, and makes its addresses links.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    add_escaped(text, &mut out);
    out
}

fn add_escaped(text: &str, out: &mut String) {
    if !text.contains(':') {
        // There is no address in it.
        return add_plain(text, out);
    }
    for span in LinkFinder::new().spans(text) {
        let words = span.as_str();
        if span.kind() == Some(&LinkKind::Url) && is_address(words) {
            let _ = write!(out, "<{words}>");
        } else {
            add_plain(words, out);
        }
    }
}

/// Escapes text in which no address becomes a link.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    add_plain(text, &mut out);
    out
}

fn add_plain(text: &str, out: &mut String) {
    let mut added = 0;
    // All marks are ASCII, so a byte is a whole character.
    for (at, byte) in text.bytes().enumerate() {
        if is_mark(byte) && !is_within_word(text, at) {
            out.push_str(&text[added..at]);
            out.push('\\');
            added = at;
        }
    }
    out.push_str(&text[added..]);
}

/// Whether the character here marks nothing because of those around it, as in `user_id=7`.
fn is_within_word(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let mut rest = rest.chars();
    let (mark, after) = (rest.next(), rest.next());
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let follows_letter = || is_letter(before.chars().next_back());
    match mark {
        Some('_') => is_letter(after) && follows_letter(),
        Some('=') => after != Some('=') && follows_letter(),
        _ => false,
    }
}

/// An address to stand between `<` and `>`. There, Markdown would interpret a backslash, and what begins with `&` and
/// ends with `;`.
fn destination(address: &str) -> String {
    let has_entity = address.contains(';');
    let mut out = String::with_capacity(address.len() + 16);
    for c in address.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '&' if has_entity => out.push_str("\\&"),
            c if matches!(c, '<' | '>') || c.is_control() || c.is_whitespace() => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "%{byte:02X}");
                }
            }
            c => out.push(c),
        }
    }
    out
}

fn is_address(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

fn is_mark(byte: u8) -> bool {
    matches!(
        byte,
        b'\\'
            | b'`'
            | b'*'
            | b'_'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b'<'
            | b'>'
            | b'#'
            | b'|'
            | b'~'
            | b'='
            | b'&'
            | b'$'
            | b'^'
    )
}

#[cfg(test)]
mod tests {
    use super::escaped;

    /// To look for an address again at each character would take minutes for this text.
    #[test]
    fn a_long_text_of_almost_addresses_takes_no_longer_than_another() {
        let text = "ahttps://".repeat(1 << 17);
        assert_eq!(escaped(&text), text);
    }

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert_eq!(
            escaped("see https://x.example/a?b=1."),
            "see <https://x.example/a?b=1>."
        );
        assert_eq!(
            escaped("javascript:alert(1) ftp://x.example"),
            "javascript:alert(1) ftp://x.example"
        );
    }
}
