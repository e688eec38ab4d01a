//! Which conversations were forgotten. Their markers keep them out of the archive, and do not reveal an id by
//! themselves.

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::Sha256;

use super::reader::Reader;
use crate::model::{Conversation, Vendor};

/// The length of the key in bytes, as long as the hash.
const KEY: usize = 32;

/// The name of the account of an import that names none.
const NAMELESS: &str = "";

impl Reader {
    /// Whether a conversation was forgotten.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn is_forgotten(&self, source: Vendor, account: &str, id: &str) -> Result<bool> {
        is_forgotten(&self.connection, source.name(), account, id)
    }
}

/// Whether a conversation was forgotten.
///
/// # Errors
/// When the archive cannot be read.
pub fn is_forgotten(
    connection: &Connection,
    source: &str,
    account: &str,
    id: &str,
) -> Result<bool> {
    let Some(key) = key(connection)? else {
        return Ok(false);
    };
    let mut select = connection.prepare_cached("SELECT 1 FROM forgotten WHERE marker = ?1")?;
    Ok(select.exists([marker(&key, source, account, id)?])?)
}

/// Whether a conversation that came stays out of the archive: it was forgotten, or it is the other side of a handover
/// that was. The latter has copies of the same messages, so it is marked as well.
///
/// # Errors
/// When the archive cannot be read or written.
pub fn leaves_out(connection: &Connection, came: &Conversation) -> Result<bool> {
    let (source, account) = (
        came.source.name(),
        came.account.as_deref().unwrap_or(NAMELESS),
    );
    if is_forgotten(connection, source, account, &came.id)? {
        return Ok(true);
    }
    let other = came.handover.as_ref();
    let Some(other) = other.and_then(|handover| handover.conversation_id.as_deref()) else {
        return Ok(false);
    };
    if !is_forgotten(connection, source, account, other)? {
        return Ok(false);
    }
    mark(connection, source, account, &came.id)?;
    Ok(true)
}

/// Marks a conversation as forgotten, also as one of an earlier export that does not name its account.
///
/// # Errors
/// When the archive cannot be written.
pub fn mark(connection: &Connection, source: &str, account: &str, id: &str) -> Result<()> {
    let key = match key(connection)? {
        Some(key) => key,
        None => make_key(connection)?,
    };
    let mut insert =
        connection.prepare_cached("INSERT OR IGNORE INTO forgotten (marker) VALUES (?1)")?;
    for account in [account, NAMELESS] {
        insert.execute([marker(&key, source, account, id)?])?;
    }
    Ok(())
}

fn key(connection: &Connection) -> Result<Option<Vec<u8>>> {
    let mut select = connection.prepare_cached("SELECT key FROM forgetting WHERE id = 1")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?)
}

fn make_key(connection: &Connection) -> Result<Vec<u8>> {
    let mut key = vec![0; KEY];
    getrandom::fill(&mut key).context("could not make a random key")?;
    let insert = "INSERT INTO forgetting (id, key, unfinished) VALUES (1, ?1, 0)";
    connection.execute(insert, params![key])?;
    Ok(key)
}

/// The HMAC-SHA-256 of a conversation's key. The lengths come first, so that no two keys have the same bytes.
fn marker(key: &[u8], source: &str, account: &str, id: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).context("the key of the markers")?;
    for part in [source, account, id] {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part.as_bytes());
    }
    Ok(mac.finalize().into_bytes().to_vec())
}
