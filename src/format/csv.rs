//! `csv`: the rows of `messages` without `raw`, as RFC 4180 has it, safe to open in a spreadsheet.
//!
//! Safe means that a cell never begins with what a spreadsheet takes for a formula, so this form alters such text.

use std::borrow::Cow;
use std::io::{self, BufRead, Write};

use csv::{ReaderBuilder, StringRecord, Terminator, Writer, WriterBuilder};

use super::Formatter;
use super::row::{self, COLUMNS, Row, rows};
use crate::cli::Separator;
use crate::model::Conversation;

/// All columns of a row but the last, which is `raw`.
const WIDTH: usize = COLUMNS.len() - 1;

/// Where `seq` stands among them.
const SEQ: usize = 4;

/// What stands at the beginning for Excel, which takes a file for one in the machine's old code page without.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What divides the cells, and whether it is for Excel.
pub struct Csv {
    separator: u8,
    excel: bool,
}

impl Csv {
    pub fn new(excel: Option<Separator>) -> Self {
        let separator = match excel.unwrap_or_default() {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
        };
        let excel = excel.is_some();
        Self { separator, excel }
    }

    fn writer(&self) -> Writer<Vec<u8>> {
        WriterBuilder::new()
            .delimiter(self.separator)
            .terminator(Terminator::CRLF)
            .from_writer(Vec::new())
    }
}

impl Formatter for Csv {
    fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        row::left_out(conversation)
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if self.excel {
            out.write_all(BYTE_ORDER_MARK.as_bytes())?;
        }
        let mut page = self.writer();
        page.write_record(&COLUMNS[..WIDTH])?;
        out.write_all(&finished(page)?)
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let mut page = self.writer();
        for row in rows(conversation) {
            let row = row?;
            page.write_record(cells(&row)?.iter().map(|cell| cell.as_bytes()))?;
        }
        out.write_all(&finished(page)?)
    }

    /// The rows that begin one.
    fn count(&self, written: &mut dyn BufRead) -> io::Result<u64> {
        let reader = ReaderBuilder::new()
            .delimiter(self.separator)
            .from_reader(written);
        let mut count = 0;
        for record in reader.into_records() {
            count += u64::from(is_first(&record?));
        }
        Ok(count)
    }
}

fn is_first(record: &StringRecord) -> bool {
    record.get(SEQ) == Some("1")
}

fn finished(page: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    page.into_inner().map_err(csv::IntoInnerError::into_error)
}

/// The cells of a row, in the order of [`COLUMNS`].
fn cells<'a>(row: &'a Row<'a>) -> serde_json::Result<[Cow<'a, str>; WIDTH]> {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let time = |time| serde_json::to_value(time).map(word);
    let text = |text: Option<&'a str>| guarded(text.unwrap_or_default());
    Ok([
        word(serde_json::to_value(row.source)?).into(),
        guarded(row.conversation_id),
        time(row.conversation_created_at)?.into(),
        text(row.channel),
        row.seq.to_string().into(),
        guarded(row.message_id),
        time(row.created_at)?.into(),
        word(serde_json::to_value(row.role)?).into(),
        text(row.user_id),
        text(row.author),
        guarded(row.kind),
        guarded(row.text),
        guarded(&row.options),
        guarded(&row.attachments),
    ])
}

/// Puts an apostrophe before text that a spreadsheet would run: what begins, perhaps after blanks, with one of the
/// signs that OWASP names, or with a tab or line end.
fn guarded(text: &str) -> Cow<'_, str> {
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    if text.starts_with(['\t', '\r', '\n']) || text.trim_start_matches(blank).starts_with(signs) {
        return format!("'{text}").into();
    }
    text.into()
}
