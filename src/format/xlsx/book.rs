//! The workbook while it is written.

use std::io::{self, Write};
use std::mem;

use super::links::Links;
use super::package::Package;
use super::parts::{self, Tab};
use super::sheet::{Sheet, notice};
use crate::format::rows::{CONVERSATION_COLUMNS, Cell, MESSAGE_COLUMNS, TABLE};
use crate::io::Spool;
use crate::time::TimeStyle;

/// What a workbook says that was cut off.
const CUT: &str =
    "This export was stopped before its end. The other sheets have what came until then.";

/// A workbook that is being written. The sheets of messages come first in the package, and last in the workbook.
pub struct Book {
    times: TimeStyle,
    package: Package,
    /// The sheet of messages that is being written, and whether its part has been begun.
    messages: Messages,
    is_begun: bool,
    /// The sheets of messages before it. Only the parts with their links are still to be written.
    full_messages: Vec<Messages>,
    /// The sheets of conversations. Their rows wait.
    conversations: Sheet,
    full_conversations: Vec<Sheet>,
    rows: Spool,
    /// Holds one row.
    xml: String,
}

/// A sheet of messages.
struct Messages {
    sheet: Sheet,
    links: Links,
}

impl Messages {
    fn new() -> Self {
        // The vendor's records are not among the columns.
        let columns = &MESSAGE_COLUMNS[..TABLE];
        let linked = columns.iter().position(|name| *name == "attachments");
        Self {
            sheet: Sheet::new(columns),
            links: Links::new(linked.expect("attachments have a column")),
        }
    }
}

impl Book {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            package: Package::default(),
            messages: Messages::new(),
            is_begun: false,
            full_messages: Vec::new(),
            conversations: Sheet::new(&CONVERSATION_COLUMNS),
            full_conversations: Vec::new(),
            rows: Spool::default(),
            xml: String::new(),
        }
    }

    /// Writes the row of a message. Its attachments link to the first of these addresses.
    pub fn message(
        &mut self,
        cells: &[Cell],
        mut addresses: impl Iterator<Item = String>,
    ) -> io::Result<()> {
        if self.messages.sheet.is_full() {
            self.end_messages()?;
        }
        self.begin_messages()?;
        let Messages { sheet, links } = &mut self.messages;
        let address = addresses.next().filter(|_| !links.is_full());
        let linked = address.as_ref().map(|_| links.column());
        self.xml.clear();
        sheet.add(cells, linked, &self.times, &mut self.xml);
        if let Some(address) = address {
            links.add(sheet.last(), &address)?;
        }
        self.package.write(&self.xml)
    }

    /// Adds the row of a conversation.
    pub fn conversation(&mut self, cells: &[Cell]) -> io::Result<()> {
        if self.conversations.is_full() {
            let next = Sheet::new(&CONVERSATION_COLUMNS);
            let full = mem::replace(&mut self.conversations, next);
            self.full_conversations.push(full);
        }
        self.xml.clear();
        self.conversations
            .add(cells, None, &self.times, &mut self.xml);
        self.rows.write_all(self.xml.as_bytes())
    }

    /// Takes out what can go to the output.
    pub fn take(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.package.take(out)
    }

    /// Writes everything that is left. If the export is not `whole`, a sheet says so before all others.
    pub fn close(&mut self, whole: bool, out: &mut dyn Write) -> io::Result<()> {
        self.end_messages()?;
        let mut tabs = Vec::new();
        if !whole {
            let part = self.full_messages.len() + 1;
            self.package.part(&parts::sheet(part), &notice(CUT))?;
            tabs.push(Tab::new("Incomplete", 0, part, None));
        }
        self.write_conversations(&mut tabs, out)?;
        let full = mem::take(&mut self.full_messages);
        for (index, Messages { sheet, mut links }) in full.into_iter().enumerate() {
            let part = index + 1;
            links.write_part(part, &mut self.package, out)?;
            tabs.push(Tab::new("Messages", index, part, Some(sheet.range())));
        }
        for (name, text) in parts::around(&tabs) {
            self.package.part(name, &text)?;
        }
        mem::take(&mut self.package).finish(out)
    }

    fn begin_messages(&mut self) -> io::Result<()> {
        if !self.is_begun {
            self.is_begun = true;
            let number = self.full_messages.len() + 1;
            self.package.begin(&parts::sheet(number))?;
            self.package.write(&self.messages.sheet.head(false))?;
        }
        Ok(())
    }

    fn end_messages(&mut self) -> io::Result<()> {
        self.begin_messages()?;
        let mut full = mem::replace(&mut self.messages, Messages::new());
        self.is_begun = false;
        self.package.write(&full.sheet.end_of_rows())?;
        full.links.write_cells(&mut self.package)?;
        self.package.write(&full.sheet.foot())?;
        self.full_messages.push(full);
        Ok(())
    }

    /// Writes the sheets of conversations, and adds them to the tabs.
    fn write_conversations(&mut self, tabs: &mut Vec<Tab>, out: &mut dyn Write) -> io::Result<()> {
        let last = mem::replace(&mut self.conversations, Sheet::new(&CONVERSATION_COLUMNS));
        let sheets = mem::take(&mut self.full_conversations);
        let mut rows = self.rows.read()?;
        for (index, sheet) in sheets.into_iter().chain([last]).enumerate() {
            let part = self.full_messages.len() + tabs.len() + 1;
            self.package.begin(&parts::sheet(part))?;
            self.package.write(&sheet.head(tabs.is_empty()))?;
            self.package.copy(&mut rows, sheet.bytes(), out)?;
            self.package.write(&sheet.end_of_rows())?;
            self.package.write(&sheet.foot())?;
            tabs.push(Tab::new("Conversations", index, part, Some(sheet.range())));
        }
        Ok(())
    }
}
