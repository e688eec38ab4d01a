//! Reads a conversation of an earlier export from its JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Result, anyhow};
use serde_json::Deserializer;

use crate::json::lenient::TextOrNone;
use crate::json::{first_field, shape_error};
use crate::model::Conversation;

/// How many unknown keys are remembered.
const KEYS: usize = 20;

/// Keys that this version does not know and leaves out.
#[derive(Debug, Default)]
pub struct Unknown(BTreeSet<String>);

impl Unknown {
    fn note(&mut self, path: &serde_ignored::Path) {
        if self.0.len() < KEYS {
            let path = path.to_string();
            // Leaves out list indices, and the `?` of a value that may be null.
            let is_name = |name: &&str| *name != "?" && name.parse::<usize>().is_err();
            let names = path.split('.').filter(is_name);
            self.0.insert(names.collect::<Vec<_>>().join("."));
        }
    }

    /// Lists the keys in words. Returns `None` when there are none.
    pub fn in_words(&self) -> Option<String> {
        let names: Vec<_> = self.0.iter().map(|name| format!("`{name}`")).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }
}

/// Reads a conversation. The vendor's records stay as they are.
///
/// # Errors
/// When a field has the wrong type; the error names it.
pub fn conversation(text: &str, unknown: &mut Unknown) -> Result<Conversation> {
    let mut json = Deserializer::from_str(text);
    let conversation = serde_ignored::deserialize(&mut json, |path| unknown.note(&path));
    conversation
        .and_then(|conversation| json.end().map(|()| conversation))
        .map_err(|_| anyhow!(shape_error::<Conversation>(text.as_bytes())))
}

/// Reads the id of a conversation that is flawed. Returns `None` when the id is not before the flaw.
pub fn id(text: &str) -> Option<String> {
    TextOrNone::of(first_field(text, "id")?)
        .0
        .map(Cow::into_owned)
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
