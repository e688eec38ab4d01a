//! Makes the body of a request: the range and the filters of the Admin Panel (vendors/boost.md, Request).

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::options::Request;
use super::v4;
use crate::source::delta::Delta;
use crate::source::selection::{Ids, Selection};
use crate::time::{Span, Timestamp};
use crate::usage::usage;

/// The body of a request: the range and the filters.
pub type Body = Map<String, Value>;

/// A time before any conversation. The range begins here when only ids are given.
const BEGINNING: &str = "2000-01-01T00:00:00+00:00";

/// How far before the last run to ask again.
const OVERLAP: Span = Span::hours(24);

/// How far before the last sweep to ask again.
const SWEEP_OVERLAP: Span = Span::days(14);

/// The filters are shown up to this many characters.
const LONGEST: usize = 200;

/// Makes the body of a request. Flags replace values of `--query FILE`.
///
/// # Errors
/// A usage error when there is no range, an id is not an integer, or a filter is given twice.
pub fn body(request: &Request, selection: &Selection) -> Result<Body> {
    let mut body = v4::normalized(request.query.clone());
    if let Some(since) = selection.since {
        body.insert("from".to_owned(), json!(since.to_whole_second()));
    }
    if let Some(until) = selection.until {
        body.insert("to".to_owned(), json!(until.to_next_second()));
    }
    body.extend(filters(request, selection)?);
    if !body.contains_key("from") && body.contains_key("conversation_ids") {
        body.insert("from".to_owned(), json!(BEGINNING));
    }
    if !body.contains_key("from") {
        bail!(usage!(
            "no range: give --since WHEN (and --until WHEN, which is now without it)"
        ));
    }
    body.entry("to")
        .or_insert_with(|| json!(selection.now.to_next_second()));
    Ok(body)
}

/// The ids of the wanted conversations, when nothing else selects them. One that the site does not send does not exist.
pub fn only_ids<'s>(request: &Request, selection: &'s Selection) -> Option<&'s Ids> {
    let is_range = selection.since.is_some() || selection.until.is_some();
    let has_filters = !request.filters.is_empty() || !request.query.is_empty();
    let ids = selection.ids.as_ref();
    ids.filter(|_| !is_range && !has_filters)
}

/// Makes the body that requests failed conversations again, from any time.
pub fn again(body: &Body, failed: &[String], until: Timestamp) -> Body {
    // The API has integers as ids. Any other id is sent as a string.
    let id = |id: &String| id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id));
    let mut body = body.clone();
    body.insert("from".to_owned(), json!(BEGINNING));
    body.insert("to".to_owned(), json!(until.to_next_second()));
    let ids = failed.iter().map(id).collect();
    body.insert("conversation_ids".to_owned(), ids);
    body
}

/// Makes the body that requests everything from any time. API v4 cannot be asked for single conversations.
pub fn everything(body: &Body, until: Timestamp) -> Body {
    let mut body = body.clone();
    body.insert("from".to_owned(), json!(BEGINNING));
    body.insert("to".to_owned(), json!(until.to_next_second()));
    body
}

/// Makes the bodies that request what is new or changed, and what is older than what earlier runs asked for.
///
/// A conversation is exported when its end user did something in the range (vendors/boost.md, Request). What an agent
/// writes later does not count, so each run looks a day back, and a sweep two weeks further.
pub fn since(body: &Body, delta: &Delta, until: Timestamp) -> Vec<Body> {
    let looks_back = |(time, span): (Timestamp, Span)| Some(time.minus(span)).max(delta.begins_at);
    let swept_at = delta
        .swept_at
        .or(delta.complete_until)
        .filter(|_| delta.sweep);
    let since = swept_at
        .map(|time| (time, SWEEP_OVERLAP))
        .or_else(|| delta.complete_until.map(|time| (time, OVERLAP)));
    let mut new = body.clone();
    if let Some(from) = since.and_then(looks_back).or(delta.begins_at) {
        new.insert("from".to_owned(), json!(from.to_whole_second()));
    }
    new.insert("to".to_owned(), json!(until.to_next_second()));
    let older = delta.began_at.zip(delta.begins_at).map(|(until, from)| {
        let mut older = body.clone();
        older.extend(range(from, until));
        older
    });
    [new].into_iter().chain(older).collect()
}

/// Makes the body that requests everything again, if the site told a wrong time before: what was asked for began in its
/// future. `now` is its time by this run.
pub fn missed(body: &Body, delta: &Delta, now: Timestamp, until: Timestamp) -> Option<Body> {
    delta
        .complete_until
        .filter(|complete| now < complete.minus(OVERLAP))?;
    let mut all = body.clone();
    if let Some(from) = delta.begins_at {
        all.insert("from".to_owned(), json!(from.to_whole_second()));
    }
    all.insert("to".to_owned(), json!(until.to_next_second()));
    Some(all)
}

/// Makes the body that requests what came between the end of a range and the site's present.
pub fn late(body: &Body, until: Timestamp, now: Timestamp) -> Body {
    let mut late = body.clone();
    late.extend(range(until.minus(OVERLAP), now.plus(Span::days(1))));
    late
}

/// The end of a range that must contain everything until now. This machine's clock may be slow, so a day is added.
pub fn end(delta: &Delta) -> Timestamp {
    Timestamp::now()
        .max(delta.complete_until.unwrap_or_else(Timestamp::now))
        .plus(Span::days(1))
}

/// Says that no conversation matches the filters of a body. Returns `None` when it has only a range.
pub fn no_match(body: &Body) -> Option<String> {
    let mut filters = body.clone();
    filters.retain(|key, _| !matches!(key.as_str(), "from" | "to"));
    if filters.is_empty() {
        return None;
    }
    let mut filters = Value::Object(filters).to_string();
    if let Some((cut, _)) = filters.char_indices().nth(LONGEST) {
        filters.truncate(cut);
        filters.push_str("...");
    }
    let (from, to) = (&body["from"], &body["to"]);
    Some(format!(
        "no conversation from {from} to {to} matches the filters {filters}"
    ))
}

/// Whether the list of ids is empty, so that no conversation is wanted.
pub fn wants_none(body: &Body) -> bool {
    body.get("conversation_ids") == Some(&json!([]))
}

/// Makes a body with only a range.
pub fn range(from: Timestamp, to: Timestamp) -> Body {
    let pairs = [
        ("from", from.to_whole_second()),
        ("to", to.to_next_second()),
    ];
    pairs
        .into_iter()
        .map(|(key, time)| (key.to_owned(), json!(time)))
        .collect()
}

/// Returns the filters of the request. Fails when a filter is given twice.
fn filters(request: &Request, selection: &Selection) -> Result<Body> {
    let ids = selection.ids.as_ref().map(|ids| {
        let ids = ids.ids.iter().map(|id| integer(id));
        ids.collect::<Result<Vec<_>>>()
    });
    let ids = ids.transpose()?;
    let ids = ids.map(|ids| ("conversation_ids".to_owned(), json!(ids)));
    let mut filters = Body::new();
    for (key, value) in ids.into_iter().chain(request.filters.iter().cloned()) {
        if matches!(key.as_str(), "from" | "to") {
            bail!(usage!(
                "--filter {key}: give the range with --since and --until"
            ));
        }
        if filters.insert(key.clone(), value).is_some() {
            bail!(usage!("the filter {key} is given twice"));
        }
    }
    Ok(filters)
}

fn integer(text: &str) -> Result<u64> {
    text.parse().map_err(|_| {
        usage!("--conversation {text}: boost.ai's conversation ids are whole numbers").into()
    })
}
