//! `text`: transcripts for people, with a header for each conversation.
//!
//! Only a header begins with `=== `, only the line of a takeover with `--- `, and only a message with a role and a colon.
//! Further lines of a message are indented, so that no text can look like any of these.

use std::fmt::Write as _;

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use super::heading;
use crate::model::{Conversation, Message, with_takeovers, wording};
use crate::text::{lines, one_line};
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

    fn header(&self, conversation: &Conversation, out: &mut String) {
        let _ = writeln!(out, "=== {} ===", heading::facts(conversation, &self.times));
        let title = heading::title(conversation);
        let tags = heading::tags(conversation);
        let handover = conversation.handover.as_ref();
        let below = [
            title.map(|title| format!("Title: {title}")),
            handover.and_then(heading::handover),
            tags.map(|tags| format!("Tags: {tags}")),
        ];
        for line in below.into_iter().flatten() {
            out.push_str(&line);
            out.push('\n');
        }
    }

    fn turn(&self, message: &Message, out: &mut String) {
        out.push('\n');
        out.push_str(message.role.label());
        if let Some(author) = &message.author {
            let _ = write!(out, " ({})", one_line(author));
        }
        out.push_str(": ");
        add_indented(&wording::of(message), out);
        out.push_str("\nat ");
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
        self.header(conversation, &mut page);
        for (takeover, message) in with_takeovers(conversation) {
            if let Some(takeover) = takeover {
                let _ = write!(page, "\n--- {} ---\n", one_line(&takeover.to_string()));
            }
            self.turn(message, &mut page);
        }
        out.extend_from_slice(page.as_bytes());
        Ok(Formatted::Written)
    }
}

/// Adds a text, with all lines after the first indented, except empty ones.
fn add_indented(text: &str, out: &mut String) {
    for (index, line) in lines(text).enumerate() {
        match (index, line) {
            (0, _) => {}
            (_, "") => out.push('\n'),
            _ => out.push_str(INDENT),
        }
        out.push_str(line);
    }
}
