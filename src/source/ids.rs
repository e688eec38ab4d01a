//! The values of `--conversation`: which conversations are asked for by name.

use std::fs;
use std::io;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::lenient::Id;
use super::seen::Seen;
use crate::usage;

/// Reads the ids: `-` and `@FILE` are lists of them, one a line, bare or as JSON that has an `id` (so what --list wrote
/// can be read). None comes twice. None at all when the flag is not there; an empty list asks for no conversation.
///
/// # Errors
/// When a list cannot be read or an id can be none.
pub fn conversation_ids(values: &[String], stdin_is_token: bool) -> Result<Option<Vec<String>>> {
    if values.is_empty() {
        return Ok(None);
    }
    let mut ids = Vec::new();
    for value in values {
        match value.strip_prefix('@') {
            Some(file) => {
                let text = fs::read_to_string(file);
                let text =
                    text.with_context(|| format!("could not read conversation ids from {file}"))?;
                ids.extend(listed(&text, file)?);
            }
            None if value == "-" && stdin_is_token => {
                return Err(
                    usage!("--token-file - and --conversation - cannot both read stdin").into(),
                );
            }
            None if value == "-" => {
                let text = io::read_to_string(io::stdin());
                let text = text.context("could not read conversation ids from stdin")?;
                ids.extend(listed(&text, "stdin")?);
            }
            None => ids.push(value.clone()),
        }
    }
    let mut seen = Seen::default();
    ids.retain(|id| seen.insert(id));
    if let Some(id) = ids.iter().find(|id| matches!(id.as_str(), "" | "." | "..")) {
        return Err(usage!("`{id}` is no conversation id").into());
    }
    Ok(Some(ids))
}

/// Whether all of them were typed, rather than made by a program.
pub fn are_typed(values: &[String]) -> bool {
    values
        .iter()
        .all(|value| value != "-" && !value.starts_with('@'))
}

fn listed(text: &str, name: &str) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    struct Line {
        id: Id,
    }
    let mut ids = Vec::new();
    // Some programs begin a file with a byte order mark.
    let text = text.trim_start_matches('\u{feff}');
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.starts_with('{') {
            let line = serde_json::from_str::<Line>(line);
            let line =
                line.map_err(|error| usage!("line {number} of {name} has no id: {error}"))?;
            ids.push(line.id.0);
        } else if line.starts_with(['"', '[']) {
            // It would be taken for one that is gone.
            return Err(
                usage!("line {number} of {name} is JSON without an id: give bare ids").into(),
            );
        } else if !line.is_empty() {
            ids.push(line.to_owned());
        }
    }
    Ok(ids)
}
