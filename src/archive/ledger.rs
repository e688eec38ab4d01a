//! Checksums of what no conversation's SHA-256 covers: the small tables, and the numbers that runs leave behind.

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use sha2::{Digest, Sha256};

use super::rows::Runs;

/// The length of a checksum that only has to find damage.
pub const SHORT: usize = 8;

/// The tables that the ledger covers, each in a fixed order.
const TABLES: [&str; 4] = [
    "SELECT * FROM accounts ORDER BY id",
    "SELECT * FROM selections ORDER BY id",
    "SELECT * FROM runs ORDER BY id",
    "SELECT * FROM failures ORDER BY account, conversation_id",
];

/// The columns of a conversation that its `row_check` covers.
pub const CHECKED: &str = "account, messages, reported_messages, first_run, changed_run, seen_run, gone_run, sha256, \
                           received, message_check";

/// The SHA-256 of the small tables.
///
/// # Errors
/// When they cannot be read.
pub fn digest(connection: &Connection) -> Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    for table in TABLES {
        let mut select = connection.prepare_cached(table)?;
        let columns = select.column_count();
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            add(&mut hasher, row, columns)?;
        }
        hasher.update(b"\n");
    }
    Ok(hasher.finalize().to_vec())
}

/// Writes the SHA-256 of the small tables. It must be the last thing before a commit.
///
/// # Errors
/// When it cannot be written.
pub fn write(connection: &Connection) -> Result<()> {
    let sha256 = digest(connection)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO ledger (id, sha256) VALUES (1, ?1)")?
        .execute([sha256])?;
    Ok(())
}

/// The checksum of the [`CHECKED`] columns of a conversation.
///
/// # Errors
/// When they cannot be read.
pub fn row_check(connection: &Connection, conversation: i64) -> Result<Vec<u8>> {
    let select = format!("SELECT {CHECKED} FROM conversations WHERE id = ?1");
    let mut select = connection.prepare_cached(&select)?;
    let columns = select.column_count();
    let check = select.query_row([conversation], |row| {
        let mut hasher = Sha256::new();
        add(&mut hasher, row, columns)?;
        Ok(short(&hasher.finalize()))
    })?;
    Ok(check)
}

/// The checksum of the runs of all messages of a conversation.
pub fn message_check(runs: impl Iterator<Item = Runs>) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for Runs { first, last } in runs {
        hasher.update(first.to_le_bytes());
        hasher.update(last.unwrap_or(-1).to_le_bytes());
    }
    short(&hasher.finalize())
}

/// The beginning of a digest.
pub fn short(digest: &[u8]) -> Vec<u8> {
    digest[..SHORT].to_vec()
}

/// Adds a row, so that different rows never add the same bytes.
fn add(hasher: &mut Sha256, row: &Row, columns: usize) -> rusqlite::Result<()> {
    for column in 0..columns {
        let (kind, bytes) = match row.get_ref(column)? {
            ValueRef::Null => (0, Vec::new()),
            ValueRef::Integer(number) => (1, number.to_le_bytes().to_vec()),
            ValueRef::Real(number) => (2, number.to_le_bytes().to_vec()),
            ValueRef::Text(text) => (3, text.to_vec()),
            ValueRef::Blob(bytes) => (4, bytes.to_vec()),
        };
        hasher.update([kind]);
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    Ok(())
}
