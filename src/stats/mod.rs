//! The numbers that the manager of a support team asks for: how much, when, on which channel, and how fast it was answered.
//!
//! [`Tally`] counts one conversation after the other. What it keeps grows with days, channels and different response
//! times, and not with the number of conversations. In the end it makes [`Stats`], which [`write()`] turns into a table,
//! JSON or csv.

mod csv;
mod document;
mod options;
mod period;
mod response;
mod table;
mod tally;

use anyhow::Result;

pub use document::Stats;
pub use options::{By, Format, Options};
pub use tally::Tally;

/// The statistics in a format. A table is as wide as a terminal of `width` columns.
///
/// # Errors
/// None in practice: these numbers can always be written.
pub fn write(stats: &Stats, format: Format, width: usize) -> Result<Vec<u8>> {
    Ok(match format {
        Format::Text => table::table(stats, width).into_bytes(),
        Format::Json => (serde_json::to_string_pretty(stats)? + "\n").into_bytes(),
        Format::Csv => self::csv::rows(stats)?,
    })
}
