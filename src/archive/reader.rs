//! Reads conversations from an archive, and answers what it has. A run may write at the same time.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use super::database;
use super::media;
use super::rows::{self, CONVERSATION, json_text, time_text};
use super::runs::SINCE_SAW_ALL;
use super::search::{self, Search};
use crate::model::{Conversation, Vendor};
use crate::time::Timestamp;

/// Which conversations to read.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The beginning of the half-open range of creation, `[since, until)`.
    pub since: Option<Timestamp>,
    /// The end of the range.
    pub until: Option<Timestamp>,
    /// Only conversations with a message at this time or later.
    pub active_since: Option<Timestamp>,
    /// Only conversations with these ids.
    pub ids: Option<Vec<String>>,
    /// Only conversations that were added or changed then.
    pub changed: Option<Changed>,
    /// Only conversations with a message that is found.
    pub search: Option<Search>,
    /// Whether the vendor's records are read.
    pub keep_raw: bool,
    /// Whether the files of attachments are read.
    pub media: bool,
}

/// When a conversation was added or changed for the last time.
#[derive(Clone, Copy, Debug)]
pub enum Changed {
    /// By this run or a later one.
    Since(i64),
    /// By a run that began at this time or later.
    SinceTime(Timestamp),
    /// By this run, or by those of the same selection before it since the last that saw all.
    By(i64),
}

/// What the archive knows of the messages of a conversation.
#[derive(Clone, Copy, Debug)]
pub struct KnownMessages {
    /// How many it has.
    pub count: u64,
    /// How many of them the vendor must still have: they were created since a time that was asked for, and the vendor
    /// returned them when it was last asked.
    pub recent: u64,
    /// When the last one was created.
    pub last_at: Option<Timestamp>,
    /// Whether the conversation is known to be an agent's ticket.
    pub is_ticket: bool,
}

impl KnownMessages {
    /// Whether the vendor's count of messages can be right when `new` messages are added. A message that has reached the
    /// vendor's retention may be counted or not.
    #[must_use]
    pub fn agrees_with(self, reported: Option<u64>, new: u64) -> bool {
        reported.is_none_or(|reported| (self.recent + new..=self.count + new).contains(&reported))
    }
}

/// An archive that is read.
#[derive(Debug)]
pub struct Reader {
    pub(super) connection: Connection,
}

impl Reader {
    /// Opens an archive.
    ///
    /// # Errors
    /// When it cannot be read, or is no archive of this version.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = database::open_to_read(path)?;
        Ok(Self { connection })
    }

    /// Calls `take` with each conversation and its size in bytes, in the order of an export: account by account, Botpress from the newest to
    /// the oldest, boost.ai from the oldest to the newest. All are of the same moment, even while a run writes.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn each(
        &self,
        filter: &Filter,
        mut take: impl FnMut(Conversation, usize) -> ControlFlow<()>,
    ) -> Result<()> {
        let snapshot = self.connection.unchecked_transaction()?;
        let (mut condition, mut values) = condition(filter);
        if let Some(search) = &filter.search {
            let rows = search::conversations(&snapshot, search)?;
            values.push(json_text(&rows)?.into());
            let found = "SELECT value FROM json_each";
            write!(condition, " AND c.id IN ({found}(?{}))", values.len())?;
        }
        for (account, source) in accounts(&snapshot)? {
            let order = match source {
                Vendor::Botpress => "DESC",
                Vendor::Boost => "ASC",
            };
            let mut select = snapshot.prepare(&format!(
                "SELECT {CONVERSATION}, c.id FROM conversations c JOIN accounts a ON a.id = c.account
                 WHERE c.account = {account}{condition} ORDER BY c.created_at {order}, c.id"
            ))?;
            let mut found = select.query(params_from_iter(&values))?;
            while let Some(row) = found.next()? {
                let conversation = whole(&snapshot, row, filter.keep_raw, filter.media)?;
                let size = conversation.heap_size();
                if take(conversation, size).is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// How many conversations a filter without a search selects.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn count(&self, filter: &Filter) -> Result<u64> {
        let (condition, values) = condition(filter);
        let select = format!("SELECT count(*) FROM conversations c WHERE true{condition}");
        let values = params_from_iter(&values);
        let count: i64 = self
            .connection
            .query_row(&select, values, |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Compares a conversation with how a list shows it. Returns `None` when no run has fetched it, and whether the
    /// archive has it like that. A count that differs because messages created before `recent_since` were deleted is no
    /// difference. A list does not show every change, so with `seen` only what a run fetched that
    /// began in this range, ends included, is the same.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn is_as_listed(
        &self,
        listed: &Conversation,
        recent_since: Timestamp,
        seen: Option<(Timestamp, Timestamp)>,
    ) -> Result<Option<bool>> {
        let mut select = self.connection.prepare_cached(
            "SELECT updated_at IS ?4 AND tags = ?5 AND gone_run IS NULL
                AND (?8 IS NULL OR EXISTS (SELECT 1 FROM runs r WHERE r.id = c.seen_run AND r.started_at BETWEEN ?8 AND ?9))
                AND (
                ?6 IS NULL OR reported_messages IS ?6 OR ?6 <= messages AND ?6 >= (
                    SELECT count(*) FROM messages m
                    WHERE m.conversation = c.id AND m.last_run IS NULL AND m.created_at >= ?7))
             FROM conversations c JOIN accounts a ON a.id = c.account
             WHERE a.source = ?1 AND a.account = ?2 AND c.conversation_id = ?3 AND c.whole_run IS NOT NULL",
        )?;
        let same = select.query_row(
            params![
                listed.source.name(),
                listed.account.as_deref().unwrap_or_default(),
                listed.id,
                time_text(listed.updated_at),
                json_text(&listed.tags)?,
                listed.reported_count,
                time_text(Some(recent_since)),
                time_text(seen.map(|(since, _)| since)),
                time_text(seen.map(|(_, until)| until)),
            ],
            |row| row.get(0),
        );
        Ok(same.optional()?)
    }

    /// What the archive knows of the messages of a conversation. Returns `None` when it does not have the conversation.
    /// It knows none when no run has fetched the conversation, since an import need not have all of them.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn messages(
        &self,
        source: Vendor,
        account: &str,
        id: &str,
        recent_since: Timestamp,
    ) -> Result<Option<KnownMessages>> {
        let Some(rowid) = self.rowid(source, account, id)? else {
            return Ok(None);
        };
        let mut select = self.connection.prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE last_run IS NULL AND created_at >= ?2), max(created_at),
                (SELECT handover ->> '$.side' IS 'ticket' FROM conversations WHERE id = ?1)
             FROM messages
             WHERE conversation = (SELECT id FROM conversations WHERE id = ?1 AND whole_run IS NOT NULL)",
        )?;
        let mut found = select.query(params![rowid, time_text(Some(recent_since))])?;
        let row = found.next()?.context("a count has one row")?;
        Ok(Some(KnownMessages {
            count: row.get(0)?,
            recent: row.get(1)?,
            last_at: rows::time(row, 2)?,
            is_ticket: row.get(3)?,
        }))
    }

    /// Whether the archive has a message.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn has_message(
        &self,
        source: Vendor,
        account: &str,
        conversation: &str,
        message: &str,
    ) -> Result<bool> {
        let Some(rowid) = self.rowid(source, account, conversation)? else {
            return Ok(false);
        };
        // The message that is looked for is mostly one of the last.
        let mut select = self.connection.prepare_cached(
            "SELECT 1 FROM messages WHERE conversation = ?1 AND message_id = ?2 ORDER BY seq DESC LIMIT 1",
        )?;
        Ok(select.exists(params![rowid, message])?)
    }

    fn rowid(&self, source: Vendor, account: &str, id: &str) -> Result<Option<i64>> {
        let mut select = self.connection.prepare_cached(
            "SELECT c.id FROM conversations c JOIN accounts a ON a.id = c.account
             WHERE a.source = ?1 AND a.account = ?2 AND c.conversation_id = ?3",
        )?;
        let rowid = select.query_row(params![source.name(), account, id], |row| row.get(0));
        Ok(rowid.optional()?)
    }
}

fn accounts(connection: &Connection) -> Result<Vec<(i64, Vendor)>> {
    let mut select = connection.prepare("SELECT id, source FROM accounts ORDER BY id")?;
    let mut found = select.query([])?;
    let mut accounts = Vec::new();
    while let Some(row) = found.next()? {
        let source: String = row.get(1)?;
        accounts.push((row.get(0)?, rows::vendor(&source)?));
    }
    Ok(accounts)
}

/// The filter as a condition of SQL, and its values.
fn condition(filter: &Filter) -> (String, Vec<Value>) {
    let mut condition = String::new();
    let mut values = Vec::new();
    let mut add = |sql: &str, value: Value| {
        values.push(value);
        condition.push_str(" AND ");
        condition.push_str(&sql.replace('?', &format!("?{}", values.len())));
    };
    if let Some(since) = time_text(filter.since) {
        add("c.created_at >= ?", since.into());
    }
    if let Some(until) = time_text(filter.until) {
        // A conversation without a time is before every end.
        add("(c.created_at IS NULL OR c.created_at < ?)", until.into());
    }
    if let Some(since) = time_text(filter.active_since) {
        let message = "SELECT 1 FROM messages m WHERE m.conversation = c.id AND m.created_at >= ?";
        add(&format!("EXISTS ({message})"), since.into());
    }
    match filter.changed {
        None => {}
        Some(Changed::Since(run)) => add("c.changed_run >= ?", run.into()),
        Some(Changed::SinceTime(time)) => add(
            "c.changed_run IN (SELECT id FROM runs WHERE started_at >= ?)",
            time_text(Some(time)).into(),
        ),
        Some(Changed::By(run)) => add(&format!("c.changed_run IN ({SINCE_SAW_ALL})"), run.into()),
    }
    if let Some(ids) = &filter.ids {
        let ids = serde_json::to_string(ids).unwrap_or_default();
        add(
            "c.conversation_id IN (SELECT value FROM json_each(?))",
            ids.into(),
        );
    }
    (condition, values)
}

/// Reads a conversation with its messages. The row has its number after the columns of [`CONVERSATION`].
pub fn whole(
    connection: &Connection,
    row: &Row,
    keep_raw: bool,
    with_media: bool,
) -> Result<Conversation> {
    let mut conversation = rows::conversation(row, keep_raw)?;
    let rowid = row.get("id")?;
    let messages = rows::messages(connection, rowid, keep_raw);
    let messages =
        messages.with_context(|| format!("could not read conversation {}", conversation.id))?;
    conversation.messages = messages.into_iter().map(|stored| stored.message).collect();
    if with_media {
        media::fill(connection, rowid, &mut conversation)?;
    }
    Ok(conversation)
}
