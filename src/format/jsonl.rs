//! `jsonl`: one conversation per line.

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use crate::model::Conversation;

/// The formatter, which has no state.
pub struct Jsonl;

impl Formatter for Jsonl {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        conversation.write_json(out)?;
        out.push(b'\n');
        Ok(Formatted::Written)
    }
}
