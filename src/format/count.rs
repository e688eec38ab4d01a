//! Counts the conversations of a document that is appended to.

use std::io::{self, BufRead};

use ::csv::ReaderBuilder;
use serde::Deserialize;

use super::csv::{SEQ, delimiter};
use super::options::Separator;

/// Counts the lines.
pub fn lines(written: &mut dyn BufRead) -> io::Result<u64> {
    written
        .split(b'\n')
        .try_fold(0, |count, line| line.map(|_| count + 1))
}

/// Counts the rows of `messages` that begin a conversation.
pub fn message_conversations(written: &mut dyn BufRead) -> io::Result<u64> {
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

/// Counts the rows of a csv that begin a conversation.
pub fn csv_conversations(written: &mut dyn BufRead, separator: Separator) -> io::Result<u64> {
    let reader = ReaderBuilder::new()
        .delimiter(delimiter(separator))
        .from_reader(written);
    let mut count = 0;
    for record in reader.into_records() {
        count += u64::from(record?.get(SEQ) == Some("1"));
    }
    Ok(count)
}
