//! Which conversations of the file are wanted, and which of them have come.

use std::collections::HashSet;

use crate::model::Conversation;
use crate::source::id_set::IdSet;
use crate::source::selection::Selection;
use crate::time::Timestamp;

/// The selection, as far as it concerns a file.
#[derive(Debug)]
pub struct Wanted {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    /// The ids asked for; `None` asks for all.
    ids: Option<HashSet<String>>,
    /// Those of them that have come.
    found: IdSet,
    limit: u64,
    /// How many conversations were sent.
    sent: u64,
    keep_raw: bool,
}

impl Wanted {
    /// Nothing has come yet.
    pub fn new(selection: &Selection) -> Self {
        let ids = selection.ids.as_ref();
        Self {
            since: selection.since,
            until: selection.until,
            ids: ids.map(|ids| ids.ids.iter().cloned().collect()),
            found: IdSet::default(),
            limit: selection.limit,
            sent: 0,
            keep_raw: selection.keep_raw,
        }
    }

    /// Notes that a conversation has come.
    pub fn note_found(&mut self, id: &str) {
        if self.ids.is_some() {
            self.found.insert(id);
        }
    }

    /// Notes that a conversation was sent. Returns false when no more are wanted.
    pub fn note_sent(&mut self) -> bool {
        self.sent += 1;
        self.sent < self.limit
    }

    /// Whether a conversation is selected. One without a time is in no range that has a beginning.
    pub fn has(&self, conversation: &Conversation) -> bool {
        let created = conversation.created_at;
        self.may_have(Some(&conversation.id))
            && self.since.is_none_or(|since| created >= Some(since))
            && self.until.is_none_or(|until| created < Some(until))
    }

    /// Whether a conversation that cannot be read may be selected.
    pub fn may_have(&self, id: Option<&str>) -> bool {
        let ids = self.ids.as_ref();
        ids.is_none_or(|ids| id.is_none_or(|id| ids.contains(id)))
    }

    /// The ids that were asked for and have not come.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<_> = self.ids.iter().flatten().cloned().collect();
        missing.retain(|id| !self.found.contains(id));
        missing.sort();
        missing
    }

    /// The conversation without what is not wanted of it.
    pub fn part_of(&self, mut conversation: Conversation) -> Conversation {
        if !self.keep_raw {
            conversation.raw = None;
            for message in &mut conversation.messages {
                message.raw = None;
            }
        }
        conversation
    }
}
