//! Numbers with their nouns, for people to read.

use crate::text::plural;

/// `1 message`, `5,000 messages`.
pub fn counted(count: u64, noun: &str) -> String {
    let digits = count.to_string();
    let mut number = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    format!("{number} {}", plural(count, noun))
}
