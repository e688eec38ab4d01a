//! How much is on a page, and from which days.

use std::collections::BTreeMap;

use super::chart;
use super::number::counted;
use crate::time::Day;

/// How much is on a page.
#[derive(Clone, Default)]
pub struct PageStats {
    pub conversations: u64,
    pub messages: u64,
    pub bytes: u64,
    /// Conversations per day.
    pub days: BTreeMap<Day, u64>,
}

impl PageStats {
    /// The counts, and the chart of days if any day is known.
    pub fn about(&self) -> String {
        let counts = format!(
            "<p>{}, {}</p>",
            counted(self.conversations, "conversation"),
            counted(self.messages, "message")
        );
        counts + &chart::figure(&self.days)
    }

    /// The sum of both, except for the bytes.
    pub fn plus(mut self, other: &Self) -> Self {
        self.conversations += other.conversations;
        self.messages += other.messages;
        for (day, count) in &other.days {
            *self.days.entry(*day).or_default() += count;
        }
        self
    }

    /// The first and the last day.
    pub fn range(&self) -> String {
        match (self.days.first_key_value(), self.days.last_key_value()) {
            (Some((first, _)), Some((last, _))) if first != last => format!("{first} to {last}"),
            (Some((day, _)), _) => day.to_string(),
            _ => String::new(),
        }
    }
}
