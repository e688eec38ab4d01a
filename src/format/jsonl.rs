//! `jsonl`: one conversation a line.

use std::io::{self, Write};

use super::Formatter;
use crate::model::Conversation;

/// Keeps nothing between two lines.
pub struct Jsonl;

impl Formatter for Jsonl {
    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let mut line = serde_json::to_vec(conversation)?;
        line.push(b'\n');
        out.write_all(&line)
    }
}
