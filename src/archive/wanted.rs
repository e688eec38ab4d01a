//! Finds what is to be forgotten.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use rusqlite::{Connection, params};

use super::forgotten;
use super::reader::{self, Reader};
use super::rows::{CONVERSATION, json_text};
use super::search::{self, Query, Search};
use crate::model::{Conversation, Vendor};
use crate::usage::usage;

/// What to forget: every conversation that one of these names.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those in which these users took part.
    pub users: Vec<String>,
    /// Those with these ids.
    pub conversations: Vec<String>,
    /// Those with a message in which one of these occurs, each with its words as they were given.
    pub matches: Vec<(String, Query)>,
    /// Only those of these accounts. All, if there is none.
    pub accounts: Vec<(Vendor, String)>,
}

/// What is to be forgotten.
#[derive(Debug, Default)]
pub struct Found {
    /// The rows of the conversations.
    pub(super) rows: BTreeSet<i64>,
    /// Conversations that could not be fetched so far, with their accounts.
    pub(super) unfetched: BTreeSet<(i64, String)>,
    /// The users that were named.
    pub(super) users: Vec<String>,
    /// The conversations that were named and are forgotten already.
    pub known: Vec<String>,
}

impl Found {
    /// Whether nothing is to be forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.unfetched.is_empty()
    }

    /// The ids of the conversations that could not be fetched so far.
    pub fn unfetched(&self) -> impl Iterator<Item = &str> {
        self.unfetched.iter().map(|(_, id)| id.as_str())
    }

    /// The rows as JSON, for a query.
    pub(super) fn json(&self) -> Result<String> {
        json_text(&self.rows)
    }
}

impl Reader {
    /// Finds the conversations to forget, and those that are the other side of a handover of one of them.
    ///
    /// # Errors
    /// When one of what is wanted names nothing, a usage error when it may mean several accounts; else when the archive
    /// cannot be read.
    pub fn find(&self, wanted: &Wanted) -> Result<Found> {
        let mut finder = Finder {
            connection: &self.connection,
            accounts: accounts(&self.connection, wanted)?,
            asks_account: wanted.accounts.is_empty(),
            found: Found::default(),
        };
        for user in &wanted.users {
            finder.user(user)?;
        }
        for id in &wanted.conversations {
            finder.conversation(id)?;
        }
        for (words, query) in &wanted.matches {
            finder.matching(words, query)?;
        }
        finder.add_other_sides()?;
        Ok(finder.found)
    }

    /// Calls `take` with each conversation that was found.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn each_found(&self, found: &Found, mut take: impl FnMut(Conversation)) -> Result<()> {
        let mut select = self.connection.prepare(&format!(
            "SELECT {CONVERSATION}, c.id FROM conversations c JOIN accounts a ON a.id = c.account
             WHERE c.id IN (SELECT value FROM json_each(?1)) ORDER BY c.account, c.created_at, c.id"
        ))?;
        let mut rows = select.query([found.json()?])?;
        while let Some(row) = rows.next()? {
            take(reader::whole(&self.connection, row, false, false)?);
        }
        Ok(())
    }

    /// The files that mirrors have of what was found: the folder of the mirror, and the file's path in it.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn files_of(&self, found: &Found) -> Result<Vec<(PathBuf, String)>> {
        let mut select = self.connection.prepare(
            "SELECT m.path, f.name FROM mirror_files f JOIN mirrors m ON m.id = f.mirror
             WHERE f.conversation IN (SELECT value FROM json_each(?1)) AND f.name != ''
             ORDER BY m.path, f.name",
        )?;
        let files = select.query_map([found.json()?], |row| {
            Ok((PathBuf::from(row.get::<_, String>(0)?), row.get(1)?))
        })?;
        Ok(files.collect::<rusqlite::Result<_>>()?)
    }
}

/// An account: its row, its source and its name.
type Account = (i64, String, String);

/// The accounts in which to look.
fn accounts(connection: &Connection, wanted: &Wanted) -> Result<Vec<Account>> {
    let mut select = connection.prepare("SELECT id, source, account FROM accounts ORDER BY id")?;
    let all = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let all = all.collect::<rusqlite::Result<Vec<Account>>>()?;
    if wanted.accounts.is_empty() {
        return Ok(all);
    }
    let mut asked = Vec::new();
    for (vendor, name) in &wanted.accounts {
        let is_asked = |(_, source, account): &&Account| source == vendor.name() && account == name;
        match all.iter().find(is_asked) {
            Some(account) => asked.push(account.clone()),
            None => bail!(usage!(
                "the archive has nothing of {}",
                in_words(vendor.name(), name)
            )),
        }
    }
    Ok(asked)
}

fn in_words(source: &str, account: &str) -> String {
    match account {
        "" => format!("{source} without an account"),
        account => format!("{source} {account}"),
    }
}

struct Finder<'a> {
    connection: &'a Connection,
    accounts: Vec<Account>,
    /// Whether an id may not be in several accounts.
    asks_account: bool,
    found: Found,
}

impl Finder<'_> {
    /// A user takes part when a message is theirs, or when they are among the people of the conversation.
    fn user(&mut self, id: &str) -> Result<()> {
        let rows = self.rows(
            "SELECT c.id, c.account FROM conversations c
             WHERE c.id IN (SELECT m.conversation FROM messages m WHERE m.user_id = ?1)
                OR EXISTS (SELECT 1 FROM json_each(c.users) u WHERE (u.value ->> '$.id') = ?1)",
            id,
        )?;
        let what = format!("user {id}");
        self.check_account(&what, &rows.iter().map(|(_, account)| *account).collect())?;
        if rows.is_empty() {
            bail!("the archive has no conversation of {what}, so nothing was forgotten");
        }
        self.found.rows.extend(rows.iter().map(|(row, _)| row));
        self.found.users.push(id.to_owned());
        Ok(())
    }

    fn conversation(&mut self, id: &str) -> Result<()> {
        let rows = self.rows(
            "SELECT id, account FROM conversations WHERE conversation_id = ?1",
            id,
        )?;
        let failed = self.rows(
            "SELECT 0, account FROM failures WHERE conversation_id = ?1",
            id,
        )?;
        let both = rows.iter().chain(&failed).map(|(_, account)| *account);
        let what = format!("conversation {id}");
        self.check_account(&what, &both.collect())?;
        if rows.is_empty() && failed.is_empty() {
            if !self.is_forgotten(id)? {
                bail!("the archive has no {what}, so nothing was forgotten");
            }
            self.found.known.push(id.to_owned());
        }
        self.found.rows.extend(rows.iter().map(|(row, _)| row));
        let failed = failed
            .into_iter()
            .map(|(_, account)| (account, id.to_owned()));
        self.found.unfetched.extend(failed);
        Ok(())
    }

    fn matching(&mut self, words: &str, query: &Query) -> Result<()> {
        let search = Search {
            query: query.clone(),
            ..Search::default()
        };
        let rows = search::conversations(self.connection, &search)?;
        let rows = self.rows(
            "SELECT id, account FROM conversations WHERE id IN (SELECT value FROM json_each(?1))",
            &json_text(&rows)?,
        )?;
        if rows.is_empty() {
            bail!("no message has `{words}`, so nothing was forgotten");
        }
        self.found.rows.extend(rows.iter().map(|(row, _)| row));
        Ok(())
    }

    /// The first two columns that a query finds in the accounts.
    fn rows(&self, query: &str, value: &str) -> Result<Vec<(i64, i64)>> {
        let mut select = self.connection.prepare(query)?;
        let rows = select.query_map([value], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        rows.retain(|(_, account)| self.accounts.iter().any(|(row, ..)| row == account));
        Ok(rows)
    }

    /// An id of one account may be somebody else's in another.
    fn check_account(&self, what: &str, found: &BTreeSet<i64>) -> Result<()> {
        if !self.asks_account || found.len() < 2 {
            return Ok(());
        }
        let named = self.accounts.iter().filter(|(row, ..)| found.contains(row));
        let named: Vec<_> = named
            .map(|(_, source, account)| in_words(source, account))
            .collect();
        bail!(usage!(
            "{what} is in {}: say which is meant with --bot-id ID or --site NAME (`''` for the one without an account)",
            named.join(" and in ")
        ))
    }

    fn is_forgotten(&self, id: &str) -> Result<bool> {
        for (_, source, account) in &self.accounts {
            if forgotten::is_forgotten(self.connection, source, account, id)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Botpress keeps the messages of a handover in two conversations, so both go.
    fn add_other_sides(&mut self) -> Result<()> {
        let mut select = self.connection.prepare(
            "SELECT o.id FROM conversations c JOIN conversations o ON o.account = c.account
                AND o.conversation_id = (c.handover ->> '$.conversation_id')
             WHERE c.id IN (SELECT value FROM json_each(?1))
             UNION
             SELECT o.id FROM conversations o JOIN conversations c ON c.account = o.account
                AND c.conversation_id = (o.handover ->> '$.conversation_id')
             WHERE o.handover IS NOT NULL AND c.id IN (SELECT value FROM json_each(?1))",
        )?;
        loop {
            let before = self.found.rows.len();
            let others =
                select.query_map(params![self.found.json()?], |row| row.get::<_, i64>(0))?;
            let others = others.collect::<rusqlite::Result<Vec<_>>>()?;
            self.found.rows.extend(others);
            if self.found.rows.len() == before {
                return Ok(());
            }
        }
    }
}
