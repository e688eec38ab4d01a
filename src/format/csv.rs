//! `csv`: rows of messages without `raw`, or of conversations, as described in RFC 4180, and safe to open in a
//! spreadsheet.
//!
//! Safe means that a spreadsheet never runs a cell as a formula. This format changes text that would be run.

use std::borrow::Cow;

use anyhow::Result;
use csv::{Terminator, Writer, WriterBuilder};

use super::formatter::{Formatted, Formatter};
use super::options::{RowKind, Separator};
use super::rows::{
    CONVERSATION_COLUMNS, Cell, ConversationRow, MESSAGE_COLUMNS, MessageRows, NO_ROW, TABLE,
};
use crate::model::Conversation;
use crate::time::TimeStyle;

/// The first bytes of a csv for Excel. Without them Excel reads the file in the machine's old code page.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What its rows are, how times are shown, the separator, and whether the file is for Excel.
pub struct Csv {
    rows: RowKind,
    times: TimeStyle,
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
    pub fn new(rows: RowKind, times: TimeStyle, excel: Option<Separator>) -> Self {
        Self {
            rows,
            times,
            delimiter: delimiter(excel.unwrap_or_default()),
            excel: excel.is_some(),
        }
    }

    /// The columns. The vendor's records are not among them.
    fn columns(&self) -> &'static [&'static str] {
        match self.rows {
            RowKind::Messages => &MESSAGE_COLUMNS[..TABLE],
            RowKind::Conversations => &CONVERSATION_COLUMNS,
        }
    }

    /// A writer to the end of `out`.
    fn writer<'o>(&self, out: &'o mut Vec<u8>) -> Writer<&'o mut Vec<u8>> {
        WriterBuilder::new()
            .delimiter(self.delimiter)
            .terminator(Terminator::CRLF)
            .from_writer(out)
    }

    fn write(&self, cells: &[Cell], page: &mut Writer<&mut Vec<u8>>) -> csv::Result<()> {
        for cell in cells {
            match *cell {
                Cell::Empty => page.write_field(""),
                Cell::Text(text) => page.write_field(&*guarded(text)),
                Cell::Time(time) => page.write_field(&*guarded(&self.times.show(time))),
                Cell::Number(number) => page.write_field(number.to_string()),
                Cell::Seconds(seconds) => page.write_field(seconds.to_string()),
                Cell::Flag(flag) => page.write_field(flag.to_string()),
            }?;
        }
        page.write_record(None::<&[u8]>)
    }
}

impl Formatter for Csv {
    fn begin(&mut self, out: &mut Vec<u8>) {
        if self.excel {
            out.extend_from_slice(BYTE_ORDER_MARK.as_bytes());
        }
        let header = self.writer(out).write_record(self.columns());
        header.expect("memory takes the header");
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let mut page = self.writer(out);
        match self.rows {
            RowKind::Messages if conversation.messages.is_empty() => return Ok(NO_ROW),
            RowKind::Messages => {
                for row in MessageRows::of(conversation)?.rows() {
                    self.write(&row.cells()[..TABLE], &mut page)?;
                }
            }
            RowKind::Conversations => {
                self.write(&ConversationRow::of(conversation)?.cells(), &mut page)?;
            }
        }
        page.flush()?;
        Ok(Formatted::Written)
    }
}

/// Puts an apostrophe before text that a spreadsheet would run. Such text begins with a tab or a line end, or with one
/// of the signs that OWASP lists, even after white space.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if is_like_formula(text) {
        return format!("'{text}").into();
    }
    text.into()
}

/// Whether a spreadsheet would run this text.
pub fn is_like_formula(text: &str) -> bool {
    // Most text begins with a letter, which shows at once that it is none.
    if text
        .as_bytes()
        .first()
        .is_some_and(u8::is_ascii_alphanumeric)
    {
        return false;
    }
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(blank).starts_with(signs)
}
