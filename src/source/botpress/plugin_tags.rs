//! Tags that the vendor's plugins write (vendors/botpress.md, Human handover).
//!
//! Such a tag is named `ALIAS#NAME`. The owner of the bot chooses the alias, so only the name behind the last `#` tells
//! what it is, and the owner may have tags of the same names for something else.

use std::collections::BTreeMap;

use serde_json::Value;

/// The vendor's ids are at least this long (the API's document, `minLength`).
const SHORTEST_ID: usize = 28;

type Tags = BTreeMap<String, Value>;

/// The words in the tag of this name. Returns `None` when it has none.
pub fn words<'a>(tags: &'a Tags, name: &str) -> Option<&'a str> {
    values(tags, name).find(|value| !value.trim().is_empty())
}

/// The id in the tag of this name. A tag that holds something else is not the plugin's.
pub fn linked<'a>(tags: &'a Tags, name: &str) -> Option<&'a str> {
    values(tags, name).find(|value| is_id(value))
}

/// The title that the plugin conversation-insights gives to a conversation. A tag without an alias is the owner's.
pub fn title(tags: &Tags) -> Option<&str> {
    let mut titles = tags.iter().filter(|(key, _)| key.ends_with("#title"));
    titles.find_map(|(_, value)| value.as_str().filter(|title| !title.trim().is_empty()))
}

fn values<'a>(tags: &'a Tags, name: &str) -> impl Iterator<Item = &'a str> {
    tags.iter()
        .filter(move |(key, _)| key.rsplit('#').next() == Some(name))
        .filter_map(|(_, value)| value.as_str())
}

fn is_id(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    text.len() >= SHORTEST_ID && text.chars().all(is_part)
}
