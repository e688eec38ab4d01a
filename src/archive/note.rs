//! What a run notes in the archive besides conversations: which of them are listed, gone or could not be fetched.

use std::collections::HashSet;

use anyhow::Result;
use rusqlite::{OptionalExtension, params};

use super::forgotten;
use super::ledger;
use super::merge;
use super::rows::time_text;
use super::runs::Kind;
use super::writer::Writer;
use crate::model::Vendor;
use crate::time::Timestamp;

impl Writer {
    /// Notes that a list of the vendor has a conversation.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_listed(&mut self, source: Vendor, account: &str, id: &str) -> Result<()> {
        self.begin()?;
        let account = self.account(source, account)?;
        self.note_selected(account, id)
    }

    /// Notes that a conversation is one of the selection of this run.
    pub(super) fn note_selected(&self, account: i64, id: &str) -> Result<()> {
        let connection = self.connection();
        if self.run.kind == Kind::Sweep {
            let listed = "INSERT OR IGNORE INTO listed
                SELECT id FROM conversations WHERE account = ?1 AND conversation_id = ?2";
            let mut listed = connection.prepare_cached(listed)?;
            listed.execute(params![account, id])?;
        }
        if let Some(selection) = self.run.filtered {
            let rowid = "SELECT id FROM conversations WHERE account = ?1 AND conversation_id = ?2";
            let mut rowid = connection.prepare_cached(rowid)?;
            let rowid = rowid.query_row(params![account, id], |row| row.get::<_, i64>(0));
            if let Some(rowid) = rowid.optional()? {
                let check = ledger::check_of_values(connection, &[&selection, &rowid])?;
                let selected = "INSERT OR IGNORE INTO selected VALUES (?1, ?2, ?3)";
                let mut selected = connection.prepare_cached(selected)?;
                selected.execute(params![selection, rowid, check])?;
            }
        }
        Ok(())
    }

    /// Notes that the vendor has deleted a conversation. It stays in the archive.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_gone(&mut self, source: Vendor, account: &str, id: &str) -> Result<()> {
        self.begin()?;
        let account = self.account(source, account)?;
        self.forget_failure(account, id)?;
        let connection = self.connection();
        let mut select = connection.prepare_cached(
            "SELECT id FROM conversations WHERE account = ?1 AND conversation_id = ?2",
        )?;
        let rowid = select.query_row(params![account, id], |row| row.get(0));
        match rowid.optional()? {
            Some(rowid) => merge::note_gone(connection, rowid, self.run.id),
            None => Ok(()),
        }
    }

    /// Notes that the vendor has deleted all conversations of an account that no list of this sweep had, among those
    /// created since a time.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_unlisted_gone(
        &mut self,
        source: Vendor,
        account: &str,
        since: Option<Timestamp>,
    ) -> Result<()> {
        self.begin()?;
        let account = self.account(source, account)?;
        let connection = self.connection();
        let mut select = connection.prepare(
            "SELECT id FROM conversations
             WHERE account = ?1 AND gone_run IS NULL AND (?2 IS NULL OR created_at >= ?2)
                AND id NOT IN (SELECT conversation FROM listed)",
        )?;
        let gone = select.query_map(params![account, time_text(since)], |row| row.get(0))?;
        let gone = gone.collect::<rusqlite::Result<Vec<i64>>>()?;
        gone.into_iter()
            .try_for_each(|rowid| merge::note_gone(connection, rowid, self.run.id))
    }

    /// Notes that a conversation could not be fetched, so that the next run tries it first.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_failed(
        &mut self,
        source: Vendor,
        account: &str,
        id: &str,
        error: &str,
    ) -> Result<()> {
        self.begin()?;
        let account = self.account(source, account)?;
        self.connection()
            .prepare_cached(
                "INSERT INTO failures
                    (account, conversation_id, error, attempts, first_run, last_run)
                 VALUES (?1, ?2, ?3, 1, ?4, ?4)
                 ON CONFLICT DO UPDATE SET error = ?3, attempts = attempts + 1, last_run = ?4",
            )?
            .execute(params![account, id, error, self.run.id])?;
        self.run.failures += 1;
        self.note_selected(account, id)
    }

    /// The conversations of an account that could not be fetched, those with the fewest attempts first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn failures(&self, source: Vendor, account: &str) -> Result<Vec<String>> {
        let mut select = self.connection().prepare(
            "SELECT f.conversation_id FROM failures f JOIN accounts a ON a.id = f.account
             WHERE a.source = ?1 AND a.account = ?2 ORDER BY f.attempts, f.conversation_id",
        )?;
        let ids = select.query_map(params![source.name(), account], |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Those of them that failed first in a run with other filters. `filters` may leave them out.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn failures_of_others(
        &self,
        source: Vendor,
        account: &str,
        filters: &str,
    ) -> Result<HashSet<String>> {
        let mut select = self.connection().prepare(
            "SELECT f.conversation_id FROM failures f JOIN accounts a ON a.id = f.account
             JOIN runs r ON r.id = f.first_run LEFT JOIN selections s ON s.id = r.selection
             WHERE a.source = ?1 AND a.account = ?2 AND ?3 != '{}' AND s.filters IS NOT ?3",
        )?;
        let key = params![source.name(), account, filters];
        let ids = select.query_map(key, |row| row.get(0))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether a conversation was forgotten.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn is_forgotten(&self, source: Vendor, account: &str, id: &str) -> Result<bool> {
        forgotten::is_forgotten(self.connection(), source.name(), account, id)
    }

    pub(super) fn forget_failure(&self, account: i64, id: &str) -> Result<()> {
        if self.run.failures > 0 {
            self.connection()
                .prepare_cached("DELETE FROM failures WHERE account = ?1 AND conversation_id = ?2")?
                .execute(params![account, id])?;
        }
        Ok(())
    }
}
