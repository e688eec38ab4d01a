//! `messages`: flat NDJSON, one message a line, for databases and data frames.

use std::io::{self, BufRead, Write};

use serde::Deserialize;

use super::Formatter;
use super::row::{self, rows};
use crate::model::Conversation;

/// Keeps nothing between two conversations but the memory for one.
#[derive(Default)]
pub struct Messages {
    page: Vec<u8>,
}

impl Formatter for Messages {
    fn leaves_out(&self, conversation: &Conversation) -> Option<&'static str> {
        row::left_out(conversation)
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        self.page.clear();
        for row in rows(conversation) {
            serde_json::to_writer(&mut self.page, &row?)?;
            self.page.push(b'\n');
        }
        out.write_all(&self.page)
    }

    /// The rows that begin one.
    fn count(&self, written: &mut dyn BufRead) -> io::Result<u64> {
        #[derive(Deserialize)]
        struct Line {
            seq: u64,
        }
        let mut count = 0;
        for line in written.split(b'\n') {
            let line: Line = serde_json::from_slice(&line?)?;
            count += u64::from(line.seq == 1);
        }
        Ok(count)
    }
}
