//! Merges one conversation into the archive.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::ledger;
use super::media;
use super::rows::{self, CONVERSATION, MessageInserter, Runs, json_text, time_text};
use super::union::{self, Arrival, Entry};
use crate::model::{Conversation, Record};

/// What became of a conversation that was merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The archive did not have it.
    Added,
    /// It has new or other contents.
    Changed,
    /// The archive had all of it.
    Unchanged,
    /// It was forgotten, so it was not written.
    Forgotten,
}

/// What a merge did.
#[derive(Clone, Copy, Debug)]
pub struct Outcome {
    /// What became of the conversation.
    pub merged: Merged,
    /// How many messages were added.
    pub messages: i64,
}

/// A stored conversation, as far as it matters before its messages are read.
struct Found {
    rowid: i64,
    whole: Option<i64>,
    sha256: Vec<u8>,
    received: Option<Vec<u8>>,
    is_gone: bool,
}

/// Unites a conversation with what the archive has of it.
///
/// # Errors
/// When the archive cannot be read or written.
pub fn merge(
    connection: &Connection,
    account: i64,
    came: &Conversation,
    run: i64,
    import: bool,
) -> Result<Outcome> {
    let sha256 = sha256(came)?;
    let received = came.fetched_since.is_none().then(|| ledger::short(&sha256));
    let Some(found) = find(connection, account, &came.id)? else {
        // What an import brings may be gone at the vendor, so the vendor's next answer is compared with it.
        let received = received.as_deref().filter(|_| !import);
        return add(connection, account, came, &sha256, received, run, import);
    };
    let is_received = received.is_some() && found.received == received && !found.is_gone;
    if is_received || import && sha256 == found.sha256 {
        if !import {
            note_seen(connection, found.rowid, run)?;
        }
        return Ok(Outcome {
            merged: Merged::Unchanged,
            messages: 0,
        });
    }
    let arrival = Arrival {
        run,
        whole: found.whole,
        import,
    };
    update(connection, &found, came, received, arrival)
}

/// Whether the vendor returned all of its messages.
fn is_whole(came: &Conversation, import: bool) -> bool {
    !import && came.fetched_since.is_none()
}

/// The SHA-256 of a conversation's line in a jsonl export.
///
/// # Errors
/// When it cannot be written as JSON.
pub fn sha256(conversation: &Conversation) -> Result<Vec<u8>> {
    let mut line = Vec::new();
    conversation.write_json(&mut line)?;
    Ok(Sha256::digest(&line).to_vec())
}

fn find(connection: &Connection, account: i64, id: &str) -> Result<Option<Found>> {
    let mut select = connection.prepare_cached(
        "SELECT id, whole_run, sha256, received, gone_run IS NOT NULL FROM conversations
         WHERE account = ?1 AND conversation_id = ?2",
    )?;
    let found = select.query_row(params![account, id], |row| {
        Ok(Found {
            rowid: row.get(0)?,
            whole: row.get(1)?,
            sha256: row.get(2)?,
            received: row.get(3)?,
            is_gone: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

/// Adds a conversation that the archive does not have.
fn add(
    connection: &Connection,
    account: i64,
    came: &Conversation,
    sha256: &[u8],
    received: Option<&[u8]>,
    run: i64,
    import: bool,
) -> Result<Outcome> {
    let runs = Runs {
        first: run,
        last: import.then_some(run),
    };
    let messages = i64::try_from(came.messages.len())?;
    let check = ledger::message_check(came.messages.iter().map(|_| runs));
    let mut insert = connection.prepare_cached(
        "INSERT INTO conversations (account, conversation_id, created_at, updated_at, channel, tags, users, states, raw,
            messages, reported_messages, first_run, changed_run, seen_run, whole_run, sha256, received, message_check,
            title, handover, row_check)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12, ?12, ?16, ?13, ?14, ?15, ?17, ?18, x'')",
    )?;
    let rowid = insert.insert(params![
        account,
        came.id,
        time_text(came.created_at),
        time_text(came.updated_at),
        came.channel,
        json_text(&came.tags)?,
        came.users.as_ref().map(json_text).transpose()?,
        came.states.as_ref().map(json_text).transpose()?,
        came.raw.as_ref().map(Record::get),
        messages,
        came.reported_count,
        run,
        sha256,
        received,
        check,
        is_whole(came, import).then_some(run),
        came.title,
        came.handover.as_ref().map(json_text).transpose()?,
    ])?;
    let mut inserter = MessageInserter::new(connection)?;
    for (seq, message) in (1..).zip(&came.messages) {
        inserter.insert(rowid, seq, message, runs)?;
    }
    write_check(connection, rowid)?;
    media::note(connection, rowid, came)?;
    Ok(Outcome {
        merged: Merged::Added,
        messages,
    })
}

/// Unites a conversation with the stored one, and writes what differs.
fn update(
    connection: &Connection,
    found: &Found,
    came: &Conversation,
    received: Option<Vec<u8>>,
    arrival: Arrival,
) -> Result<Outcome> {
    let mut united = stored(connection, found.rowid)?;
    let before = rows::messages(connection, found.rowid, true)?;
    let count = before.len();
    union::unite_parts(&mut united, came, arrival);
    let entries = union::unite_messages(before, came.messages.clone(), came.fetched_since, arrival);
    let added = i64::try_from(entries.len() - count)?;
    write_messages(connection, found.rowid, &entries)?;
    let check = ledger::message_check(entries.iter().map(|entry| entry.runs));
    united.messages = entries.into_iter().map(|entry| entry.message).collect();
    let sha256 = sha256(&united)?;
    let is_changed = sha256 != found.sha256;
    let mut update = connection.prepare_cached(
        "UPDATE conversations SET created_at = ?2, updated_at = ?3, channel = ?4, tags = ?5, users = ?6, states = ?7, raw = ?8,
            messages = ?9, reported_messages = ?10, sha256 = ?11, message_check = ?12,
            received = iif(?16 AND NOT ?14, received, ?13), changed_run = iif(?14, ?15, changed_run),
            seen_run = iif(?16, seen_run, ?15), whole_run = iif(?17, ?15, whole_run),
            gone_run = iif(?16, gone_run, NULL), title = ?18, handover = ?19
         WHERE id = ?1",
    )?;
    update.execute(params![
        found.rowid,
        time_text(united.created_at),
        time_text(united.updated_at),
        united.channel,
        json_text(&united.tags)?,
        united.users.as_ref().map(json_text).transpose()?,
        united.states.as_ref().map(json_text).transpose()?,
        united.raw.as_ref().map(Record::get),
        i64::try_from(united.messages.len())?,
        united.reported_count,
        sha256,
        check,
        received.filter(|_| !arrival.import),
        is_changed,
        arrival.run,
        arrival.import,
        is_whole(came, arrival.import),
        united.title,
        united.handover.as_ref().map(json_text).transpose()?,
    ])?;
    write_check(connection, found.rowid)?;
    media::note(connection, found.rowid, came)?;
    let merged = if is_changed {
        Merged::Changed
    } else {
        Merged::Unchanged
    };
    Ok(Outcome {
        merged,
        messages: added,
    })
}

fn stored(connection: &Connection, rowid: i64) -> Result<Conversation> {
    let select = format!(
        "SELECT {CONVERSATION} FROM conversations c JOIN accounts a ON a.id = c.account WHERE c.id = ?1"
    );
    let mut select = connection.prepare_cached(&select)?;
    let mut found = select.query([rowid])?;
    let row = found.next()?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
    rows::conversation(row, true)
}

/// Writes the messages that are new, edited, moved, or no longer returned.
fn write_messages(connection: &Connection, conversation: i64, entries: &[Entry]) -> Result<()> {
    let mut inserter = MessageInserter::new(connection)?;
    let mut place =
        connection.prepare_cached("UPDATE messages SET seq = ?2, last_run = ?3 WHERE id = ?1")?;
    for (seq, entry) in (1..).zip(entries) {
        let Some(row) = entry.row else {
            inserter.insert(conversation, seq, &entry.message, entry.runs)?;
            continue;
        };
        if entry.edited {
            rows::update_message(connection, row.id, &entry.message)?;
        }
        if (row.seq, row.last_run) != (seq, entry.runs.last) {
            place.execute(params![row.id, seq, entry.runs.last])?;
        }
    }
    Ok(())
}

/// Notes that a run fetched a whole conversation, and that it is unchanged.
fn note_seen(connection: &Connection, rowid: i64, run: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE conversations SET seen_run = ?2, whole_run = ?2 WHERE id = ?1")?
        .execute([rowid, run])?;
    write_check(connection, rowid)
}

/// Notes that the vendor has deleted a conversation.
pub fn note_gone(connection: &Connection, rowid: i64, run: i64) -> Result<()> {
    connection
        .prepare_cached(
            "UPDATE conversations SET gone_run = ?2 WHERE id = ?1 AND gone_run IS NULL",
        )?
        .execute([rowid, run])?;
    write_check(connection, rowid)
}

/// Notes that a run changed what an output has of a conversation, besides its messages.
pub fn note_changed(connection: &Connection, rowid: i64, run: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE conversations SET changed_run = ?2 WHERE id = ?1")?
        .execute([rowid, run])?;
    write_check(connection, rowid)
}

fn write_check(connection: &Connection, rowid: i64) -> Result<()> {
    let check = ledger::row_check(connection, rowid)?;
    connection
        .prepare_cached("UPDATE conversations SET row_check = ?2 WHERE id = ?1")?
        .execute(params![rowid, check])?;
    Ok(())
}
