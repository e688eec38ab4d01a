//! How much of the vendor's past an archive covers.

use anyhow::Result;

use super::reader::Reader;
use super::rows::{self, time};
use super::runs::{self, Selection};
use crate::model::Vendor;
use crate::time::{Span, Timestamp};

/// Botpress deletes a message after this time (vendors/botpress.md, Why people export).
const RETENTION: Span = Span::days(90);

/// How much of an account an archive covers.
#[derive(Debug)]
pub struct Coverage {
    /// The vendor.
    pub source: Vendor,
    /// The bot or site.
    pub account: String,
    /// How many conversations the archive has.
    pub conversations: u64,
    /// When the oldest of them was created.
    pub from: Option<Timestamp>,
    /// The vendor's time until which a run saw everything.
    pub until: Option<Timestamp>,
    /// When the last complete run ended, by this machine's clock.
    pub completed_at: Option<Timestamp>,
    /// Times without a run that were so long that the vendor may have deleted what came in them.
    pub holes: Vec<(Timestamp, Timestamp)>,
    /// What runs ask for.
    pub selections: Vec<Selection>,
    /// The version of its API that the account answered the last time.
    pub api: Option<String>,
}

impl Reader {
    /// How much of each account the archive covers. An account that only imports brought has no runs. Of several
    /// selections, the one without filters counts, else the first.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn coverage(&self) -> Result<Vec<Coverage>> {
        let mut select = self.connection.prepare(
            "SELECT a.source, a.account,
                (SELECT count(*) FROM conversations c WHERE c.account = a.id),
                (SELECT min(c.created_at) FROM conversations c WHERE c.account = a.id),
                s.complete_until,
                (SELECT max(r.ended_at) FROM runs r WHERE r.selection = s.id AND r.complete), s.id
             FROM accounts a LEFT JOIN selections s ON s.id = (
                SELECT m.id FROM selections m WHERE m.account = a.id
                ORDER BY m.filters != '{}', m.id LIMIT 1)
             ORDER BY a.id",
        )?;
        let mut rows = select.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            let (source, account) = (rows::vendor(&name)?, row.get::<_, String>(1)?);
            all.push(Coverage {
                conversations: row.get(2)?,
                from: time(row, 3)?,
                until: time(row, 4)?,
                completed_at: time(row, 5)?,
                holes: self.holes(source, row.get(6)?)?,
                selections: runs::selections(&self.connection, source, &account)?,
                api: runs::api(&self.connection, source, &account)?,
                source,
                account,
            });
        }
        Ok(all)
    }

    fn holes(&self, source: Vendor, selection: Option<i64>) -> Result<Vec<(Timestamp, Timestamp)>> {
        let mut select = self.connection.prepare(
            "SELECT started_at FROM runs WHERE selection = ?1 AND saw_all ORDER BY started_at",
        )?;
        let mut rows = select.query([selection])?;
        let (mut holes, mut last): (Vec<_>, Option<Timestamp>) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            let Some(started) = time(row, 0)? else {
                continue;
            };
            let kept_since = started.minus(RETENTION);
            let deletes = source == Vendor::Botpress;
            if let Some(last) = last.filter(|last| deletes && *last < kept_since) {
                holes.push((last, kept_since));
            }
            last = Some(started);
        }
        Ok(holes)
    }
}
