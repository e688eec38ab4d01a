//! Where conversations come from: the two vendors and earlier exports, behind one stream of events.

mod batch;
mod blocks;
mod boost;
mod botpress;
mod cursor;
mod html;
mod ids;
pub mod json_array;
mod lenient;
mod queue;
pub(crate) mod raw;
mod saved;
mod seen;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use anyhow::{Result, bail};
use tokio::sync::mpsc::Sender;

use crate::cli::SelectArgs;
use crate::model::Conversation;
use crate::time::{Timestamp, When, Zone};
use crate::usage;

// For `fuzz/` alone: what reads a record of unknown make.
#[doc(hidden)]
pub use boost::{Element, conversation as boost_conversation};
#[doc(hidden)]
pub use botpress::{conversation as botpress_conversation, message as botpress_message};

pub use boost::{Boost, check as check_boost};
pub use botpress::{Botpress, check as check_botpress};
pub use saved::Saved;

/// What a source tells, in the order of the output.
#[derive(Debug)]
pub enum Event {
    /// So many conversations will come; the vendor says so.
    Expect(u64),
    /// A conversation, whole.
    Conversation(Box<Conversation>),
    /// Some of them, since waking another thread for each takes longer than reading it.
    Conversations(Arc<Vec<Conversation>>),
    /// A conversation as the list has it, without its messages: that is all that was asked for.
    Listed(Box<Conversation>),
    /// A conversation that the vendor deleted meanwhile.
    Gone(Missing),
    /// A conversation that could not be had.
    Failed(Missing),
    /// A conversation that the vendor has and that need not be written: it has not changed, or is not selected.
    Skipped(String),
}

/// A conversation that is not in the export.
#[derive(Debug)]
pub struct Missing {
    /// The vendor's id, where even that could be read.
    pub id: Option<String>,
    /// Why, in words that name it.
    pub error: anyhow::Error,
}

/// A vendor ready to be asked, or an export ready to be read.
#[derive(Debug)]
pub enum Source {
    /// Botpress Cloud.
    Botpress(Box<Botpress>),
    /// boost.ai.
    Boost(Boost),
    /// An earlier export.
    Saved(Box<Saved>),
}

/// What a source has to bring when a state remembers earlier runs.
#[derive(Debug)]
pub struct Increment {
    /// When the run began: the end of the range.
    pub started: Timestamp,
    /// Where the archive begins.
    pub begin: Option<Timestamp>,
    /// Only what is new or changed since; everything where there is none.
    pub since: Option<Timestamp>,
    /// Conversations that could not be had before; they are tried first.
    pub failed: Vec<String>,
    /// Conversations that need not be asked for: the run that this one continues has brought them.
    pub done: HashSet<String>,
    /// How the conversations stood when they were brought.
    pub known: HashMap<String, Stand>,
}

/// What a list tells of a conversation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stand {
    /// How many messages it has.
    pub messages: Option<u64>,
    /// When it changed last.
    pub updated: Option<Timestamp>,
}

/// An export that cannot be completed: what came of it is written, and the exit code says that more is missing.
#[derive(Debug)]
pub struct Incomplete(pub String);

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Incomplete {}

impl Source {
    /// Sends everything that was selected, until that is done or `events` is closed.
    ///
    /// # Errors
    /// What ends the whole export; failures of single conversations are events.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        match self {
            Self::Botpress(botpress) => botpress.run(events).await,
            Self::Boost(boost) => boost.run(events).await,
            Self::Saved(saved) => saved.run(events).await,
        }
    }

    /// Asks only for what is new or changed. An export on disk has nothing new: no state is offered for it.
    #[must_use]
    pub fn only(self, increment: Increment) -> Self {
        match self {
            Self::Botpress(botpress) => Self::Botpress(Box::new(botpress.only(increment))),
            Self::Boost(boost) => Self::Boost(boost.only(increment)),
            Self::Saved(_) => self,
        }
    }
}

/// The half-open range `[since, until)` of the flags.
///
/// # Errors
/// A usage error when it is empty or outside the calendar.
pub fn range(
    args: &SelectArgs,
    zone: Zone,
    now: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>)> {
    let bind = |flag, when: Option<When>| {
        let time = when.map(|when| when.resolve(zone, now)).transpose();
        time.map_err(|error| usage!("{flag}: {error}"))
    };
    let (since, until) = (bind("--since", args.since)?, bind("--until", args.until)?);
    if since
        .zip(until)
        .is_some_and(|(since, until)| since >= until)
    {
        bail!(usage!(
            "--since is not before --until, so nothing can be in between"
        ));
    }
    Ok((since, until))
}
