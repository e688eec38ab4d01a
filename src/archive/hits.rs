//! Finds messages by their words, and shows where the words are.

use std::ops::ControlFlow;

use anyhow::{Context, Result};
use rusqlite::{Row, params};

use super::reader::Reader;
use super::rows;
use super::search::{self, Query, Search};
use crate::model::{Role, Vendor};
use crate::time::Timestamp;

/// Marks the beginning and the end of a hit in a text.
pub const MARKS: (char, char) = ('\u{2}', '\u{3}');

/// A message that was found.
#[derive(Debug)]
pub struct Hit {
    /// The vendor.
    pub source: Vendor,
    /// The bot or site.
    pub account: Option<String>,
    /// The id of its conversation.
    pub conversation_id: String,
    /// The channel of its conversation.
    pub channel: Option<String>,
    /// Its id.
    pub message_id: String,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// Who wrote it.
    pub role: Role,
    /// Its text.
    pub text: String,
}

impl Reader {
    /// Calls `take` with each message that has all words, the newest first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn search(
        &self,
        wanted: &Search,
        mut take: impl FnMut(Hit) -> ControlFlow<()>,
    ) -> Result<()> {
        let snapshot = self.connection.unchecked_transaction()?;
        let ids = search::numbers(
            &snapshot,
            wanted,
            "m.id",
            "ORDER BY m.created_at DESC, m.id DESC",
        )?;
        let mut select = snapshot.prepare(
            "SELECT a.source, a.account, c.conversation_id, c.channel, m.message_id, m.created_at, m.role, m.text
             FROM messages m JOIN conversations c ON c.id = m.conversation JOIN accounts a ON a.id = c.account
             WHERE m.id = ?1",
        )?;
        for id in ids {
            let mut rows = select.query([id])?;
            let row = rows
                .next()?
                .context("the index names a message that is not there")?;
            if take(hit(row)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// The text of a message with its hits marked by [`MARKS`].
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn marked(&self, query: &Query, hit: &Hit) -> Result<String> {
        if query.indexed.is_empty() {
            return Ok(mark_scanned(query, &hit.text));
        }
        let mut select = self.connection.prepare_cached(
            "SELECT highlight(message_words, 0, char(2), char(3)) FROM message_words
             WHERE message_words MATCH ?1 AND rowid = (
                SELECT m.id FROM messages m JOIN conversations c ON c.id = m.conversation
                JOIN accounts a ON a.id = c.account
                WHERE a.source = ?2 AND a.account = ?3 AND c.conversation_id = ?4 AND m.message_id = ?5)",
        )?;
        let account = hit.account.as_deref().unwrap_or_default();
        let (fts, source) = (query.fts(), hit.source.name());
        let values = params![fts, source, account, hit.conversation_id, hit.message_id];
        let marked: String = select.query_row(values, |row| row.get(0))?;
        Ok(mark_scanned(query, &marked))
    }
}

/// Marks the terms that are looked for in the text itself.
fn mark_scanned(query: &Query, text: &str) -> String {
    let mut marked = text.to_owned();
    for term in &query.scanned {
        let (begin, end) = MARKS;
        marked = marked.replace(term.as_str(), &format!("{begin}{term}{end}"));
    }
    marked
}

fn hit(row: &Row) -> Result<Hit> {
    let source: String = row.get(0)?;
    let account: String = row.get(1)?;
    let role: String = row.get(6)?;
    Ok(Hit {
        source: rows::vendor(&source)?,
        account: (!account.is_empty()).then_some(account),
        conversation_id: row.get(2)?,
        channel: row.get(3)?,
        message_id: row.get(4)?,
        created_at: rows::time(row, 5)?,
        role: rows::role(&role)?,
        text: row.get(7)?,
    })
}
