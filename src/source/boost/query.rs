//! The request's body: the range and the filters of the Admin Panel (vendors/boost.md, Request).

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::options::Request;
use crate::source::delta::Delta;
use crate::source::selection::Selection;
use crate::time::Timestamp;
use crate::usage::usage;

/// The body of a request: the range, and filters.
pub type Body = Map<String, Value>;

/// Before any conversation: where the range begins when ids alone are asked for.
const BEGINNING: &str = "2000-01-01T00:00:00+00:00";

/// Makes the body of a request, over that of `--query FILE`.
///
/// # Errors
/// A usage error when there is no range, an id is no integer, or a filter is given twice.
pub fn body(request: &Request, selection: &Selection) -> Result<Body> {
    let mut body = request.query.clone();
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

/// The body that asks again for conversations that failed, whenever they took place.
pub fn again(body: &Body, delta: &Delta) -> Body {
    // Integers as the API has them; should there be others, as they came.
    let id = |id: &String| id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id));
    let mut body = body.clone();
    body.insert("from".to_owned(), json!(BEGINNING));
    body.insert("to".to_owned(), json!(delta.started.to_next_second()));
    body.insert(
        "conversation_ids".to_owned(),
        delta.failed.iter().map(id).collect(),
    );
    body
}

/// The body that asks for what happened since the last run, or since the archive begins.
pub fn since(body: &Body, delta: &Delta) -> Body {
    let mut body = body.clone();
    if let Some(from) = delta.since.or(delta.begin) {
        body.insert("from".to_owned(), json!(from.to_whole_second()));
    }
    body.insert("to".to_owned(), json!(delta.started.to_next_second()));
    body
}

/// Whether it asks for conversations by an empty list of ids, so that there are none.
pub fn wants_none(body: &Body) -> bool {
    body.get("conversation_ids") == Some(&json!([]))
}

/// A body with nothing but a range.
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

/// The filters of the request, none of them twice.
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
