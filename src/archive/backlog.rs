//! The files that an archive lacks: which are wanted, what became of them, and how many are missing.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, params};

use super::media::{blob, write_check};
use super::merge;
use super::reader::Reader;
use super::rows;
use super::writer::Writer;
use crate::model::{MediaFile, Missing, Vendor};
use crate::time::Timestamp;

/// In how many runs a file is asked for whose server does not hand it out, or does not answer.
const TRIES: i64 = 30;

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
pub struct WantedMedia<'a> {
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

impl Writer {
    /// The files that are wanted and that this run has not asked for, those that expire first at the beginning.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn wanted_media(&self, wanted: &WantedMedia) -> Result<Vec<WantedMedium>> {
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

    /// Whether the archive names a file by this path in the folder of its media.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn has_medium(&self, file: &str) -> Result<bool> {
        let select = "SELECT EXISTS (SELECT 1 FROM media WHERE file = ?1)";
        let mut select = self.connection().prepare_cached(select)?;
        Ok(select.query_row([file], |row| row.get(0))?)
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

fn key(blob: &[u8]) -> u128 {
    blob.iter()
        .fold(0, |key, byte| key << 8 | u128::from(*byte))
}
