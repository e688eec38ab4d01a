//! A file of an export.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a file of an export holds, so that `verify` can tell later whether it still does.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct FileEntry {
    /// Its path within the folder, or its name; `-` is stdout.
    pub name: String,
    /// How many conversations.
    pub conversations: u64,
    /// How many bytes.
    pub bytes: u64,
    /// The SHA-256 of the bytes, in hex; null when it was not asked for.
    pub sha256: Option<String>,
}
