//! `csv`: the rows of `messages` without `raw`, as described in RFC 4180, and safe to open in a spreadsheet.
//!
//! Safe means that a spreadsheet never runs a cell as a formula. This format changes text that would be run.

use std::borrow::Cow;

use anyhow::Result;
use csv::{Terminator, Writer, WriterBuilder};

use super::formatter::{Formatted, Formatter};
use super::options::Separator;
use super::row::{COLUMNS, NO_ROW, Row, rows};
use crate::model::Conversation;
use crate::time::Timestamp;

/// All columns of a row but the last, which is `raw`.
const WIDTH: usize = COLUMNS.len() - 1;

/// The first bytes of a csv for Excel. Without them Excel reads the file in the machine's old code page.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The separator, and whether the file is for Excel.
pub struct Csv {
    delimiter: u8,
    excel: bool,
}

/// The byte between two cells.
fn delimiter(separator: Separator) -> u8 {
    match separator {
        Separator::Comma => b',',
        Separator::Semicolon => b';',
    }
}

impl Csv {
    pub fn new(excel: Option<Separator>) -> Self {
        Self {
            delimiter: delimiter(excel.unwrap_or_default()),
            excel: excel.is_some(),
        }
    }

    /// A writer to the end of `out`.
    fn writer<'o>(&self, out: &'o mut Vec<u8>) -> Writer<&'o mut Vec<u8>> {
        WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(Terminator::CRLF)
            .from_writer(out)
    }
}

impl Formatter for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.excel {
            out.extend_from_slice(BYTE_ORDER_MARK.as_bytes());
        }
        let header = self.writer(out).write_record(&COLUMNS[..WIDTH]);
        header.expect("memory takes the header");
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        if conversation.messages.is_empty() {
            return Ok(NO_ROW);
        }
        let mut page = self.writer(out);
        for row in rows(conversation) {
            write_cells(&row?, &mut page)?;
        }
        page.flush()?;
        Ok(Formatted::Written)
    }
}

/// Writes a row, in the order of [`COLUMNS`].
fn write_cells(row: &Row, page: &mut Writer<&mut Vec<u8>>) -> csv::Result<()> {
    let mut cell = |text: &str| page.write_field(text);
    cell(row.source.name())?;
    cell(&guarded(row.account.unwrap_or_default()))?;
    cell(&guarded(row.conversation_id))?;
    time(row.conversation_created_at, &mut cell)?;
    cell(&guarded(row.channel.unwrap_or_default()))?;
    cell(&row.seq.to_string())?;
    cell(&guarded(row.message_id))?;
    time(row.created_at, &mut cell)?;
    cell(row.role.name())?;
    cell(&guarded(row.user_id.unwrap_or_default()))?;
    cell(&guarded(row.author.unwrap_or_default()))?;
    cell(&guarded(row.kind))?;
    cell(&guarded(row.text))?;
    cell(&guarded(&row.options))?;
    cell(&guarded(&row.attachments))?;
    page.write_record(None::<&[u8]>)
}

fn time(
    time: Option<Timestamp>,
    cell: &mut impl FnMut(&str) -> csv::Result<()>,
) -> csv::Result<()> {
    match time {
        Some(time) => time.in_json(cell),
        None => cell(""),
    }
}

/// Puts an apostrophe before text that a spreadsheet would run. Such text begins with a tab or a line end, or with one
/// of the signs that OWASP lists, even after white space.
pub fn guarded(text: &str) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(blank).starts_with(signs) {
        return format!("'{text}").into();
    }
    text.into()
}
