//! `xlsx`: a workbook with two tables, of the conversations and of their messages, for spreadsheets.
//!
//! The messages go out as they come, compressed. What can be written only at the end waits in a temporary file: the rows
//! of the conversations, since a package holds one sheet after the other, and the addresses of links, which stand in a
//! part of their own. So the memory that it takes does not grow with the export.
//!
//! The format is ECMA-376 (Office Open XML), part 1, chapter 18, and its limits are those of Excel.

mod address;
mod book;
mod cell;
mod links;
mod package;
mod parts;
mod sheet;

use std::io::{self, Write};

use anyhow::Result;

use self::book::Book;
use super::formatter::{Formatted, Formatter};
use super::rows::{ConversationRow, MessageRows, TABLE};
use crate::model::Conversation;
use crate::time::TimeStyle;

/// The formatter, with the workbook so far.
pub struct Xlsx(Book);

impl Xlsx {
    pub fn new(times: TimeStyle) -> Self {
        Self(Book::new(times))
    }
}

impl Formatter for Xlsx {
    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let overview = ConversationRow::of(conversation)?;
        let rows = MessageRows::of(conversation)?;
        for (row, message) in rows.rows().zip(&conversation.messages) {
            let addresses = message.attachments.iter().filter_map(address::of);
            self.0.message(&row.cells()[..TABLE], addresses)?;
        }
        self.0.conversation(&overview.cells())?;
        self.0.take(out)?;
        Ok(Formatted::Written)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.0.close(true, out)
    }

    fn cut(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.0.close(false, out)
    }
}
