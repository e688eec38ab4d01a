//! The body that `convexport boost` is given with --query, and whether the version of the API takes what is asked for.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use crate::source::boost::{self, Api, Request, Version};
use crate::usage::usage;

/// Checks that the version of the API takes what is asked for.
///
/// # Errors
/// A usage error that names the flag and the version.
pub fn check_version(request: &Request, has_ids: bool) -> Result<()> {
    if request.version() != Version::Only(Api::V4) {
        return Ok(());
    }
    let ids = has_ids.then_some("conversation_ids");
    let filters = request.filters.iter().map(|(key, _)| key.as_str());
    Ok(boost::check_flags(ids.into_iter().chain(filters))?)
}

/// Reads the file of `--query`.
///
/// # Errors
/// When it cannot be read; a usage error when it is no JSON object.
pub fn read_query(path: &Path) -> Result<Map<String, Value>> {
    let name = path.display();
    let text =
        fs::read_to_string(path).with_context(|| format!("could not read the query {name}"))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(body)) => Ok(body),
        Ok(_) => bail!(usage!("the query {name} is no JSON object")),
        Err(error) => bail!(usage!("the query {name} is no JSON: {error}")),
    }
}
