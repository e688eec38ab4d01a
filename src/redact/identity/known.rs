//! What a conversation's record knows of its people.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::facts::Fact;
use super::fold::{Words, fold};
use super::json::facts;
use super::key_cache::KeyCache;
use super::names::Names;
use crate::model::{Conversation, Role};
use crate::redact::class::Class;
use crate::redact::detect::{find_emails, runs};
use crate::redact::span::{Kind, Span};

/// The shortest id, in bytes, and the fewest digits of a number, that are looked for in texts.
const SHORTEST_ID: usize = 6;
const FEWEST_DIGITS: usize = 7;

/// Numbers are one when their last digits are: one may have a country's code.
const LAST_DIGITS: usize = 8;

/// What a conversation's record knows of its people.
#[derive(Debug, Default)]
pub struct Known {
    names: Names,
    /// Ids of people.
    ids: BTreeSet<String>,
    /// E-mail addresses, in lower case.
    emails: BTreeSet<String>,
    /// Telephone numbers, by their last digits.
    phones: HashMap<String, String>,
    /// Words that stand one after the other, by the first: addresses, numbers, handles.
    phrases: HashMap<String, Vec<Phrase>>,
}

#[derive(Debug)]
struct Phrase {
    words: Vec<String>,
    label: &'static str,
}

impl Known {
    /// Learns from everything in a record. `phone` gives the normal form of a telephone number.
    pub fn of(
        conversation: &Conversation,
        keys: &mut KeyCache,
        phone: &dyn Fn(&str) -> String,
    ) -> Self {
        let mut known = Self::default();
        let bots: BTreeSet<_> = bots(conversation).collect();
        for user in conversation.users.iter().flatten() {
            known.ids.insert(user.id.clone());
            if user.role == Role::Bot {
                continue;
            }
            known.names.add(user.name.as_deref().unwrap_or_default());
            known.learn_tags(&user.tags, true, keys, phone);
        }
        known.learn_tags(&conversation.tags, false, keys, phone);
        let agent = conversation
            .handover
            .as_ref()
            .and_then(|handover| handover.agent.as_deref());
        known.names.add(agent.unwrap_or_default());
        for message in &conversation.messages {
            known.ids.extend(message.user_id.clone());
            let author = message
                .author
                .as_deref()
                .filter(|_| message.role != Role::Bot);
            let is_bot = message
                .user_id
                .as_deref()
                .is_some_and(|id| bots.contains(id));
            known
                .names
                .add(author.filter(|_| !is_bot).unwrap_or_default());
        }
        let records = conversation
            .messages
            .iter()
            .filter_map(|message| message.raw.as_ref());
        let states = conversation
            .states
            .iter()
            .flatten()
            .filter_map(|(_, state)| state.as_ref());
        for record in records.chain(&conversation.raw).chain(states) {
            facts(record.get(), false, keys, &mut |leaf| {
                known.learn(leaf.fact, &leaf.text, phone);
            });
        }
        known.ids.retain(|id| id.len() >= SHORTEST_ID);
        known
    }

    fn learn_tags(
        &mut self,
        tags: &BTreeMap<String, Value>,
        of_person: bool,
        keys: &mut KeyCache,
        phone: &dyn Fn(&str) -> String,
    ) {
        for (key, value) in tags {
            match (keys.meaning(key).fact(of_person), value) {
                (Some(fact), Value::String(text)) => self.learn(fact, text, phone),
                (Some(fact), Value::Number(number)) => self.learn(fact, &number.to_string(), phone),
                (_, Value::Object(_) | Value::Array(_)) => {
                    let text = value.to_string();
                    facts(&text, of_person, keys, &mut |leaf| {
                        self.learn(leaf.fact, &leaf.text, phone);
                    });
                }
                _ => {}
            }
        }
    }

    fn learn(&mut self, fact: Fact, text: &str, phone: &dyn Fn(&str) -> String) {
        let text = text.trim();
        match fact {
            Fact::Name => self.names.add(text),
            Fact::Email if text.contains('@') => {
                self.emails.insert(text.to_lowercase());
            }
            Fact::Phone => self.learn_phone(text, phone),
            Fact::Id => {
                self.ids.insert(text.to_owned());
            }
            Fact::Handle if text.len() >= SHORTEST_ID => self.add_phrase(text, "HANDLE"),
            Fact::Address if text.len() >= SHORTEST_ID => self.add_phrase(text, "ADDRESS"),
            Fact::Number if text.len() >= SHORTEST_ID => self.add_phrase(text, "NUMBER"),
            Fact::Picture if text.len() >= 2 * SHORTEST_ID => self.add_phrase(text, "PICTURE"),
            _ => {}
        }
    }

    fn learn_phone(&mut self, text: &str, phone: &dyn Fn(&str) -> String) {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.len() >= FEWEST_DIGITS {
            let last = last_digits(&digits).to_owned();
            self.phones.entry(last).or_insert_with(|| phone(text));
        }
    }

    fn add_phrase(&mut self, text: &str, label: &'static str) {
        let folded = fold(text);
        let words: Vec<_> = folded.split(' ').map(str::to_owned).collect();
        if let Some(first) = words.first().filter(|first| !first.is_empty()) {
            let phrase = Phrase {
                words: words.clone(),
                label,
            };
            self.phrases.entry(first.clone()).or_default().push(phrase);
        }
    }

    /// The value of a name for its pseudonym: the person's whole name.
    pub fn name_value(&self, name: &str) -> String {
        let mut found = Vec::new();
        self.names.find(name, &mut found);
        found
            .into_iter()
            .next()
            .map_or_else(|| fold(name), |(_, person)| person)
    }

    /// Finds what is known in a text.
    pub fn find(&self, text: &str, spans: &mut Vec<Span>) {
        let mut names = Vec::new();
        self.names.find(text, &mut names);
        let person = |(place, value)| Span::new(place, Class::People, "PERSON", value);
        spans.extend(names.into_iter().map(person));
        self.find_ids(text, spans);
        if !self.phrases.is_empty() {
            self.find_phrases(text, spans);
        }
        if !self.phones.is_empty() {
            self.find_phones(text, spans);
        }
    }

    fn find_ids(&self, text: &str, spans: &mut Vec<Span>) {
        for id in self.ids.iter().filter(|id| id.len() <= text.len()) {
            for start in memchr::memmem::find_iter(text.as_bytes(), id.as_bytes()) {
                let end = start + id.len();
                let touches = |c: char| c.is_alphanumeric();
                let alone = !text[..start].ends_with(touches) && !text[end..].starts_with(touches);
                if alone {
                    let (kind, value) = (Kind::User, id.clone());
                    spans.push(Span {
                        start,
                        end,
                        kind,
                        value,
                    });
                }
            }
        }
    }

    /// Finds the known e-mail addresses, where others are not looked for.
    pub fn find_emails(&self, text: &str, spans: &mut Vec<Span>) {
        let mut all = Vec::new();
        find_emails(text, &mut all);
        let known = all
            .into_iter()
            .filter(|span| self.emails.contains(&span.value));
        spans.extend(known.map(|span| Span {
            kind: Kind::Found(Class::People, "EMAIL"),
            ..span
        }));
    }

    fn find_phrases(&self, text: &str, spans: &mut Vec<Span>) {
        let words = Words::of(text);
        for (at, first) in words.list.iter().enumerate() {
            for phrase in self.phrases.get(words.folded(*first)).into_iter().flatten() {
                let Some(list) = words.list.get(at..at + phrase.words.len()) else {
                    continue;
                };
                if list
                    .iter()
                    .zip(&phrase.words)
                    .all(|(word, wanted)| words.folded(*word) == wanted)
                {
                    let place = (first.start, list[list.len() - 1].end);
                    spans.push(Span::new(
                        place,
                        Class::People,
                        phrase.label,
                        phrase.words.join(" "),
                    ));
                }
            }
        }
    }

    /// Finds the known telephone numbers, with or without their country, and however they are grouped.
    fn find_phones(&self, text: &str, spans: &mut Vec<Span>) {
        for run in runs(text) {
            for from in 0..run.groups.len() {
                for to in (from + 1..=run.groups.len().min(from + 8)).rev() {
                    let digits = run.digits(from, to);
                    let Some(value) = self.phone(&digits) else {
                        continue;
                    };
                    let mut place = run.place(from, to);
                    if run.stands_alone(place) {
                        place.0 -= usize::from(text[..place.0].ends_with('+'));
                        spans.push(Span::new(place, Class::People, "PHONE", value));
                    }
                    break;
                }
            }
        }
    }

    fn phone(&self, digits: &str) -> Option<&str> {
        if digits.len() < FEWEST_DIGITS || digits.len() > 17 {
            return None;
        }
        let known = self.phones.get(last_digits(digits));
        known.map(String::as_str)
    }
}

fn last_digits(digits: &str) -> &str {
    &digits[digits.len().saturating_sub(LAST_DIGITS)..]
}

/// The ids of the bots among the users.
fn bots(conversation: &Conversation) -> impl Iterator<Item = &str> {
    let users = conversation.users.iter().flatten();
    users
        .filter(|user| user.role == Role::Bot)
        .map(|user| user.id.as_str())
}
