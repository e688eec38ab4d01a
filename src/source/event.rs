//! What a source sends, in the order of the output.

use std::sync::Arc;

use super::boost::Api;
use crate::model::Conversation;
use crate::time::Timestamp;

/// What a source sends, in the order of the output.
#[derive(Debug)]
pub enum Event {
    /// The vendor's time when the run began. It comes before everything else, if the vendor tells its time.
    Clock(Clock),
    /// The version of its API that the site answers.
    Api(Api),
    /// An answer was whole, for this reason.
    Whole(Proof),
    /// The vendor says that this many conversations will come.
    Expect(u64),
    /// Complete conversations. Several are sent at once, since waking another thread takes longer than reading one.
    /// They are shared so that the sender can free them ([`super::batch`]).
    Conversations(Arc<Vec<Conversation>>),
    /// The next conversation does not have the number of messages that the vendor reports, even after a second request.
    CountMismatch {
        /// The vendor's id.
        id: String,
        /// How many messages the vendor reports.
        reported: u64,
        /// How many messages were fetched.
        found: u64,
    },
    /// A conversation that the vendor has deleted.
    Gone(FailedConversation),
    /// A conversation that the user named and that does not exist. Nobody has listed it, so it was not deleted meanwhile.
    NotFound(FailedConversation),
    /// A conversation that could not be fetched.
    Failed(FailedConversation),
    /// A conversation of a list that is not fetched, because the archive has it as the list shows it.
    Unchanged(String),
    /// A conversation that is not fetched, because it was forgotten on request.
    Forgotten(String),
    /// The list moved each time it was read, so it may not have had everything.
    ListMoved,
    /// No conversation passes the filter. Says so in words, and what there is instead.
    NoMatch(String),
    /// A conversation that exists but is not selected.
    Skipped,
}

impl Event {
    /// How many conversations it deals with, and how many of them were fetched.
    #[must_use]
    pub fn handled(&self) -> (u64, u64) {
        match self {
            Self::Conversations(conversations) => {
                let count = conversations.len() as u64;
                (count, count)
            }
            Self::Gone(_) | Self::NotFound(_) | Self::Failed(_) | Self::Skipped => (1, 1),
            Self::Unchanged(_) | Self::Forgotten(_) => (1, 0),
            Self::Clock(_)
            | Self::Expect(_)
            | Self::CountMismatch { .. }
            | Self::ListMoved
            | Self::Api(_)
            | Self::Whole(_)
            | Self::NoMatch(_) => (0, 0),
        }
    }
}

/// The vendor's time when a run began.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// The time.
    pub now: Timestamp,
    /// Where the next run begins. It is earlier if the vendor shows messages late.
    pub next: Timestamp,
}

impl From<Timestamp> for Clock {
    fn from(now: Timestamp) -> Self {
        Self { now, next: now }
    }
}

/// Why an answer is taken as whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// As many conversations came as the vendor says.
    Count,
    /// Its array is closed. The vendor tells no number.
    Closed,
}

/// A conversation that is not in the export.
#[derive(Debug)]
pub struct FailedConversation {
    /// The vendor's id. It is `None` when it cannot be read.
    pub id: Option<String>,
    /// The reason, with the name of the conversation.
    pub error: anyhow::Error,
}
