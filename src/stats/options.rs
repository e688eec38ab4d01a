//! The options of statistics.

use schemars::JsonSchema;
use serde::Serialize;

use crate::time::Zone;

/// How conversations are counted.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The time zone of days and hours.
    pub zone: Zone,
    /// The length of a period. `None` chooses it by the range of time.
    pub by: Option<By>,
}

/// The length of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// A calendar day.
    Day,
    /// A week from Monday to Sunday.
    Week,
    /// A calendar month.
    Month,
}

/// How statistics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A table with bars, for people.
    Text,
    /// One object.
    Json,
    /// One number per row.
    Csv,
}
