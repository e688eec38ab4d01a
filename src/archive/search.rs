//! Finds messages by their words.
//!
//! The index of SQLite's FTS5 (sqlite.org/fts5.html) splits text at spaces and punctuation. Chinese, Japanese, Thai and
//! a few more are written without spaces, so their words are looked for in the text itself.

use anyhow::{Context, Result};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::rows::time_text;
use crate::model::Role;
use crate::time::Timestamp;

/// Words and phrases, all of which must occur in a message.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Those that the index knows.
    pub(super) indexed: Vec<String>,
    /// Those that are looked for in the text, in lower case.
    pub(super) scanned: Vec<String>,
}

/// What to search for, and where.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// What has to occur.
    pub query: Query,
    /// Only messages of this role.
    pub role: Option<Role>,
    /// The beginning of the half-open range of the messages' times, `[since, until)`.
    pub since: Option<Timestamp>,
    /// The end of the range.
    pub until: Option<Timestamp>,
    /// Only conversations with these ids.
    pub ids: Option<Vec<String>>,
}

impl Query {
    /// Reads words, and phrases in double quotes. Nothing in them is a syntax error.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut query = Self::default();
        for (number, part) in text.split('"').enumerate() {
            if number % 2 == 1 {
                query.add(part);
            } else {
                part.split_whitespace().for_each(|word| query.add(word));
            }
        }
        query
    }

    fn add(&mut self, term: &str) {
        let term = term.trim();
        if term.is_empty() {
            return;
        }
        let is_known = term.chars().any(char::is_alphanumeric);
        if is_known && !term.chars().any(is_written_without_spaces) {
            self.indexed.push(term.to_owned());
        } else {
            self.scanned.push(term.to_lowercase());
        }
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indexed.is_empty() && self.scanned.is_empty()
    }

    /// The terms for the index. In quotes, none of FTS5's operators means anything.
    pub(super) fn fts(&self) -> String {
        let terms = self.indexed.iter();
        let quoted = terms.map(|term| format!("\"{}\"", term.replace('"', "")));
        quoted.collect::<Vec<_>>().join(" ")
    }
}

/// Whether a character belongs to a script whose words are not separated by spaces, or not always.
fn is_written_without_spaces(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'       // Thai, Lao
        | '\u{1000}'..='\u{109f}'   // Myanmar
        | '\u{1100}'..='\u{11ff}'   // Hangul, where particles follow a word
        | '\u{1780}'..='\u{17ff}'   // Khmer
        | '\u{2e80}'..='\u{31ff}'   // Han radicals, Hiragana, Katakana, Bopomofo
        | '\u{3400}'..='\u{9fff}'   // Han
        | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}'   // Hangul
        | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}'   // compatibility forms
        | '\u{20000}'..='\u{3ffff}' // Han
    )
}

/// The rows of the conversations that have a hit.
///
/// # Errors
/// When the archive cannot be read.
pub fn conversations(connection: &Connection, search: &Search) -> Result<Vec<i64>> {
    let mut rows = numbers(connection, search, "DISTINCT m.conversation", "")?;
    rows.sort_unstable();
    Ok(rows)
}

/// One number of each message that is found.
///
/// # Errors
/// When the archive cannot be read.
pub fn numbers(
    connection: &Connection,
    search: &Search,
    column: &str,
    order: &str,
) -> Result<Vec<i64>> {
    add_function(connection, search.query.scanned.clone())?;
    let (from, conditions, values) = condition(search);
    let mut select = connection.prepare(&format!(
        "SELECT {column} FROM {from} WHERE {} {order}",
        conditions.join(" AND ")
    ))?;
    let found = select.query_map(params_from_iter(values), |row| row.get(0))?;
    found
        .collect::<rusqlite::Result<_>>()
        .context("could not search the archive")
}

/// The tables, the conditions and their values.
fn condition(search: &Search) -> (String, Vec<String>, Vec<Value>) {
    let mut from = "messages m".to_owned();
    let (mut conditions, mut values) = (vec!["true".to_owned()], Vec::new());
    let mut add = |sql: &str, value: Value| {
        values.push(value);
        conditions.push(sql.replace('?', &format!("?{}", values.len())));
    };
    if !search.query.indexed.is_empty() {
        // The index comes first: it has the fewest rows.
        "message_words CROSS JOIN messages m ON m.id = message_words.rowid".clone_into(&mut from);
        add("message_words MATCH ?", search.query.fts().into());
    }
    if let Some(role) = search.role {
        add("m.role = ?", role.name().to_owned().into());
    }
    if let Some(since) = time_text(search.since) {
        add("m.created_at >= ?", since.into());
    }
    if let Some(until) = time_text(search.until) {
        add("m.created_at < ?", until.into());
    }
    if let Some(ids) = &search.ids {
        let ids = serde_json::to_string(ids).unwrap_or_default();
        add(
            "m.conversation IN (SELECT id FROM conversations
                WHERE conversation_id IN (SELECT value FROM json_each(?)))",
            ids.into(),
        );
    }
    if !search.query.scanned.is_empty() {
        conditions.push("has_all_terms(m.text)".to_owned());
    }
    (from, conditions, values)
}

/// Adds the function `has_all_terms(text)`.
fn add_function(connection: &Connection, terms: Vec<String>) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    let is_cased = terms.iter().any(|term| term.to_uppercase() != *term);
    connection.create_scalar_function("has_all_terms", 1, flags, move |context| {
        let text = context.get_raw(0).as_str()?;
        let has_all = |text: &str| terms.iter().all(|term| text.contains(term.as_str()));
        Ok(if is_cased {
            has_all(&text.to_lowercase())
        } else {
            has_all(text)
        })
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Query;

    #[test]
    fn words_and_phrases_are_told_apart() {
        let query = Query::parse("refund \"late parcel\" e-mail \"open");
        assert_eq!(query.indexed, ["refund", "late parcel", "e-mail", "open"]);
        assert_eq!(query.fts(), r#""refund" "late parcel" "e-mail" "open""#);
        assert!(query.scanned.is_empty());
    }

    #[test]
    fn what_the_index_does_not_know_is_scanned() {
        let query = Query::parse("返金 สวัสดี * AND ( 🎉");
        assert_eq!(query.indexed, ["AND"]);
        assert_eq!(query.scanned, ["返金", "สวัสดี", "*", "(", "🎉"]);
        assert!(Query::parse(" \"\" ").is_empty());
    }
}
