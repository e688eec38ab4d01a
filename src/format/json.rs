//! `json`: one array, a conversation a line in it.

use std::io::{self, Write};

use super::Formatter;
use crate::model::Conversation;

/// The state between two conversations: whether a comma is due.
#[derive(Default)]
pub struct Json {
    begun: bool,
}

impl Formatter for Json {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let mut line = if self.begun {
            b",\n".to_vec()
        } else {
            b"\n".to_vec()
        };
        self.begun = true;
        conversation.write_json(&mut line)?;
        out.write_all(&line)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]\n" } else { b"]\n" })
    }
}
