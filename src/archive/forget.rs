//! Deletes conversations so that no byte of them stays in the file of the archive, nor in its log.
//!
//! One transaction deletes them and notes that it did. Then the file is written anew, and the log is emptied. If the
//! program is killed between the two, the next one that writes to the archive sees the note and goes on.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, bail};
use rusqlite::{OptionalExtension, params};

use super::forgotten;
use super::ledger;
use super::media::drop_unused;
use super::runs::{Ended, Kind};
use super::wanted::Found;
use super::writer::Writer;
use crate::time::Timestamp;

/// What stands in the place of an error that names a forgotten user.
const REDACTED: &str = "could not be fetched (the error named a user who was forgotten)";

/// The rows of these tables that belong to a conversation, and the column that names it.
const TABLES: [(&str, &str); 5] = [
    ("media_uses", "conversation"),
    ("selected", "conversation"),
    ("mirror_files", "conversation"),
    ("messages", "conversation"),
    ("conversations", "id"),
];

impl Writer {
    /// Deletes conversations for good, and marks them so that no run brings them back. The files in the folder of the media
    /// that no other conversation uses go, too.
    ///
    /// # Errors
    /// When the archive cannot be written. Then no conversation is deleted, unless the error says that only its bytes are
    /// left.
    pub fn forget(&mut self, found: &Found, media: &Path) -> Result<()> {
        self.delete_securely()?;
        self.begin_run(Kind::Forget, None, Timestamp::now())?;
        self.mark(found)?;
        let rows = found.json()?;
        for (table, column) in TABLES {
            let delete =
                format!("DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?1))");
            let deleted = self.connection().execute(&delete, [&rows])?;
            match table {
                "messages" => self.run.messages -= i64::try_from(deleted)?,
                "conversations" => self.run.conversations -= i64::try_from(deleted)?,
                _ => {}
            }
        }
        for user in &found.users {
            self.forget_user(user)?;
        }
        // They go before the rest is durable: what names them is still there if the program is killed now.
        for file in drop_unused(self.connection())? {
            remove(&media.join(file))?;
        }
        // The index has no other way to lose every trace of a word.
        self.connection().execute_batch(
            "INSERT INTO message_words (message_words) VALUES ('rebuild');
             DROP TABLE IF EXISTS sqlite_stat4;
             UPDATE forgetting SET unfinished = 1;",
        )?;
        self.end_run(Ended {
            saw_all: true,
            begins_at: None,
            has_output: false,
        })?;
        self.finish_forgetting().map(drop).context(
            "the conversations are gone, but the file still has bytes of them: the next run, or the same command \
             again, erases them",
        )
    }

    /// Marks the conversations and the other sides of their handovers, and drops them from the failures.
    fn mark(&self, found: &Found) -> Result<()> {
        let connection = self.connection();
        let mut select = connection.prepare(
            "SELECT a.id, a.source, a.account, c.conversation_id, c.handover ->> '$.conversation_id'
             FROM conversations c JOIN accounts a ON a.id = c.account
             WHERE c.id IN (SELECT value FROM json_each(?1))",
        )?;
        let mut rows = select.query([found.json()?])?;
        while let Some(row) = rows.next()? {
            let (source, account): (String, String) = (row.get(1)?, row.get(2)?);
            let ids: [Option<String>; 2] = [row.get(3)?, row.get(4)?];
            for id in ids.iter().flatten() {
                forgotten::mark(connection, &source, &account, id)?;
                self.forget_failure(row.get(0)?, id)?;
            }
        }
        let mut select =
            connection.prepare("SELECT source, account FROM accounts WHERE id = ?1")?;
        for (row, id) in &found.unfetched {
            let (source, account): (String, String) =
                select.query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))?;
            forgotten::mark(connection, &source, &account, id)?;
            self.forget_failure(*row, id)?;
        }
        Ok(())
    }

    /// Removes a user's id from what is no conversation: filters with it, and errors that name it.
    fn forget_user(&self, user: &str) -> Result<()> {
        let connection = self.connection();
        let filters = "SELECT id FROM selections WHERE EXISTS (
            SELECT 1 FROM json_tree(filters) f WHERE f.type = 'text' AND f.atom = ?1)";
        let mut select = connection.prepare(filters)?;
        let selections = select.query_map([user], |row| row.get(0))?;
        for selection in selections.collect::<rusqlite::Result<Vec<i64>>>()? {
            for statement in [
                "UPDATE runs SET selection = NULL WHERE selection = ?1",
                "DELETE FROM selected WHERE selection = ?1",
                "DELETE FROM selections WHERE id = ?1",
            ] {
                connection.execute(statement, [selection])?;
            }
        }
        let errors = "UPDATE failures SET error = ?2 WHERE instr(error, ?1) > 0";
        connection.execute(errors, params![user, REDACTED])?;
        Ok(())
    }

    /// Erases what is left of what was deleted, if a run was killed before it could. Returns whether there was something.
    ///
    /// # Errors
    /// When the archive cannot be written anew, or another program reads it and so needs its log.
    pub fn finish_forgetting(&mut self) -> Result<bool> {
        let select = "SELECT unfinished FROM forgetting WHERE id = 1";
        let unfinished = self.connection().query_row(select, [], |row| row.get(0));
        if !unfinished.optional()?.unwrap_or(false) {
            return Ok(false);
        }
        self.delete_securely()?;
        let connection = self.connection();
        connection
            .execute_batch("VACUUM")
            .context("could not write the archive anew")?;
        self.empty_log()?;
        self.begin()?;
        connection.execute("UPDATE forgetting SET unfinished = 0", [])?;
        ledger::write(connection)?;
        connection
            .execute_batch("COMMIT")
            .context("could not write to the archive")?;
        self.empty_log()?;
        Ok(true)
    }

    /// From now on SQLite overwrites what it deletes (sqlite.org/pragma.html, `secure_delete`).
    fn delete_securely(&self) -> Result<()> {
        let secure = "PRAGMA secure_delete = ON";
        Ok(self.connection().query_row(secure, [], |_| Ok(()))?)
    }

    /// Copies the log into the database, and truncates it.
    fn empty_log(&self) -> Result<()> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let is_busy: bool = self
            .connection()
            .query_row(checkpoint, [], |row| row.get(0))?;
        if is_busy {
            bail!(
                "another program reads the archive, so its log cannot be emptied: end that program"
            );
        }
        Ok(())
    }
}

/// Removes a file, which may be gone already, and its folder if nothing else is there.
fn remove(file: &Path) -> Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(error).with_context(|| format!("could not remove {}", file.display()));
        }
        _ => {}
    }
    if let Some(folder) = file.parent() {
        // This fails while it has other files.
        fs::remove_dir(folder).ok();
    }
    Ok(())
}
