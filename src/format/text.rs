//! `text`: transcripts for people, with a header for each conversation.
//!
//! Only a header begins with `=== `, and only a message begins with a role and a colon. Further lines of a message are
//! indented, so that no text can look like either.

use std::fmt::Write as _;

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use crate::model::{Conversation, Message, wording};
use crate::text::{counted, lines, one_line};
use crate::time::TimeStyle;

const INDENT: &str = "\n  ";

/// The formatter, which remembers whether a blank line is needed.
pub struct Text {
    times: TimeStyle,
    begun: bool,
}

impl Text {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            begun: false,
        }
    }

    fn turn(&self, message: &Message, out: &mut String) {
        out.push('\n');
        out.push_str(message.role.label());
        if let Some(author) = &message.author {
            let _ = write!(out, " ({})", one_line(author));
        }
        let _ = write!(out, ": {}\nat ", indented(&wording::of(message)));
        match message.created_at {
            Some(time) => out.push_str(&one_line(&self.times.show(time))),
            None => out.push_str("an unknown time"),
        }
        out.push('\n');
    }
}

impl Formatter for Text {
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
        page.push_str(&header(conversation));
        for message in &conversation.messages {
            self.turn(message, &mut page);
        }
        out.extend_from_slice(page.as_bytes());
        Ok(Formatted::Written)
    }
}

fn header(conversation: &Conversation) -> String {
    let channel = conversation
        .channel
        .as_deref()
        .map(|name| format!(" · {}", one_line(name)));
    let count = counted(conversation.messages.len() as u64, "message");
    let id = one_line(&conversation.id);
    format!("=== {id}{} · {count} ===\n", channel.unwrap_or_default())
}

/// Indents all lines after the first, except empty ones.
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
