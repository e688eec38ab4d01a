//! `conversations`: flat NDJSON, one conversation per line with its metrics, for databases and data frames.

use anyhow::Result;

use super::formatter::{Formatted, Formatter};
use super::rows::ConversationRow;
use crate::model::Conversation;

/// The formatter, which has no state.
pub struct Conversations;

impl Formatter for Conversations {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        serde_json::to_writer(&mut *out, &ConversationRow::of(conversation)?)?;
        out.push(b'\n');
        Ok(Formatted::Written)
    }
}
