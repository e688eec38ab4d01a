//! `text`: transcripts for people, told apart by conversation.
//!
//! Only a header begins with `=== `, only a turn with a role and a colon: lines within a message are indented,
//! so that no text can pass for either.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::Formatter;
use crate::cli::OutputArgs;
use crate::model::{Attachment, Choice, Conversation, Message};
use crate::time::Zone;

const INDENT: &str = "\n  ";

/// Message types that are nothing but words: one without any said nothing.
const SILENT: &[&str] = &["text", "markdown", "question", "answer", "button_click"];

/// How times are shown, and whether a blank line is due.
pub struct Text {
    zone: Zone,
    time_format: String,
    begun: bool,
}

impl Text {
    pub fn new(args: &OutputArgs) -> Self {
        Self {
            zone: args.timezone,
            time_format: args.time_format.clone(),
            begun: false,
        }
    }

    fn turn(&self, message: &Message, out: &mut String) {
        out.push('\n');
        out.push_str(message.role.label());
        if let Some(author) = &message.author {
            let _ = write!(out, " ({})", one_line(author));
        }
        let _ = write!(out, ": {}\nat ", indented(&words(message)));
        match message.created_at {
            Some(time) => out.push_str(&one_line(&time.format(self.zone, &self.time_format))),
            None => out.push_str("an unknown time"),
        }
        out.push('\n');
    }
}

impl Formatter for Text {
    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let mut page = String::new();
        if self.begun {
            page.push('\n');
        }
        self.begun = true;
        page.push_str(&header(conversation));
        for message in &conversation.messages {
            self.turn(message, &mut page);
        }
        out.write_all(page.as_bytes())
    }
}

fn header(conversation: &Conversation) -> String {
    let channel = conversation
        .channel
        .as_deref()
        .map(|name| format!(" · {}", one_line(name)));
    let count = conversation.messages.len();
    let plural = if count == 1 { "" } else { "s" };
    let id = one_line(&conversation.id);
    format!(
        "=== {id}{} · {count} message{plural} ===\n",
        channel.unwrap_or_default()
    )
}

/// What a reader should see of a message: its words, what could be chosen, then its links.
fn words(message: &Message) -> String {
    let options: Vec<String> = message.options.iter().map(choice).collect();
    let mut parts = vec![message.text.clone(), options.join(" / ")];
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() && !SILENT.contains(&message.kind.as_str()) {
        parts.push(format!("Media message of type {}", message.kind));
    }
    let known = message.text.as_str();
    let separator = if known.contains('\n') { "\n" } else { ": " };
    let mut line = parts.join(separator);
    let unnamed = |link: &&Attachment| !known.contains(&link.url);
    for (index, attachment) in message.attachments.iter().filter(unnamed).enumerate() {
        line.push_str(if index == 0 && !line.contains('\n') {
            ": "
        } else {
            "\n"
        });
        line.push_str(&link(attachment, known));
    }
    line
}

fn choice(choice: &Choice) -> String {
    match &choice.value {
        Some(address) if is_link(address) && *address != choice.label => {
            format!("{} ({address})", choice.label)
        }
        _ => choice.label.clone(),
    }
}

fn link(attachment: &Attachment, known: &str) -> String {
    match attachment.title.as_deref() {
        Some(title) if !title.is_empty() && !known.contains(title) => {
            format!("{title}: {}", attachment.url)
        }
        _ => attachment.url.clone(),
    }
}

fn is_link(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// Lines after the first stand out from what the format itself writes; empty ones need not.
fn indented(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    for (index, line) in lines(text).enumerate() {
        match (index, line) {
            (0, _) => {}
            (_, "") => whole.push('\n'),
            _ => whole.push_str(INDENT),
        }
        whole.push_str(line);
    }
    whole
}

fn one_line(text: &str) -> String {
    lines(text).collect::<Vec<_>>().join(" ")
}

/// Splits at everything that some program takes for the end of a line.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim_end();
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let current = rest?;
        let Some(end) = current.find([
            '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
        ]) else {
            rest = None;
            return Some(current);
        };
        let (line, tail) = current.split_at(end);
        let mut tail = tail.chars();
        let both = tail.as_str().starts_with("\r\n");
        tail.nth(usize::from(both));
        rest = Some(tail.as_str());
        Some(line)
    })
}
