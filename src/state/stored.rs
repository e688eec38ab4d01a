//! The file of a state: what it holds, and that it is the right one.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::Conversation;
use crate::time::Timestamp;
use crate::usage;

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
    pub met: Timestamp,
}

impl Known {
    /// What is to be remembered of a conversation that a run met.
    #[must_use]
    pub fn of(conversation: &Conversation, met: Timestamp) -> Self {
        let json = serde_json::to_vec(conversation).unwrap_or_default();
        let digest = Sha256::digest(json);
        let mark = digest
            .iter()
            .take(8)
            .fold(0_u64, |mark, byte| mark << 8 | u64::from(*byte));
        // A count that did not match is no reason to take the conversation for unchanged.
        let found = conversation.messages.len() as u64;
        Self {
            hash: format!("{mark:016x}"),
            messages: conversation.promised.filter(|promised| *promised == found),
            updated: conversation.updated_at,
            met,
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
        let mut ours = selection.as_object().into_iter().flatten();
        if let Some((key, now)) = ours.find(|(key, value)| self.selection[key.as_str()] != **value)
        {
            let value = &self.selection[key.as_str()];
            bail!(usage!(
                "it is that of another export: {key} was {value}, and is {now} now; use another file"
            ));
        }
        Ok(self)
    }
}
