//! `markdown`: transcripts as `CommonMark`, for wikis, issues and notebooks.
//!
//! A conversation has a heading. Each message is a line with its role and time, and then its words as a quotation. No
//! text can break out of that: characters that Markdown would interpret are escaped, and only web and mail addresses
//! become links.

use std::fmt::Write as _;

use anyhow::Result;
use linkify::{LinkFinder, LinkKind};

use super::formatter::{Formatted, Formatter};
use crate::model::{Conversation, Message, wording};
use crate::text::{counted, lines, one_line};
use crate::time::TimeStyle;

/// An address with one of these schemes becomes a link.
const SCHEMES: [&str; 3] = ["https://", "http://", "mailto:"];

/// The formatter, which remembers whether a blank line is needed.
pub struct Markdown {
    times: TimeStyle,
    begun: bool,
}

impl Markdown {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            begun: false,
        }
    }

    fn turn(&self, message: &Message, out: &mut String) {
        let _ = write!(out, "\n**{}", message.role.label());
        if let Some(author) = &message.author {
            let _ = write!(out, " ({})", escaped(&one_line(author)));
        }
        let time = match message.created_at {
            Some(time) => escaped(&one_line(&self.times.show(time))),
            None => "an unknown time".to_owned(),
        };
        let _ = writeln!(out, "** · {time}\n");
        quote(&wording::of(message), out);
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
        page.push_str(&heading(conversation));
        for message in &conversation.messages {
            self.turn(message, &mut page);
        }
        out.extend_from_slice(page.as_bytes());
        Ok(Formatted::Written)
    }
}

fn heading(conversation: &Conversation) -> String {
    let channel = conversation.channel.as_deref();
    let channel = channel.map(|name| format!(" · {}", escaped(&one_line(name))));
    let count = counted(conversation.messages.len() as u64, "message");
    let id = escaped(&one_line(&conversation.id));
    format!("# {id}{} · {count}\n", channel.unwrap_or_default())
}

/// Writes text as a quotation. Line breaks are kept, and empty lines separate paragraphs.
fn quote(text: &str, out: &mut String) {
    let mut lines = lines(text).map(str::trim).peekable();
    while let Some(line) = lines.next() {
        match line {
            "" => out.push('>'),
            line => {
                let _ = write!(out, "> {}", line_escaped(line));
            }
        }
        let goes_on = lines.peek().is_some_and(|next| !next.is_empty());
        out.push_str(if goes_on && !line.is_empty() {
            "\\\n"
        } else {
            "\n"
        });
    }
}

/// Escapes a whole line. At its beginning, characters that would begin a list or similar are escaped too.
fn line_escaped(line: &str) -> String {
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at(digits);
    let marks: &[char] = match number {
        "" => &['-', '+', ':'],
        _ => &['.', ')'],
    };
    let backslash = if rest.starts_with(marks) { "\\" } else { "" };
    format!("{number}{backslash}{}", escaped(rest))
}

/// Escapes text, and makes its addresses links.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for span in LinkFinder::new().spans(text) {
        let words = span.as_str();
        if span.kind() == Some(&LinkKind::Url) && is_address(words) {
            let _ = write!(out, "<{words}>");
            continue;
        }
        for c in words.chars() {
            if is_mark(c) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

fn is_address(text: &str) -> bool {
    SCHEMES.iter().any(|scheme| text.starts_with(scheme))
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\\' | '`'
            | '*'
            | '_'
            | '{'
            | '}'
            | '['
            | ']'
            | '<'
            | '>'
            | '#'
            | '|'
            | '~'
            | '='
            | '&'
            | '$'
            | '^'
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
