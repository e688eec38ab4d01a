//! `json`: one array with each conversation on its own line.

use std::io::{self, Write};

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use crate::model::Conversation;

/// The formatter, which remembers whether a comma is needed.
#[derive(Default)]
pub struct Json {
    begun: bool,
}

impl Formatter for Json {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.push(b'[');
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        out.extend_from_slice(if self.begun { b",\n" } else { b"\n" });
        conversation.write_json(out)?;
        self.begun = true;
        Ok(Formatted::Written)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(if self.begun { b"\n]\n" } else { b"]\n" })
    }
}
