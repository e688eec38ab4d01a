//! Reads the sessions of a conversation: their messages in order, and what they tell besides.

use anyhow::{Error, Result, anyhow};
use serde::de::IgnoredAny;
use serde_json::Value;

use super::facts::{Facts, SessionFacts};
use super::message::{Fields, reference};
use super::names::List;
use crate::json::{Cursor, shape_error};
use crate::source::boost::message::{Messages, Shape, USUAL_LENGTH};

/// Where a session stands in the element.
const PLACE: &str = "sessions[]";

/// The sessions of a conversation.
#[derive(Debug)]
pub struct Sessions<'a> {
    /// The messages of all sessions.
    pub messages: Messages,
    /// What they tell besides.
    pub facts: Box<Facts<'a>>,
    /// The vendor's record of the sessions, in which only the ids of the messages are left, so that each message has its
    /// session. Empty if records are not kept.
    pub record: String,
}

/// Reads the sessions, or why they cannot be read. Returns `None` when their JSON is incomplete.
pub fn sessions<'a>(cursor: &mut Cursor<'a>, keep_raw: bool) -> Option<Result<Sessions<'a>>> {
    let mut reader = Reader {
        sessions: Sessions {
            messages: Messages {
                list: Vec::with_capacity(USUAL_LENGTH),
                has_odd_content: false,
            },
            facts: Box::default(),
            record: String::new(),
        },
        keep_raw,
        index: 0,
        flaw: None,
    };
    match cursor.peek()? {
        b'[' => reader.read(cursor)?,
        b'n' => reader.keep(cursor.value()?),
        _ => {
            let why = shape_error::<Vec<IgnoredAny>>(cursor.value()?.as_bytes());
            return Some(Err(anyhow!(why).context("sessions")));
        }
    }
    Some(reader.flaw.map_or(Ok(reader.sessions), Err))
}

/// Reads the sessions one by one.
struct Reader<'a> {
    sessions: Sessions<'a>,
    keep_raw: bool,
    /// The place of the session.
    index: usize,
    /// The first error.
    flaw: Option<Error>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        self.keep("[");
        cursor.items(|cursor| {
            if self.index > 0 {
                self.keep(",");
            }
            if cursor.peek()? == b'{' {
                self.session(cursor)?;
            } else {
                let other = cursor.value()?;
                self.sessions.messages.has_odd_content |= other != "null";
                self.keep(other);
            }
            self.index += 1;
            Some(())
        })?;
        self.keep("]");
        Some(())
    }

    fn session(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        let mut facts = SessionFacts {
            first: self.sessions.messages.list.len(),
            ..SessionFacts::default()
        };
        let mut separator = "{";
        cursor.members(|cursor, key| {
            self.keep(separator);
            separator = ",";
            self.keep_key(&key);
            if key == "messages" {
                return self.messages(cursor);
            }
            let json = cursor.value()?;
            self.keep(json);
            self.sessions.facts.note_field(&mut facts, &key, json);
            Some(())
        })?;
        self.sessions.facts.sessions.push(facts);
        if separator == "{" {
            self.keep("{");
        }
        self.keep("}");
        Some(())
    }

    /// Reads the messages. Their ids stand for them in the record.
    fn messages(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        if cursor.peek()? != b'[' {
            let other = cursor.value()?;
            if other != "null" {
                let why = shape_error::<Vec<IgnoredAny>>(other.as_bytes());
                self.fail(&why, "messages");
            }
            self.keep(other);
            return Some(());
        }
        let mut index = 0;
        self.keep("[");
        cursor.items(|cursor| {
            if index > 0 {
                self.keep(",");
            }
            self.message(cursor, index)?;
            index += 1;
            Some(())
        })?;
        self.keep("]");
        Some(())
    }

    fn message(&mut self, cursor: &mut Cursor<'a>, index: usize) -> Option<()> {
        let mut fields = Fields::default();
        let facts = &mut self.sessions.facts;
        let (found, record) = cursor.attempt(|cursor| fields.read(cursor, facts))?;
        if found.is_none() {
            let why = shape_error::<Shape>(record.as_bytes());
            self.fail(&why, &format!("messages[{index}]"));
            return Some(());
        }
        self.keep(fields.id);
        let Sessions {
            messages, facts, ..
        } = &mut self.sessions;
        messages.has_odd_content |= fields.content.is_odd;
        let record = self.keep_raw.then_some(record);
        let message = fields.into_message(messages.list.len(), facts, record);
        messages.list.push(message);
        Some(())
    }

    /// Adds JSON to the record.
    fn keep(&mut self, json: &str) {
        if self.keep_raw {
            self.sessions.record.push_str(json);
        }
    }

    /// Adds the key of a field to the record.
    fn keep_key(&mut self, key: &str) {
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        if key.bytes().all(is_plain) {
            self.keep("\"");
            self.keep(key);
            self.keep("\":");
        } else {
            self.keep(&format!("{}:", Value::from(key)));
        }
    }

    fn fail(&mut self, why: &str, what: &str) {
        let index = self.index;
        let why = anyhow!("{why}").context(format!("sessions[{index}].{what}"));
        self.flaw.get_or_insert(why);
    }
}

impl<'a> Facts<'a> {
    /// Notes a field of a session.
    fn note_field(&mut self, session: &mut SessionFacts<'a>, key: &str, json: &'a str) {
        let mut cursor = Cursor::new(json);
        // A value of another type tells nothing, and stands in the record.
        let _ = match key {
            "created" => {
                session.created_at = self.time(PLACE, json);
                None
            }
            "feedback" => session.note_feedback(&mut cursor),
            "matched_filters" => cursor.items(|cursor| {
                self.note_id(List::Filters, reference(cursor)?);
                Some(())
            }),
            "session_tags" => cursor.items(|cursor| {
                let tag = cursor.text_or_none()?.0;
                if let Some(tag) = tag {
                    self.note_session_tag(tag);
                }
                Some(())
            }),
            "id" | "duration" | "reviewed" | "category" | "sent_filter_values" => None,
            other => {
                self.unknown.note(PLACE, other, json);
                None
            }
        };
    }
}

impl<'a> SessionFacts<'a> {
    fn note_feedback(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        cursor.members(|cursor, key| {
            let known = match &*key {
                "rating" => &mut self.feedback,
                "text" => &mut self.feedback_text,
                _ => return cursor.value().map(drop),
            };
            if let Some(text) = cursor.text_or_none()?.0 {
                *known = Some(text);
            }
            Some(())
        })
    }
}
