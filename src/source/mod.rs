//! Where conversations come from: the two vendors, behind one stream of events.

mod botpress;
mod raw;
mod seen;

use anyhow::{Context, Result};
use tokio::sync::mpsc::Sender;

use crate::model::Conversation;
use crate::usage;

pub use botpress::Botpress;

/// What a source tells, in the order of the output.
#[derive(Debug)]
pub enum Event {
    /// A conversation, whole.
    Conversation(Box<Conversation>),
    /// A conversation that the vendor deleted meanwhile.
    Gone(Missing),
    /// A conversation that could not be had.
    Failed(Missing),
}

/// A conversation that is not in the export.
#[derive(Debug)]
pub struct Missing {
    /// The vendor's id.
    pub id: String,
    /// Why, in words that name it.
    pub error: anyhow::Error,
}

/// A vendor, ready to be asked.
#[derive(Debug)]
pub enum Source {
    /// Botpress Cloud.
    Botpress(Botpress),
}

impl Source {
    /// Sends everything that was selected, until that is done or `events` is closed.
    ///
    /// # Errors
    /// What ends the whole export; failures of single conversations are events.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        match self {
            Self::Botpress(botpress) => botpress.run(events).await,
        }
    }
}

/// Reads the values of `--conversation`: ids, and `-` and `@FILE` for ids that stand one a line. None comes twice.
///
/// # Errors
/// When a list cannot be read or an id can be none.
fn conversation_ids(values: &[String], stdin_is_token: bool) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for value in values {
        match value.strip_prefix('@') {
            Some(file) => {
                let text = std::fs::read_to_string(file);
                ids.extend(lines(&text.with_context(|| {
                    format!("could not read conversation ids from {file}")
                })?));
            }
            None if value == "-" && stdin_is_token => {
                return Err(
                    usage!("--token-file - and --conversation - cannot both read stdin").into(),
                );
            }
            None if value == "-" => {
                let text = std::io::read_to_string(std::io::stdin());
                ids.extend(lines(
                    &text.context("could not read conversation ids from stdin")?,
                ));
            }
            None => ids.push(value.clone()),
        }
    }
    let mut seen = seen::Seen::default();
    ids.retain(|id| seen.insert(id));
    if let Some(id) = ids.iter().find(|id| matches!(id.as_str(), "." | "..")) {
        return Err(usage!("`{id}` is no conversation id").into());
    }
    Ok(ids)
}

fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}
