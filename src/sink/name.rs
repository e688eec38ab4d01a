//! File names of conversations: readable, and safe on every system.

use sha2::{Digest, Sha256};

use crate::model::Conversation;
use crate::time::Timestamp;

/// `DATE_ID.EXT`, by the day of creation in UTC.
pub fn file_name(conversation: &Conversation, extension: &str) -> String {
    let date = conversation
        .created_at
        .map_or("undated".to_owned(), Timestamp::utc_date);
    format!("{date}_{}.{}", safe(&conversation.id), extension)
}

/// An id as a file name on every system. Ids that differ give names that differ, also where case does not count.
fn safe(id: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !id.is_empty() && id.len() <= 100 && id.chars().all(plain) {
        return id.to_owned();
    }
    let readable: String = id
        .chars()
        .take(60)
        .map(|c| {
            if plain(c.to_ascii_lowercase()) {
                c
            } else {
                '_'
            }
        })
        .collect();
    let digest = Sha256::digest(id);
    let mark = digest
        .iter()
        .take(8)
        .fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
    format!("{readable}~{mark:016x}")
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn names_are_safe_and_distinct() {
        assert_eq!(
            safe("712af378-8621-4948-885e-51660424c04a"),
            "712af378-8621-4948-885e-51660424c04a"
        );
        assert_eq!(
            safe("../../etc/passwd"),
            "______etc_passwd~3754d6cb3a38e118"
        );
        let ids = [
            "A", "a", "a/b", "a_b", "a\\b", "", ".", "..", "con:", "é", "a b", "a.",
        ];
        let names: std::collections::HashSet<_> =
            ids.iter().map(|id| safe(id).to_lowercase()).collect();
        assert_eq!(names.len(), ids.len());
        assert!(safe(&"x".repeat(500)).len() < 100);
    }
}
