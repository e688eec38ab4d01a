//! The file of a state: what it holds, and that it is the right one.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::io::digest_prefix;
use crate::model::Conversation;
use crate::time::Timestamp;
use crate::usage::usage;

/// The form of the file; another one is not read.
const VERSION: u32 = 1;

/// The memory of an archive, as its file has it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Stored {
    /// The form of the file.
    #[schemars(extend("const" = VERSION))]
    pub version: u32,
    /// How many runs were completed.
    pub runs: u64,
    /// What each run has to ask for: vendor, bot or site, filters, output.
    pub selection: Value,
    /// Where the archive begins: a `--since` is bound once, by the first run.
    pub since: Option<Timestamp>,
    /// When the last completed run began. Everything before it is in the output, or among the failed.
    pub watermark: Option<Timestamp>,
    /// The length of the output, where it is one file that grows.
    pub bytes: Option<u64>,
    /// Conversations that could not be had, and why; they are tried first.
    pub failed: BTreeMap<String, String>,
    /// Conversations that are in the output and may come again.
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
    /// When the run began that met it last.
    pub last_seen: Timestamp,
}

impl Known {
    /// What is to be remembered of a conversation that a run met.
    #[must_use]
    pub fn of(conversation: &Conversation, last_seen: Timestamp) -> Self {
        let json = serde_json::to_vec(conversation).unwrap_or_default();
        // A count that did not match is no reason to take the conversation for unchanged.
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
    /// An archive of which nothing is known.
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

    /// Reads the file.
    pub fn read(text: &[u8]) -> Result<Self> {
        const DAMAGED: &str =
            "it is damaged: put a copy back, or remove it to export everything again";
        let value: Value = serde_json::from_slice(text).context(DAMAGED)?;
        if value["version"].as_u64() != Some(VERSION.into()) {
            bail!("it is of another version of convexport, or no state at all");
        }
        serde_json::from_value(value).context(DAMAGED)
    }

    /// Itself, if it is the memory of this selection.
    pub fn agrees_with(self, selection: &Value) -> Result<Self> {
        // Flags that have their defaults are in neither.
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
