//! Which conversations of a file are selected, and which of them were found.

use std::collections::HashSet;

use crate::archive::Filter;
use crate::model::Conversation;
use crate::source::id_set::IdSet;
use crate::source::selection::Selection;
use crate::time::Timestamp;

/// The selection, and what was found so far.
#[derive(Debug)]
pub struct Wanted {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    active_since: Option<Timestamp>,
    /// The selected ids; `None` selects all conversations.
    ids: Option<HashSet<String>>,
    /// The selected ids that were found.
    found: IdSet,
    limit: u64,
    /// How many conversations were sent.
    sent: u64,
    keep_raw: bool,
}

impl Wanted {
    /// Makes a selection of which nothing was found yet.
    pub fn new(selection: &Selection) -> Self {
        let ids = selection.ids.as_ref();
        Self {
            since: selection.since,
            until: selection.until,
            active_since: selection.active_since,
            ids: ids.map(|ids| ids.ids.iter().cloned().collect()),
            found: IdSet::default(),
            limit: selection.limit,
            sent: 0,
            keep_raw: selection.keep_raw,
        }
    }

    /// The maximum number of conversations.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// What an archive is asked for.
    pub fn filter(&self) -> Filter {
        let ids = self.ids.as_ref();
        Filter {
            since: self.since,
            until: self.until,
            active_since: self.active_since,
            ids: ids.map(|ids| ids.iter().cloned().collect()),
            changed: None,
            search: None,
            keep_raw: self.keep_raw,
            media: false,
        }
    }

    /// Notes that a conversation was found.
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

    /// Whether a conversation is selected. A conversation without a time is never in a range with a beginning.
    pub fn has(&self, conversation: &Conversation) -> bool {
        let created = conversation.created_at;
        self.may_have(Some(&conversation.id))
            && self.since.is_none_or(|since| created >= Some(since))
            && self.until.is_none_or(|until| created < Some(until))
            && self.is_active(conversation)
    }

    fn is_active(&self, conversation: &Conversation) -> bool {
        let mut messages = conversation.messages.iter();
        self.active_since
            .is_none_or(|since| messages.any(|message| message.created_at >= Some(since)))
    }

    /// Whether a conversation that cannot be read may be selected.
    pub fn may_have(&self, id: Option<&str>) -> bool {
        let ids = self.ids.as_ref();
        ids.is_none_or(|ids| id.is_none_or(|id| ids.contains(id)))
    }

    /// The selected ids that were not found.
    pub fn missing(&self) -> Vec<String> {
        let mut missing: Vec<_> = self.ids.iter().flatten().cloned().collect();
        missing.retain(|id| !self.found.contains(id));
        missing.sort();
        missing
    }

    /// The range in the words of its flags, when nothing was sent that lies in it. Without a range there is nothing to tell.
    pub fn empty_range(&self) -> Option<String> {
        let flags = [
            ("--since", self.since),
            ("--until", self.until),
            ("--active-since", self.active_since),
        ];
        let words =
            |(flag, time): (&str, Option<Timestamp>)| Some(format!("{flag} {}", time?.to_query()));
        let flags: Vec<_> = flags.into_iter().filter_map(words).collect();
        (self.sent == 0 && !flags.is_empty()).then(|| flags.join(" "))
    }

    /// Removes the parts of a conversation that are not wanted.
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
