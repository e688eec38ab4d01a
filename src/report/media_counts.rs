//! The media of a run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The files that messages point to, as far as a run asked for them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct MediaCounts {
    /// Addresses whose file was downloaded.
    pub downloaded: u64,
    /// The bytes of these files.
    pub bytes: u64,
    /// Addresses whose file is missing, by reason.
    pub missing: BTreeMap<String, u64>,
}

impl MediaCounts {
    /// Whether a file is missing.
    #[must_use]
    pub fn is_lacking(&self) -> bool {
        !self.missing.is_empty()
    }
}
