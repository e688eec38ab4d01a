//! The XML of one sheet with a table.

use std::fmt::Write;

use super::cell::{self, Position};
use super::parts::{MAIN, OFFICE, Style, XML};
use crate::format::rows::Cell;
use crate::time::TimeStyle;

/// How many rows Excel takes in a sheet.
const MOST_ROWS: u32 = 1_048_576;

/// From this many bytes on a further sheet begins. Beyond 4 GiB a zip archive needs an extension, at which Excel stumbles.
const FULL: u64 = 4_000_000_000;

/// One sheet with a table: a row with the names of the columns, and the rows of the table.
#[derive(Debug)]
pub struct Sheet {
    columns: &'static [&'static str],
    /// The number of the last row.
    last: u32,
    /// The size of the table's rows.
    bytes: u64,
}

impl Sheet {
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            last: 1,
            bytes: 0,
        }
    }

    /// Whether it takes no more rows.
    pub fn is_full(&self) -> bool {
        self.last >= MOST_ROWS || self.bytes >= FULL
    }

    /// The number of the last row, from 1.
    pub fn last(&self) -> u32 {
        self.last
    }

    /// The size of the XML of its rows, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The XML before the rows. The names of the columns stay in view.
    pub fn head(&self, is_first: bool) -> String {
        let selected = if is_first { " tabSelected=\"1\"" } else { "" };
        let mut xml = format!(
            "{XML}<worksheet xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\">\
             <sheetViews><sheetView{selected} workbookViewId=\"0\">\
             <pane ySplit=\"1\" topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/>\
             <selection pane=\"bottomLeft\"/></sheetView></sheetViews>\
             <sheetFormatPr defaultRowHeight=\"15\"/><cols>"
        );
        for (number, name) in (1..).zip(self.columns) {
            let width = width(name);
            let _ = write!(
                xml,
                "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"/>"
            );
        }
        xml.push_str("</cols><sheetData><row r=\"1\">");
        for (column, name) in self.columns.iter().enumerate() {
            cell::add_text(name, Position { column, row: 1 }, Style::Header, &mut xml);
        }
        xml.push_str("</row>");
        xml
    }

    /// Adds the XML of a row. The cell in the column `link` is a link.
    pub fn add(
        &mut self,
        cells: &[Cell],
        link: Option<usize>,
        times: &TimeStyle,
        xml: &mut String,
    ) {
        let before = xml.len();
        self.last += 1;
        let row = self.last;
        let _ = write!(xml, "<row r=\"{row}\">");
        for (column, (cell, name)) in cells.iter().zip(self.columns).enumerate() {
            let style = if link == Some(column) {
                Style::Link
            } else {
                style(name)
            };
            cell::add(*cell, Position { column, row }, style, times, xml);
        }
        xml.push_str("</row>");
        self.bytes += (xml.len() - before) as u64;
    }

    /// The XML right after the rows. A filter is on the names of the columns.
    pub fn end_of_rows(&self) -> String {
        let last = self.last_cell();
        format!("</sheetData><autoFilter ref=\"A1:{last}\"/>")
    }

    /// The XML at the very end. An id of digits is meant to be a text, so Excel need not mark it.
    pub fn foot(&self) -> String {
        let last = self.last_cell();
        format!(
            "<ignoredErrors><ignoredError sqref=\"A1:{last}\" numberStoredAsText=\"1\"/></ignoredErrors></worksheet>"
        )
    }

    /// The cells of the table: `$A$1:$C$20`.
    pub fn range(&self) -> String {
        let (first, last) = (Position { column: 0, row: 1 }, self.last_cell());
        format!("{first:#}:{last:#}")
    }

    /// The last cell of the table.
    fn last_cell(&self) -> Position {
        Position {
            column: self.columns.len() - 1,
            row: self.last,
        }
    }
}

/// A sheet with one text and no table, which is shown first.
pub fn notice(text: &str) -> String {
    let mut xml = format!(
        "{XML}<worksheet xmlns=\"{MAIN}\"><sheetViews><sheetView tabSelected=\"1\" workbookViewId=\"0\"/>\
         </sheetViews><sheetData><row r=\"1\">"
    );
    cell::add_text(text, Position { column: 0, row: 1 }, Style::Plain, &mut xml);
    xml.push_str("</row></sheetData></worksheet>");
    xml
}

/// How a column shows its texts. Nested values would make the rows high, so they are not wrapped.
fn style(column: &str) -> Style {
    match column {
        "text" | "title" => Style::Wrapped,
        _ => Style::Plain,
    }
}

/// How wide a column is, in characters. Its name and the button of the filter have room.
fn width(column: &str) -> usize {
    let values = match column {
        "text" => 80,
        "title" | "tags" | "options" | "attachments" => 40,
        "author" | "agents" | "user_name" => 24,
        "account" => 38,
        _ if column.ends_with("_id") => 38,
        _ if column.ends_with("_at") => 20,
        _ => 12,
    };
    values.max(column.len() + 4)
}
