//! What the sessions and messages of a conversation tell besides the words. It becomes the conversation's tags, in which
//! ids have their names.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::names::{List, Lookup, Names};
use super::unknown::Unknown;
use crate::json::lenient;
use crate::model::Message;
use crate::time::Timestamp;

/// The lists whose names become tags, and the names of these tags.
const NAMED: [(List, &str); 5] = [
    (List::Intents, "intents"),
    (List::Filters, "filters"),
    (List::Skills, "skills"),
    (List::Goals, "goals"),
    (List::Triggers, "triggers"),
];

/// What the sessions and messages of a conversation tell besides the words.
#[derive(Debug, Default)]
pub struct Facts {
    /// When the first session began.
    pub created_at: Option<Timestamp>,
    /// The latest time of a message.
    pub updated_at: Option<Timestamp>,
    /// The rating of the last session that has one.
    pub feedback: Option<String>,
    /// The words that go with a rating. The last ones count.
    pub feedback_text: Option<String>,
    /// How many messages the bot did not understand.
    pub unknown_answers: u64,
    /// Whether the conversation was to be handed to a human.
    pub transfer_to_human: bool,
    /// The fields that are not known.
    pub unknown: Unknown,
    session_tags: Vec<String>,
    /// The ids of each list, each once.
    ids: [Vec<String>; 6],
    /// The agents of messages, by the places of the messages.
    agents: Vec<(usize, String)>,
}

impl Facts {
    /// Notes an id of a list, as JSON. Other JSON tells nothing.
    pub fn note_id(&mut self, list: List, json: &str) {
        let ids = &mut self.ids[list as usize];
        // Most ids are numbers that came before.
        if ids.iter().any(|known| known == json) {
            return;
        }
        if let Some(id) = lenient::id(json) {
            note_once(ids, id);
        }
    }

    /// Notes the tag of a session.
    pub fn note_session_tag(&mut self, tag: String) {
        note_once(&mut self.session_tags, tag);
    }

    /// Notes the agent of a message whose name does not stand in it.
    pub fn note_agent(&mut self, place: usize, id: String) {
        self.agents.push((place, id));
    }

    /// Notes the time of a message.
    pub fn note_time(&mut self, time: Option<Timestamp>) {
        self.updated_at = self.updated_at.max(time);
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
    pub fn tags(self, names: Option<&Names>) -> (BTreeMap<String, Value>, bool) {
        let mut tags = BTreeMap::new();
        let mut has_names = true;
        for (list, tag) in NAMED {
            let ids = &self.ids[list as usize];
            if ids.is_empty() {
                continue;
            }
            let known = names.map(|names| names.of(list));
            has_names &= !matches!(known, Some(None));
            let known = known.flatten();
            let shown = ids.iter().map(|id| name(known, id));
            tags.insert(tag.to_owned(), shown.collect());
        }
        if !self.session_tags.is_empty() {
            tags.insert("session_tags".to_owned(), json!(self.session_tags));
        }
        let texts = [
            ("feedback", self.feedback),
            ("feedback_text", self.feedback_text),
        ];
        for (tag, text) in texts {
            tags.extend(text.map(|text| (tag.to_owned(), json!(text))));
        }
        tags.insert(
            "transfer_to_human".to_owned(),
            json!(self.transfer_to_human),
        );
        tags.insert("unknown_answers".to_owned(), json!(self.unknown_answers));
        (tags, has_names)
    }
}

fn name(known: Option<&Lookup>, id: &str) -> Value {
    let name = known.and_then(|known| known.get(id));
    json!(name.map_or(id, String::as_str))
}

fn note_once(list: &mut Vec<String>, text: String) {
    if !list.contains(&text) {
        list.push(text);
    }
}
