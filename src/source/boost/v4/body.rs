//! The body of a request to API v4, made of the range that both versions share.

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use crate::time::{Span, Timestamp};
use crate::usage::{UsageError, usage};

/// New messages show up some 10 s late, so the last minute is left to the next run.
const LATENESS: Span = Span::seconds(60);

/// A body as both versions have it: `from`, `to`, and what else is asked for.
type Body = Map<String, Value>;

/// Up to when an export asks.
#[derive(Clone, Copy, Debug)]
pub struct Reach(Timestamp);

impl Reach {
    /// A minute before this time.
    #[must_use]
    pub fn before(now: Timestamp) -> Self {
        Self(now.minus(LATENESS))
    }

    /// The time.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.0
    }

    /// Where the next run begins, by the vendor's time now.
    #[must_use]
    pub fn next_begins(self, now: Timestamp) -> Timestamp {
        match self.late(now) {
            Some(end) => end,
            None => self.0.min(now.minus(LATENESS)),
        }
    }

    /// Up to when to ask once more, if this machine's clock was so slow that the export ended long before the vendor's
    /// present.
    #[must_use]
    pub fn late(self, now: Timestamp) -> Option<Timestamp> {
        let end = now.minus(LATENESS);
        (end > self.0.plus(LATENESS)).then_some(end)
    }
}

/// Says which flag v4 is not known to take, if one of them was given. `fields` are those that flags put into a body.
///
/// # Errors
/// A usage error that names the flag and the version.
pub fn check_flags<'a>(mut fields: impl Iterator<Item = &'a str>) -> Result<(), UsageError> {
    let Some(field) = fields.next() else {
        return Ok(());
    };
    let flag = match field {
        "conversation_ids" => "--conversation",
        "action_ids" => "--action-id",
        "api_status" => "--api-status",
        "environment" => "--environment",
        "only_masked" => "--only-masked",
        other => &format!("`{other}`, a filter of API v3"),
    };
    Err(usage!(
        "API v4 is not known to take {flag}: leave it out, or give --query FILE with a body that the site takes"
    ))
}

/// Moves the range of a body in v4's shape to where both versions have it.
#[must_use]
pub fn normalized(mut query: Body) -> Body {
    let Some(Value::Object(search)) = query.get_mut("search") else {
        return query;
    };
    let mut search = std::mem::take(search);
    query.remove("search");
    for (theirs, ours) in [("from_date", "from"), ("to_date", "to")] {
        if let Some(time) = search.remove(theirs) {
            query.entry(ours).or_insert(time);
        }
    }
    if !search.is_empty() {
        query.insert("search".to_owned(), Value::Object(search));
    }
    query
}

/// The body as v4 takes it, up to `reach` at most. `flags` says whether the other fields come from flags.
///
/// # Errors
/// A usage error when a field comes from a flag that v4 is not known to take.
pub fn wire(body: &Body, reach: Reach, flags: bool) -> Result<Value> {
    let mut whole = body.clone();
    let (from, to) = (whole.remove("from"), whole.remove("to"));
    let mut search = match whole.remove("search") {
        Some(Value::Object(search)) => search,
        None => Map::new(),
        Some(_) => bail!(usage!("the field `search` of --query has to be an object")),
    };
    if flags {
        check_flags(whole.keys().map(String::as_str))?;
    }
    let time = |value: &Option<Value>| value.as_ref()?.as_str()?.parse::<Timestamp>().ok();
    let to = match time(&to) {
        // A window of a range may begin after it.
        Some(until) if until > reach.0 => {
            let end = time(&from).map_or(reach.0, |since| since.max(reach.0));
            Some(json!(end.to_whole_second()))
        }
        _ => to,
    };
    search.extend(from.map(|from| ("from_date".to_owned(), from)));
    search.extend(to.map(|to| ("to_date".to_owned(), to)));
    whole.insert("search".to_owned(), Value::Object(search));
    Ok(Value::Object(whole))
}
