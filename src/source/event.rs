//! What a source tells, in the order of the output.

use crate::model::Conversation;

/// What a source tells, in the order of the output.
#[derive(Debug)]
pub enum Event {
    /// The vendor says that this many conversations will come.
    Expect(u64),
    /// Conversations, whole. There may be several, since waking another thread for each takes longer than reading it.
    Conversations(Vec<Conversation>),
    /// The conversation that comes next has another number of messages than the vendor reports, also when asked twice.
    CountMismatch {
        /// The vendor's id.
        id: String,
        /// How many messages the vendor reports.
        reported: u64,
        /// How many came.
        found: u64,
    },
    /// A conversation that the vendor deleted meanwhile.
    Gone(FailedConversation),
    /// A conversation that could not be fetched.
    Failed(FailedConversation),
    /// A conversation that the vendor has and that need not be written: it has not changed, or is not selected.
    Skipped(String),
}

/// A conversation that is not in the export.
#[derive(Debug)]
pub struct FailedConversation {
    /// The vendor's id, if even that could be read.
    pub id: Option<String>,
    /// Why, in words that name it.
    pub error: anyhow::Error,
}
