//! What the archive knows of the folders that runs keep as mirrors of it.

use anyhow::{Context, Result};
use rusqlite::{OptionalExtension, Row, ToSql, params};

use super::ledger;
use super::reader;
use super::rows::CONVERSATION;
use super::writer::Writer;
use crate::model::{Conversation, Vendor};

/// How many conversations are looked at together.
const PAGE: i64 = 1000;

/// A folder with one file for each of these conversations.
#[derive(Clone, Copy, Debug)]
pub struct Mirror {
    id: i64,
    account: i64,
    /// Only conversations of this selection, if it has filters.
    filtered: Option<i64>,
    /// Only conversations that this run fetched.
    seen_run: Option<i64>,
}

/// A conversation that the mirror must have.
#[derive(Debug)]
pub struct MirrorEntry {
    /// The conversation's row.
    pub rowid: i64,
    /// The run that changed it last.
    pub changed_run: i64,
    /// The file that it has in the mirror.
    pub file: Option<MirrorFile>,
}

/// A file of a mirror.
#[derive(Debug)]
pub struct MirrorFile {
    /// The version of the conversation that it has.
    pub changed_run: i64,
    /// Its path in the folder. It is empty when the format has no place for the conversation.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hex.
    pub sha256: Option<String>,
}

impl Writer {
    /// Returns the mirror of an account in a folder. When its files were written with other `options`, all of them are
    /// out of date. A run of the kind `Part` mirrors only what it fetched.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn mirror(
        &mut self,
        source: Vendor,
        account: &str,
        path: &str,
        options: &str,
        is_part: bool,
    ) -> Result<Mirror> {
        self.begin()?;
        let account = self.account(source, account)?;
        let connection = self.connection();
        let known = "SELECT id, options FROM mirrors WHERE path = ?1";
        let known = connection.query_row(known, [path], |row| {
            Ok((row.get(0)?, row.get::<_, String>(1)?))
        });
        let id = match known.optional()? {
            Some((id, known)) if known == options => id,
            Some((id, _)) => {
                connection.execute(
                    "UPDATE mirrors SET options = ?2 WHERE id = ?1",
                    params![id, options],
                )?;
                self.outdate_files(id)?;
                id
            }
            None => {
                let new = "INSERT INTO mirrors (path, options) VALUES (?1, ?2)";
                connection.execute(new, [path, options])?;
                connection.last_insert_rowid()
            }
        };
        Ok(Mirror {
            id,
            account,
            filtered: self.run.filtered,
            seen_run: is_part.then_some(self.run.id),
        })
    }

    /// Makes every file of a mirror out of date. Its name stays known, so that the file is replaced.
    fn outdate_files(&mut self, mirror: i64) -> Result<()> {
        let files = {
            let mut select = self.connection().prepare(
                "SELECT conversation, changed_run, changed_run, name, bytes, sha256 FROM mirror_files
                 WHERE mirror = ?1",
            )?;
            let files = select.query_map([mirror], |row| Ok((row.get(0)?, mirror_file(row, 0)?)));
            files?.collect::<rusqlite::Result<Vec<_>>>()?
        };
        files
            .iter()
            .try_for_each(|(rowid, file)| self.note_file(mirror, *rowid, file))
    }

    /// The next conversations that the mirror must have, after this row.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn mirror_entries(&self, mirror: &Mirror, after: i64) -> Result<Vec<MirrorEntry>> {
        let mut select = self.connection().prepare_cached(
            "SELECT c.id, c.changed_run, f.changed_run, f.name, f.bytes, f.sha256
             FROM conversations c
             LEFT JOIN mirror_files f ON f.mirror = ?1 AND f.conversation = c.id
             WHERE c.account = ?2 AND c.id > ?3 AND (?4 IS NULL OR c.seen_run = ?4) AND (?5 IS NULL OR
                EXISTS (SELECT 1 FROM selected s WHERE s.selection = ?5 AND s.conversation = c.id))
             ORDER BY c.id LIMIT ?6",
        )?;
        let values = params![
            mirror.id,
            mirror.account,
            after,
            mirror.seen_run,
            mirror.filtered,
            PAGE
        ];
        let entries = select.query_map(values, |row| {
            let version: Option<i64> = row.get(2)?;
            let file = version
                .map(|version| mirror_file(row, version))
                .transpose()?;
            Ok(MirrorEntry {
                rowid: row.get(0)?,
                changed_run: row.get(1)?,
                file,
            })
        });
        Ok(entries?.collect::<rusqlite::Result<_>>()?)
    }

    /// Reads a conversation for its file.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn mirrored(
        &self,
        entry: &MirrorEntry,
        keep_raw: bool,
        media: bool,
    ) -> Result<Conversation> {
        let connection = self.connection();
        let mut select = connection.prepare_cached(&format!(
            "SELECT {CONVERSATION}, c.id FROM conversations c JOIN accounts a ON a.id = c.account
             WHERE c.id = ?1"
        ))?;
        let mut rows = select.query([entry.rowid])?;
        let row = rows
            .next()?
            .context("a conversation of the mirror is gone")?;
        reader::whole(connection, row, keep_raw, media)
    }

    /// Whether another conversation of the mirror has a file of this name.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn is_name_taken(&self, mirror: &Mirror, entry: &MirrorEntry, name: &str) -> Result<bool> {
        let mut select = self.connection().prepare_cached(
            "SELECT 1 FROM mirror_files WHERE mirror = ?1 AND name = ?2 AND conversation != ?3",
        )?;
        Ok(select.exists(params![mirror.id, name, entry.rowid])?)
    }

    /// Notes the file of a conversation.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_mirrored(&mut self, mirror: &Mirror, rowid: i64, file: &MirrorFile) -> Result<()> {
        self.note_file(mirror.id, rowid, file)
    }

    fn note_file(&self, mirror: i64, rowid: i64, file: &MirrorFile) -> Result<()> {
        self.begin()?;
        let mut insert = self.connection().prepare_cached(
            "INSERT OR REPLACE INTO mirror_files
                (mirror, conversation, changed_run, name, bytes, sha256, row_check)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let bytes = i64::try_from(file.bytes)?;
        let values: [&dyn ToSql; 6] = [
            &mirror,
            &rowid,
            &file.changed_run,
            &file.name,
            &bytes,
            &file.sha256,
        ];
        let check = ledger::check_of_values(self.connection(), &values)?;
        let check: &dyn ToSql = &check;
        let row: Vec<_> = values.into_iter().chain([check]).collect();
        insert.execute(row.as_slice())?;
        Ok(())
    }
}

fn mirror_file(row: &Row, changed_run: i64) -> rusqlite::Result<MirrorFile> {
    Ok(MirrorFile {
        changed_run,
        name: row.get(3)?,
        bytes: row.get(4)?,
        sha256: row.get(5)?,
    })
}
