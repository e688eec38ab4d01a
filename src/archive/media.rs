//! The files that messages point to: what is known of them, and which conversations use them. The files themselves lie
//! in a folder beside the archive.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ledger;
use super::rows::time_text;
use crate::io::digest_prefix;
use crate::model::{Conversation, MediaFile, Missing, expires_at};
use crate::time::Timestamp;

/// The folder with the media of an archive: `bot.media` for `bot.db`.
#[must_use]
pub fn folder(archive: &Path) -> PathBuf {
    let path = fs::canonicalize(archive).unwrap_or_else(|_| archive.to_owned());
    path.with_extension("media")
}

/// Notes which files a conversation points to, for a run that downloads them.
pub fn note(connection: &Connection, rowid: i64, conversation: &Conversation) -> Result<()> {
    let channel = conversation.channel.as_deref();
    for message in &conversation.messages {
        for link in &message.attachments {
            let expires_at = expires_at(&link.url, channel, message.created_at);
            let media = add(connection, &link.url, &link.kind, expires_at)?;
            add_use(connection, rowid, media)?;
        }
    }
    Ok(())
}

/// Returns the row of an address, which is made if need be.
fn add(
    connection: &Connection,
    address: &str,
    kind: &str,
    expires_at: Option<Timestamp>,
) -> Result<i64> {
    let key = blob(digest_prefix(address));
    let mut known = connection.prepare_cached("SELECT id FROM media WHERE address_key = ?1")?;
    if let Some(id) = known.query_row([&key], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO media (address_key, address, type, expires_at, tries, row_check)
         VALUES (?1, ?2, ?3, ?4, 0, x'')",
    )?;
    let id = insert.insert(params![key, address, kind, time_text(expires_at)])?;
    write_check(connection, id)?;
    Ok(id)
}

fn add_use(connection: &Connection, conversation: i64, media: i64) -> Result<()> {
    let check = ledger::check_of_values(connection, &[&conversation, &media])?;
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO media_uses (conversation, media, row_check) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![conversation, media, check])?;
    Ok(())
}

/// Writes the checksum of a row of `media`.
pub fn write_check(connection: &Connection, id: i64) -> Result<()> {
    let select = format!("{} WHERE id = ?1", ledger::MEDIA);
    let mut select = connection.prepare_cached(&select)?;
    let columns = select.column_count() - 1;
    let check = select.query_row([id], |row| ledger::check_of(row, columns))?;
    connection
        .prepare_cached("UPDATE media SET row_check = ?2 WHERE id = ?1")?
        .execute(params![id, check])?;
    Ok(())
}

/// Adds to the attachments of a conversation what became of their files.
pub fn fill(connection: &Connection, rowid: i64, conversation: &mut Conversation) -> Result<()> {
    if conversation.attachments().next().is_none() {
        return Ok(());
    }
    let mut select = connection.prepare_cached(
        "SELECT m.address_key, m.file, m.sha256, m.bytes, m.media_type, m.missing
         FROM media_uses u JOIN media m ON m.id = u.media WHERE u.conversation = ?1",
    )?;
    let mut known = HashMap::new();
    let mut rows = select.query([rowid])?;
    while let Some(row) = rows.next()? {
        let key: Vec<u8> = row.get(0)?;
        if let Some(result) = result(row)? {
            known.insert(key, result);
        }
    }
    for link in conversation.attachments_mut() {
        if let Some(result) = known.get(&blob(digest_prefix(&link.url))) {
            let result = result.as_ref();
            link.set_media(
                result
                    .map(|file| (file.file.clone(), file))
                    .map_err(|why| *why),
            );
        }
    }
    Ok(())
}

/// What became of a file. `None` when no run has asked for it.
fn result(row: &Row) -> Result<Option<Result<MediaFile, Missing>>> {
    let file: Option<String> = row.get(1)?;
    if let Some(file) = file {
        return Ok(Some(Ok(MediaFile {
            file,
            sha256: row.get(2)?,
            bytes: row.get(3)?,
            media_type: row.get(4)?,
        })));
    }
    let missing: Option<String> = row.get(5)?;
    let missing = missing.map(|name| {
        Missing::of_name(&name).with_context(|| format!("`{name}` is no reason of this program"))
    });
    Ok(missing.transpose()?.map(Err))
}

/// Drops the media that no conversation uses any more. Returns the paths of their files in the folder, which the caller
/// removes after the commit. A file that another address has brought as well stays.
///
/// A command that deletes conversations calls this when it has deleted their rows of `media_uses`.
///
/// # Errors
/// When the archive cannot be written.
pub fn drop_unused(connection: &Connection) -> Result<Vec<String>> {
    let unused = "NOT EXISTS (SELECT 1 FROM media_uses u WHERE u.media = m.id)";
    let mut select = connection.prepare(&format!(
        "SELECT DISTINCT m.file FROM media m WHERE m.file IS NOT NULL AND {unused} AND NOT EXISTS (
            SELECT 1 FROM media o JOIN media_uses u ON u.media = o.id WHERE o.file = m.file)"
    ))?;
    let files = select.query_map([], |row| row.get(0))?;
    let files = files.collect::<rusqlite::Result<_>>()?;
    let delete = format!("DELETE FROM media AS m WHERE {unused}");
    connection.execute(&delete, [])?;
    Ok(files)
}

/// A key as it is in the archive.
pub fn blob(key: u128) -> Vec<u8> {
    key.to_be_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::schema::SCHEMA;
    use super::*;

    #[test]
    fn only_what_nobody_uses_is_dropped() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        // There are no conversations here.
        connection
            .pragma_update(None, "foreign_keys", false)
            .unwrap();
        // Two addresses have the same file, and one of them is used by two conversations.
        for (number, file) in (0..).zip(["a", "b", "b", "c"]) {
            let address = format!("https://example.com/{number}");
            let id = add(&connection, &address, "image", None).unwrap();
            let update = "UPDATE media SET file = ?2 WHERE id = ?1";
            connection.execute(update, params![id, file]).unwrap();
            add_use(&connection, number, id).unwrap();
        }
        add_use(&connection, 9, 4).unwrap();
        let forget = |conversation: i64| {
            let delete = "DELETE FROM media_uses WHERE conversation = ?1";
            connection.execute(delete, [conversation]).unwrap();
            drop_unused(&connection).unwrap()
        };
        assert_eq!(forget(0), ["a"]);
        assert_eq!(forget(1), [""; 0]);
        assert_eq!(forget(2), ["b"]);
        assert_eq!(forget(3), [""; 0]);
        assert_eq!(forget(9), ["c"]);
    }
}
