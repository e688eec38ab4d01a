//! Accounts, selections and runs: what was asked for, and how far the archive is complete.

use anyhow::Result;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rows::{time, time_text};
use crate::model::Vendor;
use crate::time::Timestamp;

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Brings what is new since the last complete run.
    New,
    /// Looks at everything that the vendor still has.
    Sweep,
    /// Brings single conversations, or a part of a range.
    Part,
    /// Brings earlier exports.
    Import,
    /// Deletes conversations for good.
    Forget,
}

impl Kind {
    /// Its name in the archive.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Sweep => "sweep",
            Self::Part => "part",
            Self::Import => "import",
            Self::Forget => "forget",
        }
    }
}

/// What runs with the same filters ask for, and how far the archive is complete with them.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Its row.
    pub id: i64,
    /// JSON of the filters.
    pub filters: String,
    /// Where it begins. `None` when it began with everything that the vendor had.
    pub begins_at: Option<Timestamp>,
    /// The vendor's time when the last run began that saw everything.
    pub complete_until: Option<Timestamp>,
    /// The same for the last sweep.
    pub swept_at: Option<Timestamp>,
    /// When the first run since then began that was interrupted.
    pub interrupted_at: Option<Timestamp>,
}

/// A run, and those of the same selection before it since the last that saw everything and was not killed before it had
/// written its output.
pub const SINCE_SAW_ALL: &str = "SELECT r.id FROM runs r, runs this WHERE this.id = ?
    AND (r.id = this.id OR r.selection = this.selection AND r.id < this.id
        AND r.id > coalesce((SELECT max(b.id) FROM runs b
            WHERE b.selection = this.selection AND b.id < this.id AND b.saw_all AND b.ended_at IS NOT NULL), 0))";

/// Returns the row of an account, and makes it when there is none.
pub fn account(connection: &Connection, source: Vendor, account: &str) -> Result<i64> {
    let key = params![source.name(), account];
    let mut select =
        connection.prepare_cached("SELECT id FROM accounts WHERE source = ?1 AND account = ?2")?;
    if let Some(id) = select.query_row(key, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    connection.execute(
        "INSERT INTO accounts (source, account) VALUES (?1, ?2)",
        key,
    )?;
    Ok(connection.last_insert_rowid())
}

/// The version of its API that an account answered the last time.
pub fn api(connection: &Connection, source: Vendor, account: &str) -> Result<Option<String>> {
    let select = "SELECT api FROM accounts WHERE source = ?1 AND account = ?2";
    let api = connection.query_row(select, params![source.name(), account], |row| row.get(0));
    Ok(api.optional()?.flatten())
}

/// Notes the version of its API that an account answers.
pub fn note_api(connection: &Connection, account: i64, api: &str) -> Result<()> {
    let update = "UPDATE accounts SET api = ?2 WHERE id = ?1 AND api IS NOT ?2";
    connection.execute(update, params![account, api])?;
    Ok(())
}

/// All selections of an account, the oldest first.
pub fn selections(
    connection: &Connection,
    source: Vendor,
    account: &str,
) -> Result<Vec<Selection>> {
    let mut select = connection.prepare(
        "SELECT s.id, s.filters, s.begins_at, s.complete_until, s.swept_at,
            (SELECT min(r.started_at) FROM runs r WHERE r.selection = s.id AND NOT r.saw_all AND r.id >
                coalesce((SELECT max(c.id) FROM runs c WHERE c.selection = s.id AND c.saw_all), 0))
         FROM selections s JOIN accounts a ON a.id = s.account
         WHERE a.source = ?1 AND a.account = ?2 ORDER BY s.id",
    )?;
    let mut rows = select.query(params![source.name(), account])?;
    let mut selections = Vec::new();
    while let Some(row) = rows.next()? {
        selections.push(selection(row)?);
    }
    Ok(selections)
}

fn selection(row: &Row) -> Result<Selection> {
    Ok(Selection {
        id: row.get(0)?,
        filters: row.get(1)?,
        begins_at: time(row, 2)?,
        complete_until: time(row, 3)?,
        swept_at: time(row, 4)?,
        interrupted_at: time(row, 5)?,
    })
}

/// Makes the selection of a first run.
pub fn add_selection(
    connection: &Connection,
    account: i64,
    filters: &str,
    begins_at: Option<Timestamp>,
) -> Result<i64> {
    connection.execute(
        "INSERT INTO selections (account, filters, begins_at) VALUES (?1, ?2, ?3)",
        params![account, filters, time_text(begins_at)],
    )?;
    Ok(connection.last_insert_rowid())
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    /// Whether it saw all that it asked for.
    pub saw_all: bool,
    /// Where the selection begins from now on, when the run saw all.
    pub begins_at: Option<Timestamp>,
    /// Whether it still has to write an output that no later run repairs. It ends after that.
    pub has_output: bool,
}

/// Ends a run. The next run of the selection asks for what is new since this one began. Returns whether the run is
/// complete: it saw all, and nothing failed that is not in the archive by now.
pub fn end(connection: &Connection, run: i64, ended: Ended) -> Result<bool> {
    let missing = "SELECT count(*) FROM failures f, runs r WHERE r.id = ?1 AND (r.selection IS NULL OR f.account =
        (SELECT account FROM selections WHERE id = r.selection)) AND (r.selection IS NOT NULL OR f.last_run = r.id)";
    let missing: i64 = connection.query_row(missing, [run], |row| row.get(0))?;
    let complete = ended.saw_all && missing == 0;
    connection.execute(
        "UPDATE runs SET ended_at = ?2, saw_all = ?3, complete = ?4 WHERE id = ?1",
        params![
            run,
            time_text((!ended.has_output).then(Timestamp::now)),
            ended.saw_all,
            complete
        ],
    )?;
    if ended.saw_all {
        connection.execute(
            "UPDATE selections SET complete_until = r.started_at, begins_at = ?2,
                swept_at = iif(r.kind = 'sweep', r.started_at, swept_at)
             FROM runs r WHERE r.id = ?1 AND selections.id = r.selection",
            params![run, time_text(ended.begins_at)],
        )?;
    }
    Ok(complete)
}

/// Ends a run that has written its output.
pub fn end_output(connection: &Connection, run: i64) -> Result<()> {
    let end = "UPDATE runs SET ended_at = ?2 WHERE id = ?1";
    connection.execute(end, params![run, time_text(Some(Timestamp::now()))])?;
    Ok(())
}
