//! One conversation of an earlier export, from its JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde_json::Deserializer;

use crate::json::lenient::TextOrNone;
use crate::json::{first_field, shape_error};
use crate::model::Conversation;

/// So many unknown keys are remembered at most.
const KEYS: usize = 20;

/// Keys that this version does not know, and so leaves out.
#[derive(Debug, Default)]
pub struct Unknown(BTreeSet<String>);

impl Unknown {
    fn note(&mut self, path: &serde_ignored::Path) {
        if self.0.len() < KEYS {
            let path = path.to_string();
            // Neither the place in a list matters, nor that a value may be null.
            let is_name = |name: &&str| *name != "?" && name.parse::<usize>().is_err();
            let names = path.split('.').filter(is_name);
            self.0.insert(names.collect::<Vec<_>>().join("."));
        }
    }

    /// In words, where there were any.
    pub fn in_words(&self) -> Option<String> {
        let names: Vec<_> = self.0.iter().map(|name| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// Reads a conversation, with its records verbatim.
///
/// # Errors
/// Names the field that is not of the shape that exports have.
pub fn conversation(text: &str, unknown: &mut Unknown) -> Result<Conversation> {
    let mut json = Deserializer::from_str(text);
    let conversation = serde_ignored::deserialize(&mut json, |path| unknown.note(&path));
    conversation
        .and_then(|conversation| json.end().map(|()| conversation))
        .map_err(|_| anyhow!(shape_error::<Conversation>(text.as_bytes())))
}

/// The id of a conversation that cannot be read, if it stands before the flaw.
pub fn id(text: &str) -> Option<String> {
    TextOrNone::of(first_field(text, "id")?)
        .0
        .map(Cow::into_owned)
}

/// What is looked at when only the last of several is wanted.
#[derive(Debug, Deserialize, PartialEq, Eq, Hash)]
pub struct Key {
    pub source: String,
    pub id: String,
}

/// The key of a conversation, none where it cannot be read.
pub fn key(text: &str) -> Option<Key> {
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_before_the_flaw_is_found() {
        assert_eq!(
            id(r#"{"source":"boost","id":"7\u0061","messages":[{"#).as_deref(),
            Some("7a")
        );
        assert_eq!(id(r#"{"id":7}"#), None);
        assert_eq!(id(r#"{"source":"boo"#), None);
        assert_eq!(id("<html>"), None);
    }
}
