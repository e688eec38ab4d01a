//! Converts a message of API v4 to the model.

use std::borrow::Cow;

use super::facts::Facts;
use super::names::List;
use crate::json::Cursor;
use crate::json::lenient::{self, TextOrNone};
use crate::model::{CLICK, Message, Record, Role};
use crate::source::boost::content::Content;
use crate::time::Timestamp;

/// Where a message stands in the element.
const PLACE: &str = "sessions[].messages[]";

/// The fields of a message that are read.
#[derive(Default)]
pub struct Fields<'a> {
    /// The JSON of the id.
    pub id: &'a str,
    /// What is read of the content.
    pub content: Content,
    created: Option<Timestamp>,
    is_customer: bool,
    is_support_human: bool,
    /// The user's words.
    question: TextOrNone<'a>,
    /// The words on the button that the user clicked.
    link_text: TextOrNone<'a>,
    is_click: bool,
    agent: Agent<'a>,
}

impl<'a> Fields<'a> {
    /// Reads a message into these fields. Returns `None` when it has another shape.
    pub fn read(&mut self, cursor: &mut Cursor<'a>, facts: &mut Facts<'a>) -> Option<()> {
        let mut has_id = false;
        cursor.fields(|cursor, key| {
            // Most fields of most messages tell nothing.
            if cursor.pass_nothing()? {
                return Some(());
            }
            match &*key {
                "id" => {
                    self.id = cursor.value()?;
                    has_id = lenient::id(self.id).is_some();
                }
                "created" => self.created = facts.time(PLACE, cursor.value()?),
                "content" => self.content.read(cursor)?,
                "is_customer" => self.is_customer = cursor.value()? == "true",
                "is_support_human" => self.is_support_human = cursor.value()? == "true",
                "is_unknown" => facts.unknown_answers += u64::from(cursor.value()? == "true"),
                "original_question" => self.question = cursor.text_or_none()?,
                "link_text" => self.link_text = cursor.text_or_none()?,
                "clicked_button_id" => self.is_click = cursor.value().map(|_| true)?,
                "human_agent" => self.agent = Agent::read(cursor)?,
                "displayed_action" => facts.transfer_to_human |= transfers(cursor)?,
                "goals" => goals(cursor, facts)?,
                "predicted_intent_id" | "predicted_intent" => {
                    facts.note_id(List::Intents, reference(cursor)?);
                }
                "matched_filter" => facts.note_id(List::Filters, reference(cursor)?),
                "skill" => facts.note_id(List::Skills, reference(cursor)?),
                "system_action_trigger" => facts.note_id(List::Triggers, reference(cursor)?),
                "is_human_chat"
                | "is_human_chat_queue"
                | "predicted_language"
                | "prediction_types"
                | "sent_filters"
                | "feedback"
                | "translations"
                | "came_from_action" => drop(cursor.value()?),
                other => facts.unknown.note(PLACE, other, cursor.value()?),
            }
            Some(())
        })?;
        has_id.then_some(())
    }

    /// The message, which will stand at this place of the conversation.
    pub fn into_message(self, place: usize, facts: &mut Facts, record: Option<&str>) -> Message {
        facts.updated_at = facts.updated_at.max(self.created);
        let role = match (self.is_customer, self.is_support_human) {
            (true, _) => Role::User,
            (false, true) => Role::Agent,
            (false, false) => Role::Bot,
        };
        let author = self
            .agent
            .name
            .0
            .filter(|_| role == Role::Agent)
            .map(Cow::into_owned);
        if let (Role::Agent, None, Some(id)) = (role, &author, self.agent.id) {
            facts.note_agent(place, id);
        }
        let is_click = self.is_click || self.question.0.is_none() && self.link_text.0.is_some();
        let (kind, words) = match role {
            Role::User if is_click => (CLICK, self.link_text.0.or(self.question.0)),
            Role::User => ("question", self.question.0),
            _ => ("answer", None),
        };
        Message {
            id: lenient::id(self.id).unwrap_or_default(),
            created_at: self.created,
            role,
            user_id: None,
            author,
            kind: kind.into(),
            text: words.map_or(self.content.text, Cow::into_owned),
            options: self.content.options,
            attachments: self.content.attachments,
            raw: record.map(Record::of_json),
        }
    }
}

/// A human agent. Only the id is known to come.
#[derive(Default)]
struct Agent<'a> {
    id: Option<String>,
    name: TextOrNone<'a>,
}

impl<'a> Agent<'a> {
    fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut agent = Self::default();
        if cursor.peek()? == b'{' {
            cursor.members(|cursor, key| {
                match &*key {
                    "id" => agent.id = lenient::id(cursor.value()?),
                    "name" => agent.name = cursor.text_or_none()?,
                    _ => drop(cursor.value()?),
                }
                Some(())
            })?;
        } else {
            agent.id = lenient::id(cursor.value()?);
        }
        Some(agent)
    }
}

/// Reads the JSON of the id of `{"id": 7}`, or of `7`. It is empty when there is none.
pub fn reference<'a>(cursor: &mut Cursor<'a>) -> Option<&'a str> {
    if cursor.peek()? != b'{' {
        return cursor.value();
    }
    field(cursor, "id", Cursor::value)
}

/// Reads one field of an object.
fn field<'a, T: Default>(
    cursor: &mut Cursor<'a>,
    name: &str,
    read: impl Fn(&mut Cursor<'a>) -> Option<T>,
) -> Option<T> {
    let mut found = T::default();
    cursor.members(|cursor, key| {
        if key == name {
            found = read(cursor)?;
        } else {
            cursor.value()?;
        }
        Some(())
    })?;
    Some(found)
}

/// Notes the goals of `[{"goal": {"id": 7}, "event_type": "..."}]`.
fn goals<'a>(cursor: &mut Cursor<'a>, facts: &mut Facts<'a>) -> Option<()> {
    if cursor.peek()? != b'[' {
        return cursor.value().map(drop);
    }
    cursor.items(|cursor| {
        if cursor.peek()? == b'{' {
            facts.note_id(List::Goals, field(cursor, "goal", reference)?);
        } else {
            cursor.value()?;
        }
        Some(())
    })
}

/// Whether an action hands the conversation to a human.
fn transfers(cursor: &mut Cursor) -> Option<bool> {
    if cursor.peek()? != b'{' {
        return cursor.value().map(|_| false);
    }
    field(cursor, "transfer_to_human", |cursor| {
        Some(cursor.value()? == "true")
    })
}
