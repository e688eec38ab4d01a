//! Tells a file that is no export of this program by its first item.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// What a file is that is nothing we know.
pub const FOREIGN: &str = "it is no json, jsonl or archive of convexport";

/// Says what a first item shows that is no conversation. Returns `None` for a conversation, also for one that is damaged.
pub fn what(text: &str) -> Option<&'static str> {
    #[derive(Deserialize)]
    struct Wire {
        messages: Option<IgnoredAny>,
        message_id: Option<IgnoredAny>,
        conversation_id: Option<IgnoredAny>,
        metadata: Option<IgnoredAny>,
        r#type: Option<String>,
    }
    if !text.trim_start().starts_with('{') {
        return Some(FOREIGN);
    }
    match serde_json::from_str::<Wire>(text) {
        Ok(wire) if wire.r#type.as_deref() == Some("query_info") => {
            Some("it is an answer of boost.ai: use `convexport boost --input`")
        }
        Ok(wire) if wire.messages.is_none() && wire.message_id.is_some() => Some(
            "it is an export of rows (-f messages), which cannot be read back: give a json, a jsonl or an archive",
        ),
        Ok(wire) if wire.conversation_id.is_some() => Some(
            "it is an export of rows (-f conversations), which cannot be read back: give a json, a jsonl or an archive",
        ),
        Ok(wire) if wire.messages.is_none() => Some(FOREIGN),
        Ok(wire) if wire.metadata.is_some() => Some(
            "it is an export for training (-f chat), which cannot be read back: give a json, a jsonl or an archive",
        ),
        _ => None,
    }
}
