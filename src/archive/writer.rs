//! Writes what a run brings into the archive.

use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::{Connection, OptionalExtension, params};

use super::database::{self, Writable};
use super::forgotten;
use super::ledger;
use super::merge::{self, Merged, Outcome};
use super::rows::time_text;
use super::runs::{self, Ended, Kind, SINCE_SAW_ALL, Selection};
use crate::model::{Conversation, Vendor};
use crate::time::Timestamp;

/// An archive that this process alone writes to.
#[derive(Debug)]
pub struct Writer {
    database: Writable,
    pub(super) run: Run,
    /// The account of the last conversation, since most runs have one account.
    account: Option<(Vendor, String, i64)>,
}

/// The run under way, and what the archive has.
#[derive(Debug)]
pub struct Run {
    pub id: i64,
    pub kind: Kind,
    /// Its selection, if that has filters.
    pub filtered: Option<i64>,
    pub added: i64,
    pub changed: i64,
    pub conversations: i64,
    pub messages: i64,
    /// How many conversations the archive knows that could not be fetched.
    pub failures: i64,
}

impl Writer {
    /// Opens an archive, and makes it when there is none.
    ///
    /// # Errors
    /// When another run writes to it, it cannot be written, or it is no archive of this version.
    pub fn open(path: &Path) -> Result<Self> {
        let database = database::open_to_write(path)?;
        let listed = "CREATE TEMP TABLE listed (conversation INTEGER PRIMARY KEY)";
        database.connection.execute_batch(listed)?;
        let run = Run {
            id: 0,
            kind: Kind::Part,
            filtered: None,
            added: 0,
            changed: 0,
            conversations: 0,
            messages: 0,
            failures: 0,
        };
        Ok(Self {
            database,
            run,
            account: None,
        })
    }

    /// Why the archive keeps a rollback journal, if it does. Readers then have to wait while a run commits.
    #[must_use]
    pub fn no_wal(&self) -> Option<&str> {
        self.database.no_wal.as_deref()
    }

    /// All selections that runs used for an account, the oldest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn selections(&self, source: Vendor, account: &str) -> Result<Vec<Selection>> {
        runs::selections(self.connection(), source, account)
    }

    /// Makes the selection of a first run with these filters.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn add_selection(
        &mut self,
        source: Vendor,
        account: &str,
        filters: &str,
        begins_at: Option<Timestamp>,
    ) -> Result<i64> {
        self.begin()?;
        let account = self.account(source, account)?;
        runs::add_selection(self.connection(), account, filters, begins_at)
    }

    /// The version of its API that a site answered the last time.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn api(&self, source: Vendor, account: &str) -> Result<Option<String>> {
        runs::api(self.connection(), source, account)
    }

    /// Notes the version of its API that a site answers.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn note_api(&mut self, source: Vendor, account: &str, api: &str) -> Result<()> {
        self.begin()?;
        let account = self.account(source, account)?;
        runs::note_api(self.connection(), account, api)
    }

    /// Begins a run. What is written from now on belongs to it. Returns its number.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn begin_run(
        &mut self,
        kind: Kind,
        selection: Option<i64>,
        started_at: Timestamp,
    ) -> Result<i64> {
        self.begin()?;
        let connection = self.connection();
        ledger::forget_index(connection)?;
        let totals = "SELECT conversations, messages FROM runs ORDER BY id DESC LIMIT 1";
        let totals = connection.query_row(totals, [], |row| Ok((row.get(0)?, row.get(1)?)));
        let (conversations, messages) = totals.optional()?.unwrap_or((0, 0));
        let filtered = "SELECT id FROM selections WHERE id = ?1 AND filters != '{}'";
        let filtered = connection.query_row(filtered, [selection], |row| row.get(0));
        let filtered = filtered.optional()?;
        connection.execute(
            "INSERT INTO runs (selection, kind, started_at, saw_all, complete, added, changed,
                failed, conversations, messages)
             VALUES (?1, ?2, ?3, 0, 0, 0, 0, 0, ?4, ?5)",
            params![
                selection,
                kind.name(),
                time_text(Some(started_at)),
                conversations,
                messages
            ],
        )?;
        let id = connection.last_insert_rowid();
        let failures = "SELECT count(*) FROM failures";
        let failures = connection.query_row(failures, [], |row| row.get(0))?;
        self.run = Run {
            id,
            kind,
            filtered,
            added: 0,
            changed: 0,
            conversations,
            messages,
            failures,
        };
        Ok(id)
    }

    /// Unites a conversation with what the archive has of it.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn merge(&mut self, came: &Conversation) -> Result<Outcome> {
        self.begin()?;
        let account = self.account(came.source, came.account.as_deref().unwrap_or_default())?;
        self.forget_failure(account, &came.id)?;
        if forgotten::leaves_out(self.connection(), came)? {
            return Ok(Outcome {
                merged: Merged::Forgotten,
                messages: 0,
            });
        }
        let import = self.run.kind == Kind::Import;
        let outcome = merge::merge(self.connection(), account, came, self.run.id, import)
            .with_context(|| format!("could not write conversation {} to the archive", came.id))?;
        self.run.messages += outcome.messages;
        match outcome.merged {
            Merged::Added => {
                self.run.added += 1;
                self.run.conversations += 1;
            }
            Merged::Changed => self.run.changed += 1,
            Merged::Unchanged | Merged::Forgotten => {}
        }
        self.note_selected(account, &came.id)?;
        Ok(outcome)
    }

    /// Makes everything so far durable.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn commit(&mut self) -> Result<()> {
        if self.connection().is_autocommit() {
            return Ok(());
        }
        let run = &self.run;
        let connection = self.connection();
        connection
            .prepare_cached(
                "UPDATE runs SET added = ?2, changed = ?3, conversations = ?4, messages = ?5,
                    failed = (SELECT count(*) FROM failures WHERE last_run = ?1)
                 WHERE id = ?1",
            )?
            .execute([
                run.id,
                run.added,
                run.changed,
                run.conversations,
                run.messages,
            ])?;
        ledger::write(connection)?;
        connection
            .execute_batch("COMMIT")
            .context("could not write to the archive")
    }

    /// Ends the run. Returns whether it is complete: it saw all that it asked for, and nothing is missing.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn end_run(&mut self, ended: Ended) -> Result<bool> {
        self.begin()?;
        let complete = runs::end(self.connection(), self.run.id, ended)?;
        self.commit()?;
        ledger::write_index(self.connection())?;
        self.checkpoint()?;
        Ok(complete)
    }

    /// Ends a run that has written its output, or has said how to write it again.
    ///
    /// # Errors
    /// When the archive cannot be written.
    pub fn end_output(&mut self, run: i64) -> Result<()> {
        self.begin()?;
        runs::end_output(self.connection(), run)?;
        self.commit()
    }

    /// How many conversations the archive has.
    #[must_use]
    pub fn conversations(&self) -> u64 {
        self.run.conversations.unsigned_abs()
    }

    /// The first run of this run's selection since the last that saw everything.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn first_run(&self) -> Result<i64> {
        let select = format!("SELECT min(id) FROM runs WHERE id IN ({SINCE_SAW_ALL})");
        let first = self
            .connection()
            .query_row(&select, [self.run.id], |row| row.get(0));
        Ok(first?)
    }

    /// Copies the log into the database, so that one file has everything. A reader may prevent that; the log then stays.
    fn checkpoint(&self) -> Result<()> {
        let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
        let done = self.connection().query_row(checkpoint, [], |_| Ok(()));
        done.context("could not write to the archive")
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.database.connection
    }

    /// Begins a transaction, unless there is one.
    pub(super) fn begin(&self) -> Result<()> {
        if self.connection().is_autocommit() {
            let begun = self.connection().execute_batch("BEGIN IMMEDIATE");
            begun.context("could not write to the archive")?;
        }
        Ok(())
    }

    pub(super) fn account(&mut self, source: Vendor, account: &str) -> Result<i64> {
        match &self.account {
            Some((vendor, name, id)) if *vendor == source && name == account => Ok(*id),
            _ => {
                let id = runs::account(self.connection(), source, account)?;
                self.account = Some((source, account.to_owned(), id));
                Ok(id)
            }
        }
    }
}
