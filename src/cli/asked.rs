//! What a command line asked for, as JSON: for the summary, and for what later runs compare with it.

use std::path::{Path, PathBuf};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::format::Template;

/// The flags as JSON, without those that have their defaults. So a new flag does not change what an old file says.
pub fn asked(source: &str, args: &impl Serialize) -> Value {
    let mut asked = serde_json::to_value(args).unwrap_or_default();
    if let Some(asked) = asked.as_object_mut() {
        asked.insert("source".to_owned(), source.into());
        asked.retain(|_, value| !is_default(value));
    }
    asked
}

/// Only the flags that are filters.
pub fn filters(asked: &Value, names: &[&str]) -> Value {
    let filters = names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), asked.get(*name)?.clone())));
    Value::Object(filters.collect())
}

/// Adds what is in a template: one that was edited makes another export.
pub fn with_template(mut asked: Value, template: Option<&Template>) -> Value {
    if let Some(template) = template {
        asked["template_sha256"] = template.sha256().into();
    }
    asked
}

fn is_default(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// A path as text. One that is not UTF-8 is shown as well as can be.
#[expect(clippy::ref_option, reason = "serde calls it so")]
pub fn path<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_deref()
        .map(Path::to_string_lossy)
        .serialize(serializer)
}

/// Where a file is, wherever the program was started.
#[expect(clippy::ref_option, reason = "serde calls it so")]
pub fn absolute<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    let place = |path: &PathBuf| {
        if path == Path::new("-") {
            return path.clone();
        }
        std::path::absolute(path).unwrap_or_else(|_| path.clone())
    };
    self::path(&path.as_ref().map(place), serializer)
}
