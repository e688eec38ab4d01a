//! The XML of a cell. A text is always written as a text, so that none can become a formula.

use std::borrow::Cow;
use std::fmt::{self, Display, Write};

use super::parts::Style;
use crate::format::csv::is_like_formula;
use crate::format::rows::Cell;
use crate::time::TimeStyle;

/// How many characters Excel takes in a cell. It counts in UTF-16.
const LONGEST: usize = 32_767;

/// Room for the note that a text was cut.
const NOTE: usize = 100;

/// Where a cell is. Shown as `A1`, and with `{:#}` as `$A$1`.
#[derive(Clone, Copy, Debug)]
pub struct Position {
    /// The column, from 0.
    pub column: usize,
    /// The row, from 1.
    pub row: u32,
}

impl Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fixed = if f.alternate() { "$" } else { "" };
        f.write_str(fixed)?;
        write_letters(self.column, f)?;
        write!(f, "{fixed}{}", self.row)
    }
}

/// Writes the name of a column: A to Z, then AA and so on.
fn write_letters(column: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if let Some(before) = (column / 26).checked_sub(1) {
        write_letters(before, f)?;
    }
    let letter = b'A' + u8::try_from(column % 26).unwrap_or_default();
    f.write_char(letter.into())
}

/// Adds a cell, unless it is empty. A text gets this style, or one that keeps it from being run.
pub fn add(cell: Cell, at: Position, style: Style, times: &TimeStyle, xml: &mut String) {
    match cell {
        Cell::Empty | Cell::Text("") => {}
        Cell::Text(text) if is_like_formula(text) => add_text(text, at, Style::Quoted, xml),
        Cell::Text(text) => add_text(text, at, style, xml),
        Cell::Time(time) => match times.serial(time) {
            Some(days) => add_number(days, at, Style::Time, xml),
            None => time.in_json(|text| add_text(text, at, style, xml)),
        },
        Cell::Number(number) => add_number(number, at, Style::Plain, xml),
        Cell::Seconds(seconds) => add_number(seconds, at, Style::Plain, xml),
        Cell::Flag(flag) => {
            let _ = write!(xml, "<c r=\"{at}\" t=\"b\"><v>{}</v></c>", u8::from(flag));
        }
    }
}

/// Adds a text.
pub fn add_text(text: &str, at: Position, style: Style, xml: &mut String) {
    let text = fitting(text);
    let space = if text.trim() == text {
        ""
    } else {
        " xml:space=\"preserve\""
    };
    let _ = write!(xml, "<c r=\"{at}\"{style} t=\"inlineStr\"><is><t{space}>");
    escape(&text, xml);
    xml.push_str("</t></is></c>");
}

fn add_number(number: impl Display, at: Position, style: Style, xml: &mut String) {
    let _ = write!(xml, "<c r=\"{at}\"{style}><v>{number}</v></c>");
}

/// The text, or as much of it as a cell takes, with a note.
fn fitting(text: &str) -> Cow<'_, str> {
    // No text has more characters than bytes.
    if text.len() <= LONGEST {
        return text.into();
    }
    let length = text.encode_utf16().count();
    if length <= LONGEST {
        return text.into();
    }
    let mut kept = 0;
    let end = text.char_indices().find(|(_, c)| {
        kept += c.len_utf16();
        kept > LONGEST - NOTE
    });
    let begin = &text[..end.map_or(text.len(), |(at, _)| at)];
    format!("{begin}… [cut: the text has {length} characters, and a cell takes {LONGEST}]").into()
}

/// Adds a text to XML, for an element or an attribute. Characters that XML does not allow become `_xHHHH_`, which
/// spreadsheets read (ECMA-376, part 1, 22.9.2.19), and a text that looks like that is escaped too. Lines end with a
/// line feed.
pub fn escape(text: &str, xml: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(is_special) {
        xml.push_str(&rest[..at]);
        let special = &rest[at..];
        let c = special.chars().next().unwrap_or_default();
        rest = &special[c.len_utf8()..];
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\r' if rest.starts_with('\n') => {}
            '\r' => xml.push('\n'),
            '_' if !is_escape(special) => xml.push('_'),
            _ => {
                let _ = write!(xml, "_x{:04X}_", u32::from(c));
            }
        }
    }
    xml.push_str(rest);
}

fn is_special(c: char) -> bool {
    let forbidden = (c < ' ' && c != '\t' && c != '\n') || matches!(c, '\u{fffe}' | '\u{ffff}');
    forbidden || matches!(c, '&' | '<' | '>' | '"' | '_')
}

/// Whether a text begins like `_x0041_`.
fn is_escape(text: &str) -> bool {
    let text = text.as_bytes();
    text.len() >= 7
        && text.starts_with(b"_x")
        && text[2..6].iter().all(u8::is_ascii_hexdigit)
        && text[6] == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_in_a_spreadsheet() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")] {
            let at = Position { column, row: 20 };
            assert_eq!(format!("{at} {at:#}"), format!("{name}20 ${name}$20"));
        }
    }
}
