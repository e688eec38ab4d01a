//! Numbers with their nouns, for people to read.

use crate::text::{grouped, plural};

/// `1 message`, `5,000 messages`.
pub fn counted(count: u64, noun: &str) -> String {
    format!("{} {}", grouped(count), plural(count, noun))
}
