//! Checksums of what no conversation's SHA-256 covers: the small tables, and the numbers that runs leave behind.

use anyhow::Result;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, ToSql};
use sha2::{Digest, Sha256};

use super::rows::Runs;

/// The length of a checksum that only has to find damage.
pub const SHORT: usize = 8;

/// The tables that the ledger covers, each in a fixed order.
const TABLES: [&str; 7] = [
    "SELECT * FROM accounts ORDER BY id",
    "SELECT * FROM selections ORDER BY id",
    "SELECT * FROM runs ORDER BY id",
    "SELECT * FROM failures ORDER BY account, conversation_id",
    "SELECT * FROM mirrors ORDER BY id",
    "SELECT * FROM forgotten ORDER BY marker",
    "SELECT * FROM forgetting ORDER BY id",
];

/// The upper level of the index of words (sqlite.org/fts5.html), which FTS5 does not check in every detail.
const INDEX: [&str; 2] = [
    "SELECT segid, term, pgno FROM message_words_idx ORDER BY segid, term",
    "SELECT k, v FROM message_words_config ORDER BY k",
];

/// The columns of a conversation that its `row_check` covers.
pub const CHECKED: &str = "account, messages, reported_messages, first_run, changed_run, seen_run, whole_run, gone_run, \
                           sha256, received, message_check";

/// The rows of `selected`, with their checksums at the end.
pub const SELECTED: &str = "SELECT selection, conversation, row_check FROM selected";

/// The rows of `mirror_files`, with their checksums at the end.
pub const MIRROR_FILES: &str =
    "SELECT mirror, conversation, changed_run, name, bytes, sha256, row_check FROM mirror_files";

/// The rows of `media`, with their checksums at the end.
pub const MEDIA: &str = "SELECT * FROM media";

/// The rows of `media_uses`, with their checksums at the end.
pub const MEDIA_USES: &str = "SELECT conversation, media, row_check FROM media_uses";

/// The SHA-256 of some tables.
fn digest(connection: &Connection, tables: &[&str]) -> Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    for table in tables {
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
    let sha256 = digest(connection, &TABLES)?;
    let write = "INSERT INTO ledger (id, sha256) VALUES (1, ?1)
        ON CONFLICT DO UPDATE SET sha256 = excluded.sha256";
    connection.prepare_cached(write)?.execute([sha256])?;
    Ok(())
}

/// Writes the SHA-256 of the upper level of the index. FTS5 writes that at a commit, so this comes after one.
///
/// # Errors
/// When it cannot be written.
pub fn write_index(connection: &Connection) -> Result<()> {
    let sha256 = digest(connection, &INDEX)?;
    connection.execute("UPDATE ledger SET index_sha256 = ?1", [sha256])?;
    Ok(())
}

/// Forgets the SHA-256 of the index, which is about to change.
///
/// # Errors
/// When it cannot be written.
pub fn forget_index(connection: &Connection) -> Result<()> {
    connection.execute("UPDATE ledger SET index_sha256 = NULL", [])?;
    Ok(())
}

/// Whether the small tables, and the index as far as that is known, are what was written.
///
/// # Errors
/// When they cannot be read.
pub fn is_kept(connection: &Connection) -> Result<bool> {
    let select = "SELECT sha256, index_sha256 FROM ledger WHERE id = 1";
    let (tables, index): (Vec<u8>, Option<Vec<u8>>) =
        connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(tables == digest(connection, &TABLES)?
        && index.is_none_or(|index| digest(connection, &INDEX).is_ok_and(|found| found == index)))
}

/// The checksum of the [`CHECKED`] columns of a conversation.
///
/// # Errors
/// When they cannot be read.
pub fn row_check(connection: &Connection, conversation: i64) -> Result<Vec<u8>> {
    let select = format!("SELECT {CHECKED} FROM conversations WHERE id = ?1");
    let mut select = connection.prepare_cached(&select)?;
    let columns = select.column_count();
    let check = select.query_row([conversation], |row| check_of(row, columns))?;
    Ok(check)
}

/// The checksum of the first columns of a row.
///
/// # Errors
/// When they cannot be read.
pub fn check_of(row: &Row, columns: usize) -> rusqlite::Result<Vec<u8>> {
    let mut hasher = Sha256::new();
    add(&mut hasher, row, columns)?;
    Ok(short(&hasher.finalize()))
}

/// The checksum of values that will be a row.
///
/// # Errors
/// None in practice: SQLite can always return values.
pub fn check_of_values(connection: &Connection, values: &[&dyn ToSql]) -> Result<Vec<u8>> {
    let columns = values.len();
    let select = format!("SELECT {}", vec!["?"; columns].join(", "));
    let mut select = connection.prepare_cached(&select)?;
    Ok(select.query_row(values, |row| check_of(row, columns))?)
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
