//! Checks that an archive is still what was written.

use std::path::Path;

use anyhow::{Context, Result, bail};
use rusqlite::{Connection, ErrorCode, Row};

use super::database;
use super::ledger;
use super::merge;
use super::rows::{self, CONVERSATION};
use super::schema::SCHEMA;
use crate::text::counted;

/// What an archive has.
#[derive(Clone, Copy, Debug, Default)]
pub struct Checked {
    /// How many conversations.
    pub conversations: i64,
    /// How many messages.
    pub messages: i64,
}

/// Checks everything in an archive. Calls `tell` with each difference, in words.
///
/// # Errors
/// When it cannot be read, or is no archive of this version.
pub fn verify(path: &Path, mut tell: impl FnMut(&str)) -> Result<Checked> {
    let connection = database::open_to_read(path)?;
    // All checks are of the same moment, even while a run writes.
    let snapshot = connection.unchecked_transaction()?;
    let checks: [(&str, Check); 6] = [
        ("the structure of the file", check_structure),
        ("the tables", check_schema),
        ("the small tables", check_ledger),
        ("what runs have selected", check_selected),
        ("the files of mirrors", check_mirrors),
        ("the media", check_media),
    ];
    for (what, check) in checks {
        if let Err(error) = check(&snapshot, &mut tell) {
            tell(&format!("{what}: {error:#}"));
        }
    }
    let checked = check_conversations(&snapshot, &mut tell)?;
    if let Err(error) = check_counts(&snapshot, checked) {
        tell(&format!("{error:#}"));
    }
    drop(snapshot);
    if let Err(error) = check_index(&connection) {
        tell(&format!("the index of the words: {error:#}"));
    }
    Ok(checked)
}

type Check = fn(&Connection, &mut dyn FnMut(&str)) -> Result<()>;

/// What SQLite knows of its own file.
fn check_structure(connection: &Connection, tell: &mut dyn FnMut(&str)) -> Result<()> {
    let mut check = connection.prepare("PRAGMA integrity_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let problem: String = row.get(0)?;
        if problem != "ok" {
            tell(&problem);
        }
    }
    Ok(())
}

/// The tables, indexes, triggers and views are those of this version.
fn check_schema(connection: &Connection, _: &mut dyn FnMut(&str)) -> Result<()> {
    let expected = Connection::open_in_memory()?;
    expected.execute_batch(SCHEMA)?;
    if schema(connection)? != schema(&expected)? {
        bail!("they are not those of this version");
    }
    Ok(())
}

type Definition = (String, String, String, Option<String>);

fn schema(connection: &Connection) -> Result<Vec<Definition>> {
    // SQLite makes tables of its own when somebody analyses the database.
    let select = "SELECT type, name, tbl_name, sql FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name";
    let mut select = connection.prepare(select)?;
    let rows = select.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    Ok(rows?.collect::<rusqlite::Result<_>>()?)
}

fn check_ledger(connection: &Connection, _: &mut dyn FnMut(&str)) -> Result<()> {
    if !ledger::is_kept(connection)? {
        bail!(
            "the accounts, selections, runs, failures, mirrors, the marks of what was forgotten or the index of words are \
             not what was written"
        );
    }
    Ok(())
}

fn check_selected(connection: &Connection, tell: &mut dyn FnMut(&str)) -> Result<()> {
    check_rows(
        connection,
        ledger::SELECTED,
        "a selection's conversation",
        tell,
    )
}

fn check_mirrors(connection: &Connection, tell: &mut dyn FnMut(&str)) -> Result<()> {
    check_rows(connection, ledger::MIRROR_FILES, "a file of a mirror", tell)
}

fn check_media(connection: &Connection, tell: &mut dyn FnMut(&str)) -> Result<()> {
    check_rows(connection, ledger::MEDIA, "a medium", tell)?;
    check_rows(connection, ledger::MEDIA_USES, "a use of a medium", tell)
}

/// Checks the rows of a table that end with their checksum.
fn check_rows(
    connection: &Connection,
    select: &str,
    what: &str,
    tell: &mut dyn FnMut(&str),
) -> Result<()> {
    let mut select = connection.prepare(select)?;
    let columns = select.column_count() - 1;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let written: Vec<u8> = row.get(columns)?;
        if written != ledger::check_of(row, columns)? {
            tell(&format!("{what} is not what was written"));
        }
    }
    Ok(())
}

/// Checks every conversation with its messages.
fn check_conversations(connection: &Connection, tell: &mut impl FnMut(&str)) -> Result<Checked> {
    let mut checked = Checked::default();
    let mut select = connection.prepare(&format!(
        "SELECT {CONVERSATION}, c.id, c.messages, c.sha256, c.message_check, c.row_check
         FROM conversations c JOIN accounts a ON a.id = c.account ORDER BY c.id"
    ))?;
    let mut found = select.query([])?;
    while let Some(row) = found.next()? {
        checked.conversations += 1;
        match check_conversation(connection, row) {
            Ok(messages) => checked.messages += messages,
            Err(error) => {
                let id: String = row.get("conversation_id").unwrap_or_default();
                tell(&format!("conversation {id}: {error:#}"));
            }
        }
    }
    Ok(checked)
}

/// Returns how many messages the conversation has.
fn check_conversation(connection: &Connection, row: &Row) -> Result<i64> {
    let rowid = row.get("id")?;
    let mut conversation = rows::conversation(row, true)?;
    let stored = rows::messages(connection, rowid, true)?;
    let count = i64::try_from(stored.len())?;
    if count != row.get::<_, i64>("messages")? {
        bail!(
            "it has {count} messages, and should have {}",
            row.get::<_, i64>("messages")?
        );
    }
    let is_in_order = (1..).zip(&stored).all(|(seq, stored)| stored.seq == seq);
    let message_check = ledger::message_check(stored.iter().map(|stored| stored.runs));
    let row_check: Vec<u8> = row.get("row_check")?;
    let is_kept = message_check == row.get::<_, Vec<u8>>("message_check")?
        && row_check == ledger::row_check(connection, rowid)?;
    if !is_in_order || !is_kept {
        bail!("what is noted of it is not what was written");
    }
    conversation.messages = stored.into_iter().map(|stored| stored.message).collect();
    if merge::sha256(&conversation)? != row.get::<_, Vec<u8>>("sha256")? {
        bail!("its contents are not what was written");
    }
    Ok(count)
}

/// The last run counted what the archive has.
fn check_counts(connection: &Connection, checked: Checked) -> Result<()> {
    let select = "SELECT conversations, messages FROM runs ORDER BY id DESC LIMIT 1";
    let (conversations, messages): (i64, i64) =
        connection.query_row(select, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if (conversations, messages) != (checked.conversations, checked.messages) {
        bail!(
            "the last run left {} with {}, and {} with {} can be read",
            counted(conversations.unsigned_abs(), "conversation"),
            counted(messages.unsigned_abs(), "message"),
            checked.conversations,
            checked.messages
        );
    }
    Ok(())
}

/// The index has the words of the messages, and no others. FTS5 takes this check for a change, which is undone.
fn check_index(connection: &Connection) -> Result<()> {
    let check = "INSERT INTO message_words (message_words, rank) VALUES ('integrity-check', 1)";
    let checked = connection
        .execute_batch("BEGIN IMMEDIATE")
        .and_then(|()| connection.execute_batch(check));
    if !connection.is_autocommit() {
        connection.execute_batch("ROLLBACK")?;
    }
    match checked {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
            Err(error).context("a run is writing, so it could not be checked; try again later")
        }
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => Err(error)
            .context("it can only be checked where the archive can be written; check a copy"),
        checked => checked.context("it is not what was written"),
    }
}
