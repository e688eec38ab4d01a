//! The values of `--conversation`: which conversations are asked for by their ids.

use std::fs;
use std::io;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::json::lenient::Id;
use crate::source::{IdSet, Ids};
use crate::usage::usage;

/// Reads the ids. `-` and `@FILE` are lists of them, one per line, bare or as JSON that has an `id` (so what --list wrote
/// can be read), or a summary, of which those are meant that failed. None comes twice. Returns `None` when the flag is not there; an empty list asks for no conversation.
///
/// # Errors
/// When a list cannot be read, an id cannot be one, or stdin is taken for something else.
pub fn read(values: &[String], stdin: Option<&str>) -> Result<Option<Ids>> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut ids = Vec::new();
    for value in values {
        match (value.strip_prefix('@'), stdin) {
            (Some(file), _) => {
                let text = fs::read_to_string(file);
                let text =
                    text.with_context(|| format!("could not read conversation ids from {file}"))?;
                ids.extend(listed(&text, file)?);
            }
            (None, Some(other)) if value == "-" => {
                return Err(usage!("{other} and --conversation - cannot both read stdin").into());
            }
            (None, _) if value == "-" => {
                let text = io::read_to_string(io::stdin());
                let text = text.context("could not read conversation ids from stdin")?;
                ids.extend(listed(&text, "stdin")?);
            }
            (None, _) => ids.push(value.clone()),
        }
    }
    let mut seen = IdSet::default();
    ids.retain(|id| seen.insert(id));
    if let Some(id) = ids.iter().find(|id| matches!(id.as_str(), "" | "." | "..")) {
        return Err(usage!("`{id}` is no conversation id").into());
    }
    let is_list = |value: &String| value == "-" || value.starts_with('@');
    let typed = !values.iter().any(is_list);
    Ok(Some(Ids { ids, typed }))
}

/// The summary of a run.
#[derive(Deserialize)]
struct Summary {
    failed: Vec<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    id: Option<Id>,
}

fn listed(text: &str, name: &str) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Line {
        id: Id,
    }
    let mut ids = Vec::new();
    // Some programs begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    if let Ok(Summary { failed }) = serde_json::from_str(text) {
        let failed = failed.into_iter().filter_map(|failure| failure.id);
        return Ok(failed.map(|id| id.0).collect());
    }
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.starts_with('{') {
            let line = serde_json::from_str::<Line>(line);
            let line =
                line.map_err(|error| usage!("line {number} of {name} has no id: {error}"))?;
            ids.push(line.id.0);
        } else if line.starts_with(['"', '[']) {
            // Taken as an id, it would look like a conversation that is gone.
            return Err(
                usage!("line {number} of {name} is JSON without an id: give bare ids").into(),
            );
        } else if !line.is_empty() {
            ids.push(line.to_owned());
        }
    }
    Ok(ids)
}
