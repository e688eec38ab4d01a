//! A conversation without what is personal in it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::class::Class;
use super::identity::{Fact, KeyCache, Known, fold};
use super::ids::OwnIds;
use super::redactor::{Redactor, replace};
use super::span::{Kind, placeholders};
use crate::model::{
    Attachment, Choice, Conversation, Handover, Message, Record, Role, User, Vendor,
};

/// A conversation that is being redacted.
pub struct Pass<'a> {
    pub(super) redactor: &'a Redactor,
    pub(super) known: Known,
    pub(super) keys: KeyCache,
    /// The message before the one that is being redacted.
    question: &'a str,
    pub(super) own: OwnIds<'a>,
    counts: BTreeMap<Kind, u64>,
}

impl Redactor {
    /// The conversation without what is personal in it.
    #[must_use]
    pub fn conversation(&self, conversation: &Conversation) -> Conversation {
        let mut keys = std::mem::take(&mut *self.keys());
        let phone = |text: &str| self.detector.phone(text);
        let known = if self.has(Class::People) {
            Known::of(conversation, &mut keys, &phone)
        } else {
            Known::default()
        };
        if conversation.lacks_people() && self.has(Class::People) {
            self.note_unknown_people();
        }
        let mut pass = Pass {
            redactor: self,
            known,
            keys,
            question: "",
            own: OwnIds::of(conversation),
            counts: BTreeMap::new(),
        };
        let redacted = pass.conversation(conversation);
        let Pass { keys, counts, .. } = pass;
        *self.keys() = keys;
        self.add_counts(counts);
        redacted
    }
}

impl<'a> Pass<'a> {
    fn conversation(&mut self, conversation: &'a Conversation) -> Conversation {
        let text = |pass: &mut Self, text: &Option<String>| {
            text.as_deref().map(|text| pass.text(text, ""))
        };
        let hides_users =
            self.redactor.options.hides_users && conversation.source == Vendor::Botpress;
        let mut messages = Vec::with_capacity(conversation.messages.len());
        for message in &conversation.messages {
            messages.push(self.message(message, hides_users));
            self.question = &message.text;
        }
        self.question = "";
        let users = conversation.users.as_ref().filter(|_| !hides_users);
        Conversation {
            source: conversation.source,
            account: conversation.account.clone(),
            id: self.redactor.conversation_id(&conversation.id),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            channel: conversation.channel.clone(),
            title: text(self, &conversation.title),
            tags: self.tags(&conversation.tags, false),
            handover: conversation
                .handover
                .as_ref()
                .map(|handover| self.handover(handover)),
            messages,
            users: users.map(|users| users.iter().map(|user| self.user(user)).collect()),
            states: conversation
                .states
                .as_ref()
                .map(|states| self.states(states)),
            reported_count: conversation.reported_count,
            fetched_since: conversation.fetched_since,
            lacks_names: conversation.lacks_names,
            has_odd_content: conversation.has_odd_content,
            raw: self.raw(conversation.raw.as_ref()),
        }
    }

    fn message(&mut self, message: &Message, hides_author: bool) -> Message {
        let author = message.author.as_deref().filter(|_| !hides_author);
        Message {
            id: self.redactor.id("message", &message.id),
            created_at: message.created_at,
            role: message.role,
            user_id: message.user_id.as_deref().map(|id| self.user_id(id)),
            author: author.map(|name| self.author(name, message.role)),
            kind: message.kind.clone(),
            text: self.text(&message.text, self.question),
            options: message
                .options
                .iter()
                .map(|option| self.option(option))
                .collect(),
            attachments: message
                .attachments
                .iter()
                .map(|one| self.attachment(one))
                .collect(),
            raw: self.raw(message.raw.as_ref()),
        }
    }

    fn option(&mut self, option: &Choice) -> Choice {
        Choice {
            label: self.text(&option.label, ""),
            value: option.value.as_deref().map(|value| self.text(value, "")),
        }
    }

    fn attachment(&mut self, attachment: &Attachment) -> Attachment {
        let title = attachment.title.as_deref();
        // A file cannot be redacted, so there is none.
        Attachment::new(
            attachment.kind.clone(),
            self.text(&attachment.url, ""),
            title.map(|title| self.text(title, "")),
        )
    }

    fn handover(&mut self, handover: &Handover) -> Handover {
        let other = handover.conversation_id.as_deref();
        Handover {
            side: handover.side,
            conversation_id: other.map(|id| self.redactor.conversation_id(id)),
            agent: handover.agent.as_deref().map(|name| self.name(name)),
            ended: handover.ended.as_deref().map(|why| self.text(why, "")),
        }
    }

    fn user(&mut self, user: &User) -> User {
        User {
            id: self.user_id(&user.id),
            name: user
                .name
                .as_deref()
                .map(|name| self.author(name, user.role)),
            tags: self.tags(&user.tags, user.role != Role::Bot),
            role: user.role,
        }
    }

    fn states(
        &mut self,
        states: &BTreeMap<String, Option<Record>>,
    ) -> BTreeMap<String, Option<Record>> {
        let states = states.iter();
        let state = |(name, state): (&String, &Option<Record>)| {
            let json = state
                .as_ref()
                .and_then(|state| self.value_json(state.get(), None, false));
            (name.clone(), json.map(|json| Record::of_json(&json)))
        };
        states.map(state).collect()
    }

    fn raw(&mut self, raw: Option<&Record>) -> Option<Record> {
        let raw = raw.filter(|_| self.redactor.options.keeps_raw)?;
        self.vendor_record(raw.get())
    }

    fn tags(&mut self, tags: &BTreeMap<String, Value>, of_person: bool) -> BTreeMap<String, Value> {
        let mut redacted = BTreeMap::new();
        for (key, value) in tags {
            let fact = self.keys.meaning(key).fact(of_person);
            let value = match value {
                Value::String(text) => Value::String(self.string(fact, text)),
                Value::Null | Value::Bool(_) => value.clone(),
                other => {
                    let json = self.value_json(&other.to_string(), fact, of_person);
                    json.and_then(|json| serde_json::from_str(&json).ok())
                        .unwrap_or_default()
                }
            };
            redacted.insert(self.text(key, ""), value);
        }
        redacted
    }

    /// A text. `question` is the message before.
    pub(super) fn text(&mut self, text: &str, question: &str) -> String {
        let text = self.redactor.without_own(&self.own, text);
        let spans = self.redactor.spans(&self.known, &text, question);
        if spans.is_empty() {
            return text.into_owned();
        }
        replace(&text, &spans, |span| self.count(span.kind, &span.value))
    }

    /// The id of a person.
    fn user_id(&mut self, id: &str) -> String {
        if !self.redactor.has(Class::People) || is_replaced(id) {
            return id.to_owned();
        }
        self.count(Kind::User, id)
    }

    /// The name of an author. That of a bot is no person's.
    fn author(&mut self, name: &str, role: Role) -> String {
        if role == Role::Bot {
            return self.text(name, "");
        }
        self.name(name)
    }

    fn name(&mut self, name: &str) -> String {
        if !self.redactor.has(Class::People) {
            return self.text(name, "");
        }
        if name.trim().is_empty() || is_replaced(name) {
            return name.to_owned();
        }
        let value = self.known.name_value(name);
        self.count(Kind::Found(Class::People, "PERSON"), &value)
    }

    /// A string whose key says what it is. Without that, it is a text; and an id of something else gets a pseudonym, since it
    /// may lead to a person.
    pub(super) fn string(&mut self, fact: Option<Fact>, text: &str) -> String {
        if text.is_empty() || is_replaced(text) {
            return text.to_owned();
        }
        if let Some(label) = self.own.label(text) {
            return self.redactor.id(label, text);
        }
        match fact.filter(|_| self.redactor.has(Class::People)) {
            Some(Fact::Name) => self.name(text),
            Some(Fact::Id) => self.count(Kind::User, text),
            Some(fact) => {
                let (kind, value) = self.of_fact(fact, text);
                self.count(kind, &value)
            }
            None => {
                let replaced = self.text(text, self.question);
                if replaced == text && is_opaque(text) && self.redactor.has(Class::People) {
                    return self.count(Kind::Found(Class::People, "ID"), text);
                }
                replaced
            }
        }
    }

    /// The class and the normal form of a value whose key says what it is.
    fn of_fact(&self, fact: Fact, text: &str) -> (Kind, String) {
        let people = |label| Kind::Found(Class::People, label);
        match fact {
            Fact::Email => (
                Kind::Found(Class::Email, "EMAIL"),
                text.trim().to_lowercase(),
            ),
            Fact::Phone => (
                Kind::Found(Class::Phone, "PHONE"),
                self.redactor.detector.phone(text),
            ),
            Fact::BirthDate => (Kind::Found(Class::BirthDate, "BIRTH-DATE"), text.to_owned()),
            Fact::Latitude | Fact::Longitude => (
                Kind::Found(Class::Coordinates, "COORDINATES"),
                text.to_owned(),
            ),
            Fact::Handle => (people("HANDLE"), fold(text)),
            Fact::Address => (people("ADDRESS"), fold(text)),
            Fact::Number => (people("NUMBER"), fold(text)),
            Fact::Picture => (people("PICTURE"), fold(text)),
            Fact::Name | Fact::Id => (people("PERSON"), fold(text)),
        }
    }

    pub(super) fn count(&mut self, kind: Kind, value: &str) -> String {
        *self.counts.entry(kind).or_default() += 1;
        self.redactor.pseudonym(kind, value)
    }
}

/// Whether a text is what an earlier redaction left.
pub(super) fn is_replaced(text: &str) -> bool {
    placeholders(text) == [(0, text.len())]
}

/// Whether a text is an id, a digest, a token or the like: long, without blanks, with digits.
fn is_opaque(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_=+/.".contains(c);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    text.len() >= 12 && digits >= 3 && text.chars().all(is_part) && !is_time(text)
}

/// Whether a text is a point in time.
pub(super) fn is_time(text: &str) -> bool {
    text.parse::<crate::time::Timestamp>().is_ok()
}
