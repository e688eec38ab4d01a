//! The state file: what it contains, and whether it is the right one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::io::digest_prefix;
use crate::model::Conversation;
use crate::time::Timestamp;
use crate::usage::usage;

/// The version of the file format. A file of another version is not read.
const VERSION: u32 = 1;

/// The state of an export, as it is in the file.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stored {
    /// The version of the file format.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// How many runs were completed.
    pub runs: u64,
    /// What each run must ask for: vendor, bot or site, filters, output.
    pub selection: Value,
    /// Where the export begins. The first run resolves a relative `--since`.
    pub since: Option<Timestamp>,
    /// When the last completed run began. Everything before it is in the output, except what failed.
    pub watermark: Option<Timestamp>,
    /// The length of the output in bytes, if it is a file that is appended to.
    pub bytes: Option<u64>,
    /// Conversations that could not be fetched, and why. The next run tries them first.
    pub failed: BTreeMap<String, String>,
    /// Conversations that are in the output and may be fetched again.
    pub known: BTreeMap<String, Known>,
}

/// What is remembered of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema, PartialEq)]
pub struct Known {
    /// The beginning of the SHA-256 of its JSON.
    pub hash: String,
    /// How many messages the vendor says it has.
    pub messages: Option<u64>,
    /// When the vendor says it changed.
    pub updated: Option<Timestamp>,
    /// When the last run that saw it began.
    pub last_seen: Timestamp,
}

impl Known {
    /// What to remember of a conversation. `last_seen` is when the run that saw it began.
    #[must_use]
    pub fn of(conversation: &Conversation, last_seen: Timestamp) -> Self {
        let json = serde_json::to_vec(conversation).unwrap_or_default();
        // If the vendor's count does not match, it must not be used later to decide that nothing changed.
        let found = conversation.messages.len() as u64;
        Self {
            hash: format!("{:016x}", digest_prefix(json) >> 64),
            messages: conversation
                .reported_count
                .filter(|reported| *reported == found),
            updated: conversation.updated_at,
            last_seen,
        }
    }
}

impl Stored {
    /// Creates the state of an export that has not run yet.
    pub fn new(selection: Value, since: Option<Timestamp>) -> Self {
        Self {
            version: VERSION,
            runs: 0,
            selection,
            since,
            watermark: None,
            bytes: None,
            failed: BTreeMap::new(),
            known: BTreeMap::new(),
        }
    }

    /// Parses the file.
    pub fn read(text: &[u8]) -> Result<Self> {
        const DAMAGED: &str =
            "it is damaged: put a copy back, or remove it to export everything again";
        let value: Value = serde_json::from_slice(text).context(DAMAGED)?;
        if value["version"].as_u64() != Some(VERSION.into()) {
            bail!("it is of another version of convexport, or no state at all");
        }
        serde_json::from_value(value).context(DAMAGED)
    }

    /// Returns the state, or a usage error when it belongs to another selection.
    pub fn agrees_with(self, selection: &Value) -> Result<Self> {
        // A flag with its default value is left out, so both sides may have keys that the other lacks.
        let keys = |selection: &Value| {
            let map = selection.as_object().into_iter().flatten();
            map.map(|(key, _)| key.clone()).collect::<BTreeSet<_>>()
        };
        let all = &keys(selection) | &keys(&self.selection);
        let differs = |key: &&String| self.selection[key.as_str()] != selection[key.as_str()];
        if let Some(key) = all.iter().find(differs) {
            let now = &selection[key.as_str()];
            let value = &self.selection[key.as_str()];
            bail!(usage!(
                "it is that of another export: {key} was {value}, and is {now} now; use another file"
            ));
        }
        Ok(self)
    }
}
