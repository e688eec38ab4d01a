//! `messages`: flat NDJSON, one message per line, for databases and data frames.

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use super::rows::{MessageRows, NO_ROW};
use crate::model::Conversation;

/// The formatter, which has no state.
pub struct Messages;

impl Formatter for Messages {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        if conversation.messages.is_empty() {
            return Ok(NO_ROW);
        }
        for row in MessageRows::of(conversation)?.rows() {
            serde_json::to_writer(&mut *out, &row?)?;
            out.push(b'\n');
        }
        Ok(Formatted::Written)
    }
}
