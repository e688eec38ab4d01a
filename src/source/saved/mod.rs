//! An earlier export, json or jsonl: read again as it streams, one conversation at a time.
//!
//! ```text
//! file --> gunzip thread --> blocks --> parsing thread: array or lines, conversations --> events
//! ```

mod latest;
mod lines;
mod reader;
mod record;
mod split;

use std::collections::HashSet;
use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::sync::mpsc::Sender;

use super::{Event, Incomplete, blocks, ids, range};
use crate::cli::RenderArgs;
use crate::model::Conversation;
use crate::progress::Console;
use crate::time::Timestamp;
use crate::usage;
use reader::Reader;

/// A file with an export, and what is wanted of it.
pub struct Saved {
    input: PathBuf,
    bytes: Box<dyn Read + Send>,
    wanted: Wanted,
    latest: bool,
    max_element: usize,
    console: Console,
}

/// Which conversations, and what of them.
#[derive(Debug)]
pub struct Wanted {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// All, where none are named.
    ids: Option<HashSet<String>>,
    limit: u64,
    keep_raw: bool,
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("input", &self.input)
            .finish_non_exhaustive()
    }
}

impl Saved {
    /// Opens the file; nothing is read yet.
    ///
    /// # Errors
    /// When it cannot be read; a usage error for flags that do not go together.
    pub fn new(args: &RenderArgs, console: Console) -> Result<Self> {
        let from_stdin = args.input.as_os_str() == "-";
        if args.latest && !fs::metadata(&args.input).is_ok_and(|meta| meta.is_file()) {
            bail!(usage!(
                "--latest reads the export twice, so it needs a file: save it first"
            ));
        }
        if from_stdin && args.select.conversation.iter().any(|id| id == "-") {
            bail!(usage!(
                "the export and --conversation - cannot both be read from stdin"
            ));
        }
        if is_packed(&args.input) && fs::metadata(&args.input).is_ok_and(|meta| meta.len() == 0) {
            let name = args.input.display();
            bail!(Incomplete(format!(
                "could not read all of {name}: it is empty, which no packed file is"
            )));
        }
        let (since, until) = range(&args.select, args.output.timezone, Timestamp::now())?;
        let ids = ids::conversation_ids(&args.select.conversation, false)?;
        let wanted = Wanted {
            since,
            until,
            ids: ids.map(|ids| ids.into_iter().collect()),
            limit: args.select.limit.unwrap_or(u64::MAX),
            keep_raw: !args.output.no_raw,
        };
        Ok(Self {
            bytes: blocks::open(&args.input)?,
            input: args.input.clone(),
            wanted,
            latest: args.latest,
            max_element: args.max_element,
            console,
        })
    }

    /// Sends every conversation that is wanted, in the order of the file.
    ///
    /// # Errors
    /// When the file is not a whole export. What could be read of it is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let reading = tokio::task::spawn_blocking(move || {
            let latest = self
                .latest
                .then(|| latest::find(&self.input, self.max_element))
                .transpose()?;
            let blocks = blocks::of(self.bytes);
            Reader::new(self.input, self.wanted, latest, events, self.console)
                .read(&blocks, self.max_element)
        });
        reading.await.context("the parser broke down")?
    }
}

/// Whether a file of this name is a packed one.
fn is_packed(name: &Path) -> bool {
    let extension = name.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("gz" | "zst"))
}

impl Wanted {
    /// Whether the flags select it. One without a time is in no range that has a beginning.
    fn has(&self, conversation: &Conversation) -> bool {
        let created = conversation.created_at;
        self.may_have(Some(&conversation.id))
            && self.since.is_none_or(|since| created >= Some(since))
            && self.until.is_none_or(|until| created < Some(until))
    }

    /// Whether a conversation that cannot be read may be among those that are wanted.
    fn may_have(&self, id: Option<&str>) -> bool {
        let ids = self.ids.as_ref();
        ids.is_none_or(|ids| id.is_none_or(|id| ids.contains(id)))
    }

    /// The conversation without what is not wanted of it.
    fn part_of(&self, mut conversation: Conversation) -> Conversation {
        if !self.keep_raw {
            conversation.raw = None;
            for message in &mut conversation.messages {
                message.raw = None;
            }
        }
        conversation
    }
}
