//! The parts of the package around the sheets, and the names that all parts share.

use std::fmt::{self, Write};

/// What every part begins with.
pub const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// The namespace of a workbook and its sheets.
pub const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// The namespace of the attribute that refers to another part, and the beginning of the types of references.
pub const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The namespace of a part that lists references.
pub const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// The looks of a cell, in the order of `cellXfs` in styles.xml.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A value on one line.
    Plain,
    /// A text that is wrapped.
    Wrapped,
    /// A text that a spreadsheet would run if somebody typed it. It stays a text when somebody edits it.
    Quoted,
    /// A text that is a link.
    Link,
    /// A point in time.
    Time,
    /// The name of a column.
    Header,
}

impl fmt::Display for Style {
    /// Writes it as the attribute of a cell, which a plain one does not need.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain => Ok(()),
            style => write!(f, " s=\"{}\"", *style as u8),
        }
    }
}

/// A sheet, as the workbook lists it.
#[derive(Debug)]
pub struct Tab {
    title: String,
    part: usize,
    table: Option<String>,
}

impl Tab {
    /// A sheet with the number of its part, and the cells of its table if it has one: `$A$1:$C$20`. The second sheet of
    /// a name has the `index` 1.
    pub fn new(name: &str, index: usize, part: usize, table: Option<String>) -> Self {
        let title = match index {
            0 => name.to_owned(),
            _ => format!("{name} {}", index + 1),
        };
        Self { title, part, table }
    }
}

/// The name of a sheet's part.
pub fn sheet(number: usize) -> String {
    format!("xl/worksheets/sheet{number}.xml")
}

/// The name of the part with the addresses of a sheet's links.
pub fn links(number: usize) -> String {
    format!("xl/worksheets/_rels/sheet{number}.xml.rels")
}

/// The parts around the sheets, with their names.
pub fn around(tabs: &[Tab]) -> [(&'static str, String); 5] {
    [
        ("xl/workbook.xml", workbook(tabs)),
        ("xl/_rels/workbook.xml.rels", workbook_references(tabs)),
        ("xl/styles.xml", include_str!("styles.xml").to_owned()),
        (
            "_rels/.rels",
            references(&reference(1, "officeDocument", "xl/workbook.xml")),
        ),
        ("[Content_Types].xml", content_types(tabs)),
    ]
}

fn workbook(tabs: &[Tab]) -> String {
    let (mut sheets, mut names) = (String::new(), String::new());
    for (index, Tab { title, table, .. }) in tabs.iter().enumerate() {
        let id = index + 1;
        let _ = write!(
            sheets,
            "<sheet name=\"{title}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>"
        );
        if let Some(table) = table {
            // Excel keeps the range of a filter in a hidden name.
            let _ = write!(
                names,
                "<definedName name=\"_xlnm._FilterDatabase\" localSheetId=\"{index}\" hidden=\"1\">'{title}'!{table}</definedName>"
            );
        }
    }
    format!(
        "{XML}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><bookViews><workbookView/></bookViews>\
         <sheets>{sheets}</sheets><definedNames>{names}</definedNames></workbook>"
    )
}

fn workbook_references(tabs: &[Tab]) -> String {
    let mut list = String::new();
    for (id, tab) in (1..).zip(tabs) {
        let target = format!("worksheets/sheet{}.xml", tab.part);
        list.push_str(&reference(id, "worksheet", &target));
    }
    list.push_str(&reference(tabs.len() + 1, "styles", "styles.xml"));
    references(&list)
}

fn content_types(tabs: &[Tab]) -> String {
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml";
    let mut xml = format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
         <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
         <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
         <Override PartName=\"/xl/workbook.xml\" ContentType=\"{kind}.sheet.main+xml\"/>\
         <Override PartName=\"/xl/styles.xml\" ContentType=\"{kind}.styles+xml\"/>"
    );
    for tab in tabs {
        let part = sheet(tab.part);
        let _ = write!(
            xml,
            "<Override PartName=\"/{part}\" ContentType=\"{kind}.worksheet+xml\"/>"
        );
    }
    xml.push_str("</Types>");
    xml
}

fn reference(id: usize, kind: &str, target: &str) -> String {
    format!("<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/{kind}\" Target=\"{target}\"/>")
}

fn references(list: &str) -> String {
    format!("{XML}<Relationships xmlns=\"{PACKAGE}\">{list}</Relationships>")
}
