//! What the sessions and messages of a conversation tell besides the words. It becomes the conversation's tags, in which
//! ids have their names.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::Hash;

use serde_json::Value;

use super::names::{List, Lookup, Names};
use super::unknown::Unknown;
use crate::json::lenient::{self, TextOrNone};
use crate::model::Message;
use crate::time::Timestamp;

/// A list of this many entries is long.
const SHORT: usize = 64;

/// The lists whose names become tags, and the names of these tags.
const NAMED: [(List, &str); 5] = [
    (List::Intents, "intents"),
    (List::Filters, "filters"),
    (List::Skills, "skills"),
    (List::Goals, "goals"),
    (List::Triggers, "triggers"),
];

/// What the sessions and messages of a conversation tell besides the words. Most of it is borrowed from the vendor's JSON,
/// since every conversation has some of it.
#[derive(Debug, Default)]
pub struct Facts<'a> {
    /// The sessions, in the vendor's order until [`Self::order_sessions`].
    pub sessions: Vec<SessionFacts<'a>>,
    /// The latest time of a message.
    pub updated_at: Option<Timestamp>,
    /// How many messages the bot did not understand.
    pub unknown_answers: u64,
    /// Whether the conversation was to be handed to a human.
    pub transfer_to_human: bool,
    /// The fields that are not known.
    pub unknown: Unknown,
    session_tags: Once<Cow<'a, str>>,
    /// The ids of all lists.
    ids: Once<(List, Cow<'a, str>)>,
    /// The JSON of the last id of each list. Most messages have the skill and the filter of the one before.
    last: [&'a str; 6],
    /// The agents of messages, by the places of the messages.
    agents: Vec<(usize, String)>,
}

/// What a session tells.
#[derive(Debug, Default)]
pub struct SessionFacts<'a> {
    /// The place of its first message.
    pub first: usize,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// The user's rating.
    pub feedback: Option<Cow<'a, str>>,
    /// The words that go with it.
    pub feedback_text: Option<Cow<'a, str>>,
}

impl<'a> Facts<'a> {
    /// Puts the sessions and their messages in the order of time, if the times of all sessions are known. The vendor is
    /// not known to send them in this order.
    pub fn order_sessions(&mut self, messages: &mut Vec<Message>) {
        let time = |session: &SessionFacts| session.created_at;
        let sessions = &mut self.sessions;
        if sessions.is_sorted_by_key(time) || sessions.iter().any(|one| one.created_at.is_none()) {
            return;
        }
        let parts = sessions.drain(..).rev();
        let parts = parts.map(|session| (messages.split_off(session.first), session));
        let mut parts: Vec<_> = parts.collect();
        parts.reverse();
        parts.sort_by_key(|(_, session)| session.created_at);
        for (part, session) in parts {
            messages.extend(part);
            sessions.push(session);
        }
    }

    /// When the first session began.
    pub fn created_at(&self) -> Option<Timestamp> {
        let times = self.sessions.iter().filter_map(|one| one.created_at);
        times.min()
    }

    /// Notes an id of a list, as JSON. Other JSON tells nothing.
    pub fn note_id(&mut self, list: List, json: &'a str) {
        let before = std::mem::replace(&mut self.last[list as usize], json);
        if before == json {
            return;
        }
        let id = match json.as_bytes().first() {
            Some(b'"') => lenient::id(json).map(Cow::Owned),
            Some(b'-' | b'0'..=b'9') => Some(Cow::Borrowed(json)),
            _ => None,
        };
        if let Some(id) = id {
            self.ids.note((list, id));
        }
    }

    /// Notes the tag of a session.
    pub fn note_session_tag(&mut self, tag: Cow<'a, str>) {
        self.session_tags.note(tag);
    }

    /// Notes the agent of a message whose name does not stand in it.
    pub fn note_agent(&mut self, place: usize, id: String) {
        self.agents.push((place, id));
    }

    /// Reads the time in `created`. One of another form than is known is noted like a field that is not known.
    pub fn time(&mut self, place: &'static str, json: &str) -> Option<Timestamp> {
        let time = TextOrNone::of(json).parse();
        if time.is_none() && json != "null" {
            self.unknown.note(place, "created", json);
        }
        time
    }

    /// Writes the names of agents into their messages. Returns false when they could not be fetched.
    pub fn name_agents(&self, messages: &mut [Message], names: Option<&Names>) -> bool {
        let Some(names) = names.filter(|_| !self.agents.is_empty()) else {
            return true;
        };
        let Some(persons) = names.of(List::Persons) else {
            return false;
        };
        for (place, id) in &self.agents {
            if let (Some(message), Some(name)) = (messages.get_mut(*place), persons.get(id)) {
                message.author = Some(name.clone());
            }
        }
        true
    }

    /// The tags of the conversation, and whether all names could be fetched. An id without a name stands for itself.
    pub fn tags(mut self, names: Option<&Names>) -> (BTreeMap<String, Value>, bool) {
        let mut tags = BTreeMap::new();
        let mut has_names = true;
        for (list, tag) in NAMED {
            let ids = self.ids.list.iter().filter(|(of, _)| *of == list);
            let mut ids = ids.peekable();
            if ids.peek().is_none() {
                continue;
            }
            let known = names.map(|names| names.of(list));
            has_names &= !matches!(known, Some(None));
            let known = known.flatten();
            let shown = ids.map(|(_, id)| name(known, id));
            tags.insert(tag.to_owned(), shown.collect());
        }
        if !self.session_tags.list.is_empty() {
            let shown = self.session_tags.list.into_iter().map(Value::from);
            tags.insert("session_tags".to_owned(), shown.collect());
        }
        // The last ones count.
        let mut sessions = self.sessions.iter_mut().rev();
        let feedback = sessions.find_map(|session| session.feedback.take());
        let mut sessions = self.sessions.iter_mut().rev();
        let feedback_text = sessions.find_map(|session| session.feedback_text.take());
        let texts = [("feedback", feedback), ("feedback_text", feedback_text)];
        for (tag, text) in texts {
            tags.extend(text.map(|text| (tag.to_owned(), text.into())));
        }
        let transfer = self.transfer_to_human.into();
        tags.insert("transfer_to_human".to_owned(), transfer);
        let unknown = self.unknown_answers.into();
        tags.insert("unknown_answers".to_owned(), unknown);
        (tags, has_names)
    }
}

fn name(known: Option<&Lookup>, id: &str) -> Value {
    let name = known.and_then(|known| known.get(id));
    name.map_or(id, String::as_str).into()
}

/// Entries in the order in which they came first.
#[derive(Debug)]
struct Once<T> {
    list: Vec<T>,
    /// The entries of a long list. A short one is searched faster.
    known: HashSet<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            list: Vec::new(),
            known: HashSet::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Once<T> {
    /// Adds an entry, unless it is there.
    fn note(&mut self, entry: T) {
        if self.list.len() < SHORT {
            if !self.list.contains(&entry) {
                self.list.push(entry);
            }
            return;
        }
        if self.known.is_empty() {
            self.known.extend(self.list.iter().cloned());
        }
        if self.known.insert(entry.clone()) {
            self.list.push(entry);
        }
    }
}
