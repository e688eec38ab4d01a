//! `messages`: flat NDJSON, one message per line, for databases and data frames.

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use super::rows::{MESSAGE_COLUMNS, MessageRows, NO_ROW, SHARED, TABLE, write_members};
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
        let mut shared = Vec::new();
        for row in MessageRows::of(conversation)?.rows() {
            let columns = || MESSAGE_COLUMNS.into_iter().zip(row.cells());
            if shared.is_empty() {
                write_members(columns().take(SHARED), &mut shared);
            }
            // The column `raw` is there only if records are.
            let end = TABLE + usize::from(row.raw.is_some());
            out.push(b'{');
            out.extend_from_slice(&shared);
            out.push(b',');
            write_members(columns().take(end).skip(SHARED), out);
            out.extend_from_slice(b"}\n");
        }
        Ok(Formatted::Written)
    }
}
