//! `jsonl`: one conversation a line.

use std::io::{self, BufRead, Write};

use super::Formatter;
use crate::model::Conversation;

/// Keeps nothing between two lines but the memory for one.
#[derive(Default)]
pub struct Jsonl {
    line: Vec<u8>,
}

impl Formatter for Jsonl {
    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        self.line.clear();
        conversation.write_json(&mut self.line)?;
        self.line.push(b'\n');
        out.write_all(&self.line)
    }

    fn count(&self, written: &mut dyn BufRead) -> io::Result<u64> {
        written
            .split(b'\n')
            .try_fold(0, |count, line| line.map(|_| count + 1))
    }
}
