//! The files that messages point to: which are wanted, which are there, and which conversations use them. The files
//! themselves lie in a folder beside the archive.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::ledger;
use super::merge;
use super::reader::Reader;
use super::rows::{self, time_text};
use super::writer::Writer;
use crate::io::digest_prefix;
use crate::model::{Conversation, MediaFile, Missing, Vendor, expires_at};
use crate::time::Timestamp;

/// In how many runs a file is asked for whose server does not hand it out, or does not answer.
const TRIES: i64 = 30;

/// The folder with the media of an archive: `bot.media` for `bot.db`.
#[must_use]
pub fn folder(archive: &Path) -> PathBuf {
    let path = fs::canonicalize(archive).unwrap_or_else(|_| archive.to_owned());
    path.with_extension("media")
}

/// A file that is wanted.
#[derive(Debug)]
pub struct WantedMedium {
    /// The key of its address.
    pub key: u128,
    /// Its address.
    pub address: String,
    /// When the address stops to work, if that is known.
    pub expires_at: Option<Timestamp>,
}

/// Which files are wanted.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Only files that conversations of this account use.
    pub account: Option<(Vendor, &'a str)>,
    /// Only of these types.
    pub types: &'a [&'a str],
    /// Files that were larger than a smaller limit are tried again.
    pub max_size: u64,
    /// At most this many.
    pub most: usize,
}

/// How many files there are, or are missing for a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaCount {
    /// Why they are missing. `None` for files that no run has asked for.
    pub missing: Option<Missing>,
    /// How many.
    pub count: u64,
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

fn write_check(connection: &Connection, id: i64) -> Result<()> {
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

impl Writer {
    /// The files that are wanted and that this run has not asked for, those that expire first at the beginning.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn wanted_media(&self, wanted: &Wanted) -> Result<Vec<WantedMedium>> {
        let types = rows::json_text(&wanted.types)?;
        let account = wanted
            .account
            .map(|(source, account)| (source.name(), account));
        let mut select = self.connection().prepare_cached(
            "SELECT m.address_key, m.address, m.expires_at FROM media m
             WHERE m.file IS NULL AND coalesce(m.tried_run < ?1, true) AND m.type IN (SELECT value FROM json_each(?2))
                AND (m.missing IS NULL OR m.missing = 'left for later' OR (m.missing = 'too large' AND m.bytes < ?3)
                    OR (m.missing IN ('refused', 'not reachable') AND m.tries < ?4))
                AND (?5 IS NULL OR EXISTS (SELECT 1 FROM media_uses u JOIN conversations c ON c.id = u.conversation
                    JOIN accounts a ON a.id = c.account WHERE u.media = m.id AND a.source = ?5 AND a.account = ?6))
             ORDER BY m.expires_at IS NULL, m.expires_at, m.id LIMIT ?7",
        )?;
        let mut rows = select.query(params![
            self.run.id,
            types,
            i64::try_from(wanted.max_size).unwrap_or(i64::MAX),
            TRIES,
            account.map(|(source, _)| source),
            account.map(|(_, account)| account),
            i64::try_from(wanted.most)?,
        ])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(WantedMedium {
                key: key(&row.get::<_, Vec<u8>>(0)?),
                address: row.get(1)?,
                expires_at: rows::time(row, 2)?,
            });
        }
        Ok(found)
    }

    /// Notes what became of a file. A conversation that has it now is changed by this run. `limit` is the size that
    /// files may have.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_medium(
        &mut self,
        key: u128,
        result: &Result<MediaFile, Missing>,
        limit: u64,
    ) -> Result<()> {
        self.begin()?;
        let (run, connection) = (self.run.id, self.connection());
        let mut select =
            connection.prepare_cached("SELECT id FROM media WHERE address_key = ?1")?;
        let Some(id) = select.query_row([blob(key)], |row| row.get(0)).optional()? else {
            return Ok(());
        };
        let id: i64 = id;
        let (file, missing) = (result.as_ref().ok(), result.as_ref().err());
        let over = missing.filter(|missing| **missing == Missing::TooLarge);
        let bytes = file.map_or(over.map(|_| limit), |file| Some(file.bytes));
        let bytes = bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        let mut update = connection.prepare_cached(
            "UPDATE media SET file = ?2, sha256 = ?3, bytes = ?4, media_type = ?5, missing = ?6, tries = tries + 1,
                tried_run = ?7,
                address = iif(?2 IS NOT NULL AND address LIKE 'data:%', substr(address, 1, instr(address, ',')), address)
             WHERE id = ?1",
        )?;
        update.execute(params![
            id,
            file.map(|file| &file.file),
            file.map(|file| &file.sha256),
            bytes,
            file.map(|file| &file.media_type),
            missing.map(|missing| missing.name()),
            run,
        ])?;
        write_check(connection, id)?;
        if file.is_some() {
            note_changed(connection, id, run)?;
        }
        Ok(())
    }
}

/// Drops the media that no conversation uses any more. Returns the paths of their files in the folder, which the caller
/// removes after the commit. A file that another address has brought as well stays.
///
/// A command that deletes conversations calls this when it has deleted their rows of `media_uses`.
///
/// # Errors
/// When the archive cannot be written.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "it is for a command that deletes")
)]
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

/// Marks the conversations that use a file as changed, so that outputs are written with it.
fn note_changed(connection: &Connection, media: i64, run: i64) -> Result<()> {
    let mut select = connection.prepare_cached(
        "SELECT u.conversation FROM media_uses u JOIN conversations c ON c.id = u.conversation
         WHERE u.media = ?1 AND c.changed_run < ?2",
    )?;
    let conversations = select.query_map([media, run], |row| row.get(0))?;
    for conversation in conversations.collect::<rusqlite::Result<Vec<i64>>>()? {
        merge::note_changed(connection, conversation, run)?;
    }
    Ok(())
}

impl Reader {
    /// How many files are missing, by reason. Empty when no run has asked for files.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn missing_media(&self) -> Result<Vec<MediaCount>> {
        let mut select = self.connection.prepare(
            "SELECT missing, count(*) FROM media
             WHERE file IS NULL AND EXISTS (SELECT 1 FROM media WHERE tries > 0) GROUP BY missing",
        )?;
        let mut rows = select.query([])?;
        let mut counts = Vec::new();
        while let Some(row) = rows.next()? {
            let name: Option<String> = row.get(0)?;
            counts.push(MediaCount {
                missing: name.as_deref().and_then(Missing::of_name),
                count: row.get(1)?,
            });
        }
        Ok(counts)
    }

    /// Calls `take` with each file: its path in the folder, and its SHA-256.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn each_medium(&self, mut take: impl FnMut(&str, &str, u64)) -> Result<()> {
        let select = "SELECT file, max(sha256), max(bytes) FROM media WHERE file IS NOT NULL GROUP BY file ORDER BY file";
        let mut select = self.connection.prepare(select)?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let (file, sha256): (String, String) = (row.get(0)?, row.get(1)?);
            take(&file, &sha256, row.get(2)?);
        }
        Ok(())
    }
}

fn blob(key: u128) -> Vec<u8> {
    key.to_be_bytes().to_vec()
}

fn key(blob: &[u8]) -> u128 {
    blob.iter()
        .fold(0, |key, byte| key << 8 | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::super::schema::SCHEMA;
    use super::*;

    #[test]
    fn only_what_nobody_uses_is_dropped() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(SCHEMA).unwrap();
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
