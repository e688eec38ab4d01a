//! Conversations and messages as rows, and back.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, ensure};
use rusqlite::{CachedStatement, Connection, Row, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{Conversation, Message, Record, Role, Vendor};
use crate::time::Timestamp;

/// A message, and what the archive knows of it.
#[derive(Debug)]
pub struct StoredMessage {
    pub rowid: i64,
    pub seq: i64,
    pub message: Message,
    pub runs: Runs,
}

/// The runs that a message was returned to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    /// The run that brought it.
    pub first: i64,
    /// The last run to which it was returned, if the vendor does not return it any more.
    pub last: Option<i64>,
}

/// The columns that make up a conversation without its messages, in the order that [`conversation`] reads.
pub const CONVERSATION: &str = "a.source, a.account, c.conversation_id, c.created_at, c.updated_at, c.channel, c.title, \
                                c.tags, c.handover, c.users, c.states, c.reported_messages, c.raw";

/// Reads a conversation without its messages. Leaves the vendor's record out unless `keep_raw`.
///
/// # Errors
/// When a column does not hold what this program writes.
pub fn conversation(row: &Row, keep_raw: bool) -> Result<Conversation> {
    let account: String = row.get(1)?;
    Ok(Conversation {
        source: vendor(&text(row, 0)?)?,
        account: (!account.is_empty()).then_some(account),
        id: row.get(2)?,
        created_at: time(row, 3)?,
        updated_at: time(row, 4)?,
        channel: row.get(5)?,
        title: row.get(6)?,
        tags: json(&text(row, 7)?)?,
        handover: optional_json(row, 8)?,
        messages: Vec::new(),
        users: optional_json(row, 9)?,
        states: optional_json::<BTreeMap<_, _>>(row, 10)?,
        reported_count: row.get(11)?,
        fetched_since: None,
        lacks_names: false,
        has_odd_content: false,
        raw: record(row, 12, keep_raw)?,
    })
}

/// Reads the messages of a conversation, oldest first.
///
/// # Errors
/// When a column does not hold what this program writes.
pub fn messages(
    connection: &Connection,
    conversation: i64,
    keep_raw: bool,
) -> Result<Vec<StoredMessage>> {
    let mut select = connection.prepare_cached(
        "SELECT id, seq, first_run, last_run, message_id, created_at, role, user_id, author, type, text, options,
            attachments, raw
         FROM messages WHERE conversation = ?1 ORDER BY seq",
    )?;
    let mut rows = select.query([conversation])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        messages.push(StoredMessage {
            rowid: row.get(0)?,
            seq: row.get(1)?,
            runs: Runs {
                first: row.get(2)?,
                last: row.get(3)?,
            },
            message: message(row, keep_raw)?,
        });
    }
    Ok(messages)
}

fn message(row: &Row, keep_raw: bool) -> Result<Message> {
    Ok(Message {
        id: row.get(4)?,
        created_at: time(row, 5)?,
        role: role(&text(row, 6)?)?,
        user_id: row.get(7)?,
        author: row.get(8)?,
        kind: text(row, 9)?.into(),
        text: row.get(10)?,
        options: list(row, 11)?,
        attachments: list(row, 12)?,
        raw: record(row, 13, keep_raw)?,
    })
}

/// Inserts messages of a conversation, and their words into the index.
pub struct MessageInserter<'c> {
    message: CachedStatement<'c>,
    words: CachedStatement<'c>,
}

impl<'c> MessageInserter<'c> {
    pub fn new(connection: &'c Connection) -> rusqlite::Result<Self> {
        let message = connection.prepare_cached(
            "INSERT INTO messages (conversation, seq, message_id, created_at, role, user_id, author, type, text, options,
                attachments, raw, first_run, last_run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        let words = connection.prepare_cached(INSERT_WORDS)?;
        Ok(Self { message, words })
    }

    pub fn insert(
        &mut self,
        conversation: i64,
        seq: i64,
        message: &Message,
        runs: Runs,
    ) -> Result<()> {
        let rowid = self.message.insert(params![
            conversation,
            seq,
            message.id,
            time_text(message.created_at),
            message.role.name(),
            message.user_id,
            message.author,
            message.kind,
            message.text,
            list_text(&message.options)?,
            list_text(&message.attachments)?,
            message.raw.as_ref().map(Record::get),
            runs.first,
            runs.last,
        ])?;
        self.words.execute(params![rowid, message.text])?;
        Ok(())
    }
}

const INSERT_WORDS: &str = "INSERT INTO message_words (rowid, text) VALUES (?1, ?2)";

/// FTS5 has to be told which words a message had (sqlite.org/fts5.html, section 4.4.3).
const DELETE_WORDS: &str = "INSERT INTO message_words (message_words, rowid, text)
    SELECT 'delete', id, text FROM messages WHERE id = ?1";

/// Replaces the contents of a message.
pub fn update_message(connection: &Connection, rowid: i64, message: &Message) -> Result<()> {
    connection.prepare_cached(DELETE_WORDS)?.execute([rowid])?;
    let mut words = connection.prepare_cached(INSERT_WORDS)?;
    words.execute(params![rowid, message.text])?;
    let mut update = connection.prepare_cached(
        "UPDATE messages SET created_at = ?2, role = ?3, user_id = ?4, author = ?5, type = ?6, text = ?7, options = ?8,
            attachments = ?9, raw = ?10
         WHERE id = ?1",
    )?;
    update.execute(params![
        rowid,
        time_text(message.created_at),
        message.role.name(),
        message.user_id,
        message.author,
        message.kind,
        message.text,
        list_text(&message.options)?,
        list_text(&message.attachments)?,
        message.raw.as_ref().map(Record::get),
    ])?;
    Ok(())
}

/// A time as it is in the archive.
pub fn time_text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.in_json(str::to_owned))
}

/// JSON as it is in the archive.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn json_text(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// Most messages have no options and no attachments.
fn list_text<T: Serialize>(list: &[T]) -> Result<std::borrow::Cow<'static, str>> {
    if list.is_empty() {
        return Ok("[]".into());
    }
    Ok(json_text(&list)?.into())
}

fn text(row: &Row, column: usize) -> rusqlite::Result<String> {
    row.get(column)
}

/// The time in a column.
///
/// # Errors
/// When it is no time.
pub fn time(row: &Row, column: usize) -> Result<Option<Timestamp>> {
    let Some(text) = row.get_ref(column)?.as_str_or_null()? else {
        return Ok(None);
    };
    let time: Timestamp = text
        .parse()
        .with_context(|| format!("`{text}` is not a time"))?;
    ensure!(
        time.in_json(|written| written == text),
        "`{text}` is not a time of this program"
    );
    Ok(Some(time))
}

fn record(row: &Row, column: usize, keep_raw: bool) -> Result<Option<Record>> {
    if !keep_raw {
        return Ok(None);
    }
    Ok(row.get_ref(column)?.as_str_or_null()?.map(Record::of_json))
}

/// Reads JSON that this program wrote. Other text of the same value shows that the archive has changed.
fn json<T: DeserializeOwned + Serialize>(text: &str) -> Result<T> {
    let value: T = serde_json::from_str(text)
        .with_context(|| format!("`{text}` is not the JSON that belongs there"))?;
    ensure!(
        json_text(&value)? == text,
        "`{text}` is not JSON of this program"
    );
    Ok(value)
}

fn optional_json<T: DeserializeOwned + Serialize>(row: &Row, column: usize) -> Result<Option<T>> {
    row.get_ref(column)?.as_str_or_null()?.map(json).transpose()
}

fn list<T: DeserializeOwned + Serialize>(row: &Row, column: usize) -> Result<Vec<T>> {
    match row.get_ref(column)?.as_str()? {
        "[]" => Ok(Vec::new()),
        text => json(text),
    }
}

/// Reads the name of a vendor.
///
/// # Errors
/// When it is none.
pub fn vendor(name: &str) -> Result<Vendor> {
    let mut all = [Vendor::Botpress, Vendor::Boost].into_iter();
    all.find(|vendor| vendor.name() == name)
        .ok_or_else(|| anyhow!("`{name}` is no vendor"))
}

/// Reads the name of a role.
///
/// # Errors
/// When it is none.
pub fn role(name: &str) -> Result<Role> {
    let mut all = Role::ALL.into_iter();
    all.find(|role| role.name() == name)
        .ok_or_else(|| anyhow!("`{name}` is no role"))
}
