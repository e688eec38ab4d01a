//! What a run with an archive asks the vendor for.

use std::path::Path;

use anyhow::Result;
use serde_json::Value;

use crate::archive::{Kind, Selection, Writer};
use crate::cli::ArchiveOptions;
use crate::console::Console;
use crate::model::Vendor;
use crate::source::{Delta, Selection as Selected, SharedReader};
use crate::time::{Span, Timestamp};

/// Botpress deletes after 90 days, so a run after this many days is overdue.
const OVERDUE_DAYS: i64 = 80;

/// What a run with an archive asks the vendor for.
#[derive(Debug)]
pub struct Plan {
    /// What the run does.
    pub kind: Kind,
    /// The bot or site. `None` for an import.
    pub account: Option<(Vendor, String)>,
    /// The filters as JSON.
    pub filters: String,
    /// What earlier runs with these filters did. `None` for the first, and for a run that brings single conversations.
    pub selection: Option<Selection>,
    /// Where the archive begins when this run has seen everything.
    pub begins_at: Option<Timestamp>,
}

impl Plan {
    /// Plans a run.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn new(
        writer: &Writer,
        options: &ArchiveOptions,
        selected: &Selected,
        account: Option<(Vendor, String)>,
        console: &Console,
    ) -> Result<Self> {
        let mut plan = Self {
            kind: Kind::Import,
            account,
            filters: options.filters.to_string(),
            selection: None,
            begins_at: selected.since,
        };
        let Some((vendor, account)) = &plan.account else {
            return Ok(plan);
        };
        let is_part =
            selected.ids.is_some() || selected.until.is_some() || selected.limit != u64::MAX;
        if is_part || options.only_failed {
            plan.kind = Kind::Part;
            return Ok(plan);
        }
        let known = writer.selections(*vendor, account)?;
        let same = known.iter().find(|known| known.filters == plan.filters);
        if let (None, Some(first)) = (same, known.first()) {
            let (begun, now) = (in_words(&first.filters), in_words(&plan.filters));
            console.notice(&format!(
                "this archive was begun with {begun}; this run adds {now}"
            ));
        }
        plan.selection = same.cloned();
        if let Some(known) = same {
            // A later beginning leaves nothing out, since the archive is complete from its own.
            let goes_back = selected.since.zip(known.begins_at);
            let goes_back = goes_back.filter(|(since, begins_at)| since < begins_at);
            plan.begins_at = goes_back.map_or(known.begins_at, |(since, _)| Some(since));
        }
        plan.kind = if plan.is_sweep(options) {
            Kind::Sweep
        } else {
            Kind::New
        };
        if *vendor == Vendor::Botpress {
            plan.warn_overdue(console);
        }
        Ok(plan)
    }

    /// The first run looks at everything, too.
    fn is_sweep(&self, options: &ArchiveOptions) -> bool {
        let swept_at = self.selection.as_ref().and_then(|known| known.swept_at);
        let now = Timestamp::now();
        // A clock that shows a time before the last run is wrong, and must not put the sweep off.
        let is_wrong = self.complete_until().is_some_and(|until| now < until);
        let is_due = |swept_at: Timestamp| now >= swept_at.plus(options.sweep_every);
        options.sweep || is_wrong || swept_at.is_none_or(is_due)
    }

    /// When the last run began that saw everything.
    #[must_use]
    pub fn complete_until(&self) -> Option<Timestamp> {
        self.selection.as_ref()?.complete_until
    }

    /// What the source has to fetch. `None` when it fetches all that is selected.
    ///
    /// # Errors
    /// When the archive cannot be read.
    pub fn delta(&self, writer: &Writer, path: &Path, only_failed: bool) -> Result<Option<Delta>> {
        let Some((vendor, account)) = &self.account else {
            return Ok(None);
        };
        if self.kind == Kind::Part && !only_failed {
            return Ok(None);
        }
        let known = self.selection.as_ref();
        let began_at = known.and_then(|known| known.begins_at);
        Ok(Some(Delta {
            begins_at: self.begins_at,
            began_at: began_at.filter(|began_at| Some(*began_at) != self.begins_at),
            complete_until: self.complete_until(),
            interrupted_at: known.and_then(|known| known.interrupted_at),
            sweep: self.kind == Kind::Sweep,
            swept_at: known.and_then(|known| known.swept_at),
            failed: writer.failures(*vendor, account)?,
            failed_elsewhere: writer.failures_of_others(*vendor, account, &self.filters)?,
            only_failed,
            archive: Some(SharedReader::open(path)?),
        }))
    }

    fn warn_overdue(&self, console: &Console) {
        let days = self.complete_until().map_or(0, Timestamp::days_ago);
        if days > OVERDUE_DAYS {
            console.warn(&format!(
                "the last complete run is {days} days old: Botpress deletes conversations after 90 days, \
                 so some that ended before {} may be gone for good",
                Timestamp::now().minus(Span::days(90)).utc_date()
            ));
        }
    }
}

/// Filters as flags: `--integration whatsapp --tag a=b`.
fn in_words(filters: &str) -> String {
    let filters: Value = serde_json::from_str(filters).unwrap_or_default();
    let mut words = Vec::new();
    for (name, value) in filters.as_object().into_iter().flatten() {
        let flag = format!("--{}", name.replace('_', "-"));
        match value {
            Value::Array(values) => words.extend(
                values
                    .iter()
                    .map(|value| format!("{flag} {}", in_word(value))),
            ),
            Value::Bool(_) => words.push(flag),
            value => words.push(format!("{flag} {}", in_word(value))),
        }
    }
    if words.is_empty() {
        return "no filter".to_owned();
    }
    words.join(" ")
}

fn in_word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(pair) => pair.iter().map(in_word).collect::<Vec<_>>().join("="),
        value => value.to_string(),
    }
}
