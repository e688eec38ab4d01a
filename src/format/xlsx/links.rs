//! The links of one sheet. Their addresses stand in a part of their own, which is written at the end.

use std::io::{self, BufRead, BufReader, Write};

use super::cell::{Position, escape};
use super::package::Package;
use super::parts::{self, OFFICE, PACKAGE, XML};
use crate::io::Spool;

/// How many links Excel takes in a sheet.
const MOST: u32 = 65_530;

/// The links of one sheet, which are all in one column. An address with a `#` is parted there, as Excel does it.
pub struct Links {
    column: usize,
    count: u32,
    /// A line for each link: the row, a blank, the address.
    lines: Spool,
}

impl Links {
    pub fn new(column: usize) -> Self {
        Self {
            column,
            count: 0,
            lines: Spool::default(),
        }
    }

    /// The column of the links.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Whether the sheet takes no more.
    pub fn is_full(&self) -> bool {
        self.count >= MOST
    }

    /// Adds a link, whose address has no blank.
    pub fn add(&mut self, row: u32, address: &str) -> io::Result<()> {
        self.count += 1;
        writeln!(self.lines, "{row} {address}")
    }

    /// Writes which cells are links, into the sheet's own part.
    pub fn write_cells(&mut self, package: &mut Package) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        package.write("<hyperlinks>")?;
        let column = self.column;
        self.each(|id, row, address| {
            let cell = Position { column, row };
            let mut xml = format!("<hyperlink ref=\"{cell}\" r:id=\"rId{id}\"");
            if let Some((_, fragment)) = address.split_once('#') {
                xml.push_str(" location=\"");
                escape(fragment, &mut xml);
                xml.push('"');
            }
            xml.push_str("/>");
            package.write(&xml)
        })?;
        package.write("</hyperlinks>")
    }

    /// Writes the part with the addresses.
    pub fn write_part(
        &mut self,
        sheet: usize,
        package: &mut Package,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if self.count == 0 {
            return Ok(());
        }
        package.begin(&parts::links(sheet))?;
        package.write(&format!("{XML}<Relationships xmlns=\"{PACKAGE}\">"))?;
        self.each(|id, _, address| {
            let target = address.split_once('#').map_or(address, |(target, _)| target);
            package.write(&format!(
                "<Relationship Id=\"rId{id}\" Type=\"{OFFICE}/hyperlink\" Target=\"{}\" TargetMode=\"External\"/>",
                target.replace('&', "&amp;")
            ))?;
            package.take(out)
        })?;
        package.write("</Relationships>")
    }

    /// Calls `take` with the number, the row and the address of each link.
    fn each(&mut self, mut take: impl FnMut(usize, u32, &str) -> io::Result<()>) -> io::Result<()> {
        let lines = BufReader::new(self.lines.read()?).lines();
        for (id, line) in (1..).zip(lines) {
            let line = line?;
            let parts = line.split_once(' ');
            let parts = parts.and_then(|(row, address)| Some((row.parse().ok()?, address)));
            let (row, address) = parts.ok_or(io::ErrorKind::InvalidData)?;
            take(id, row, address)?;
        }
        Ok(())
    }
}
