//! The keys of records that the vendors' documents name: what their strings are is known. Of any other key nobody can
//! tell, so `--redact-raw` drops its text.

/// From vendors/botpress.md, vendors/boost.md and vendors/boost-v4.md. Keys of what is somebody's are in `identity`.
const KEYS: &[&str] = &[
    "action",
    "action_type",
    "audioUrl",
    "automatic",
    "button_type",
    "channel",
    "conversationId",
    "created",
    "createdAt",
    "currentWorkflowId",
    "current_time",
    "device",
    "direction",
    "environment",
    "event_type",
    "feedback",
    "fileUrl",
    "html",
    "id",
    "imageUrl",
    "important_words",
    "input",
    "integration",
    "label",
    "labels",
    "language",
    "last_message_created",
    "link_text",
    "manual",
    "markdown",
    "origin",
    "original_question",
    "predicted_language",
    "prediction_types",
    "processed",
    "quality_label",
    "rating",
    "reference",
    "sent_filter_values",
    "sent_filters",
    "sentiment",
    "session_id",
    "session_tags",
    "source_url",
    "ssml",
    "subtitle",
    "system_action_trigger",
    "text",
    "time",
    "title",
    "translated",
    "type",
    "updatedAt",
    "url",
    "userId",
    "value",
    "videoUrl",
    "video_type",
];

/// Whether the vendors' documents name a key.
pub fn is_documented(key: &str) -> bool {
    KEYS.binary_search(&key).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{KEYS, is_documented};

    #[test]
    fn every_key_is_found() {
        assert!(KEYS.iter().all(|key| is_documented(key)));
        assert!(!is_documented("note"));
    }
}
