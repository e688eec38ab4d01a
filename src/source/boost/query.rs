//! The request's body: the range and the filters of the Admin Panel (vendors/boost.md, Request).

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::cli::BoostArgs;
use crate::source::ids::conversation_ids;
use crate::source::{self, Increment};
use crate::time::Timestamp;
use crate::usage;

/// Before any conversation: where the range begins when ids alone are asked for.
const BEGINNING: &str = "2000-01-01T00:00:00+00:00";

/// Makes the body of the flags, over that of `--query FILE`.
///
/// # Errors
/// A usage error when the range is missing or empty, a value is of the wrong type, or a filter is given twice.
pub fn body(args: &BoostArgs, now: Timestamp) -> Result<Map<String, Value>> {
    let mut body = args
        .query
        .as_deref()
        .map(read)
        .transpose()?
        .unwrap_or_default();
    let select = &args.select;
    let (since, until) = source::range(select, args.output.timezone, now)?;
    if let Some(since) = since {
        body.insert("from".to_owned(), json!(since.to_whole_second()));
    }
    if let Some(until) = until {
        body.insert("to".to_owned(), json!(until.to_next_second()));
    }
    for (key, value) in filters(args)? {
        body.insert(key, value);
    }
    if !body.contains_key("from") && body.contains_key("conversation_ids") {
        body.insert("from".to_owned(), json!(BEGINNING));
    }
    if !body.contains_key("from") {
        bail!(usage!(
            "no range: give --since WHEN (and --until WHEN, which is now without it)"
        ));
    }
    body.entry("to")
        .or_insert_with(|| json!(now.to_next_second()));
    Ok(body)
}

/// The body that asks again for conversations that failed, whenever they took place.
pub fn again(body: &Map<String, Value>, increment: &Increment) -> Map<String, Value> {
    // Integers as the API has them; should there be others, as they came.
    let id = |id: &String| id.parse::<u64>().map_or_else(|_| json!(id), |id| json!(id));
    let mut body = body.clone();
    body.insert("from".to_owned(), json!(BEGINNING));
    body.insert("to".to_owned(), json!(increment.started.to_next_second()));
    body.insert(
        "conversation_ids".to_owned(),
        increment.failed.iter().map(id).collect(),
    );
    body
}

/// The body that asks for what happened since the last run, or since the archive begins.
pub fn since(body: &Map<String, Value>, increment: &Increment) -> Map<String, Value> {
    let mut body = body.clone();
    if let Some(from) = increment.since.or(increment.begin) {
        body.insert("from".to_owned(), json!(from.to_whole_second()));
    }
    body.insert("to".to_owned(), json!(increment.started.to_next_second()));
    body
}

/// Whether it asks for conversations by an empty list of ids, so that there are none.
pub fn wants_none(body: &Map<String, Value>) -> bool {
    body.get("conversation_ids") == Some(&json!([]))
}

/// A body with nothing but a range.
pub fn range(from: Timestamp, to: Timestamp) -> Map<String, Value> {
    let pairs = [
        ("from", from.to_whole_second()),
        ("to", to.to_next_second()),
    ];
    pairs
        .into_iter()
        .map(|(key, time)| (key.to_owned(), json!(time)))
        .collect()
}

/// The filters of the flags, none of them twice.
fn filters(args: &BoostArgs) -> Result<Map<String, Value>> {
    let ids = conversation_ids(&args.select.conversation, args.secret_on_stdin())?;
    let ids = ids.map(|ids| {
        let ids = ids.iter().map(|id| integer("--conversation", id));
        ids.collect::<Result<Vec<_>>>()
    });
    let some = |list: &[u64]| (!list.is_empty()).then(|| json!(list));
    let named = [
        ("conversation_ids", ids.transpose()?.map(|ids| json!(ids))),
        ("action_ids", some(&args.action_id)),
        (
            "api_status",
            args.api_status.as_ref().map(|status| json!(status)),
        ),
        (
            "environment",
            args.environment.as_ref().map(|name| json!(name)),
        ),
        ("only_masked", args.only_masked.then_some(json!(true))),
    ];
    let named = named
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?)));
    let mut filters = Map::new();
    for (key, value) in named.chain(args.filter.clone()) {
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

fn integer(flag: &str, text: &str) -> Result<u64> {
    text.parse()
        .map_err(|_| usage!("{flag} {text}: boost.ai's conversation ids are whole numbers").into())
}

fn read(path: &Path) -> Result<Map<String, Value>> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("could not read the query {name}"))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => bail!(usage!("the query {name} is no JSON object")),
        Err(error) => bail!(usage!("the query {name} is no JSON: {error}")),
    }
}
