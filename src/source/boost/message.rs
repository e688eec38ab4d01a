//! Converts the messages of the export to the model (vendors/boost.md, Response).

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::content::{Button, Content};
use crate::json::Cursor;
use crate::json::lenient::{self, Id, TextOrNone};
use crate::json::shape_error;
use crate::model::{CLICK, Message, Record, Role, click_id};
use crate::time::Timestamp;

/// Most conversations have at most this many messages.
pub const USUAL_LENGTH: usize = 16;

/// The messages of a conversation.
#[derive(Debug)]
pub struct Messages {
    /// The messages, in the vendor's order.
    pub list: Vec<Message>,
    /// Whether some content is not what the vendor documents, so that its words may not all be there.
    pub has_odd_content: bool,
}

/// Reads the messages of a conversation, or why they cannot be read. Returns `None` when their JSON is incomplete.
pub fn messages(cursor: &mut Cursor, keep_raw: bool) -> Option<Result<Messages>> {
    if cursor.peek()? != b'[' {
        let other = cursor.value()?.as_bytes();
        let why = shape_error::<Vec<IgnoredAny>>(other);
        return Some(Err(anyhow!(why).context("messages")));
    }
    let mut messages = Messages {
        list: Vec::with_capacity(USUAL_LENGTH),
        has_odd_content: false,
    };
    let (mut index, mut flaw) = (0, None);
    cursor.items(|cursor| {
        let mut fields = Fields::default();
        let (found, record) = cursor.attempt(|cursor| fields.read(cursor))?;
        if found.is_some() {
            messages.has_odd_content |= fields.content.is_odd;
            fields.add_to(&mut messages.list, keep_raw.then_some(record));
        } else {
            let why = || anyhow!(shape_error::<Shape>(record.as_bytes()));
            flaw.get_or_insert_with(|| why().context(format!("messages[{index}]")));
        }
        index += 1;
        Some(())
    })?;
    Some(flaw.map_or(Ok(messages), Err))
}

/// The required shape of a message; other fields may have any type. This is used only for the error about a message of
/// another shape.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
#[expect(dead_code, reason = "nothing is wanted of it but its error")]
pub struct Shape {
    id: Id,
}

/// The fields of a message that are read.
#[derive(Default)]
struct Fields<'a> {
    id: String,
    time: Option<Timestamp>,
    kind: TextOrNone<'a>,
    is_human_chat: bool,
    /// The question of the user.
    input: Option<String>,
    content: Content,
    button_clicked: Option<&'a str>,
    human_agent: Option<&'a str>,
}

impl<'a> Fields<'a> {
    /// Reads a message into these fields. Returns `None` when it has another shape.
    ///
    /// It fills these fields instead of returning new ones, since moving them takes time.
    fn read(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        let mut id = None;
        cursor.fields(|cursor, key| {
            match &*key {
                "question" => self.read_question(cursor)?,
                "content" => self.content.read(cursor)?,
                "id" => id = Some(lenient::id(cursor.value()?)?),
                "time" => self.time = cursor.text_or_none()?.parse(),
                "type" => self.kind = cursor.text_or_none()?,
                "is_human_chat" => self.is_human_chat = cursor.value()? == "true",
                "button_clicked" => self.button_clicked = Some(cursor.value()?),
                "human_agent" => self.human_agent = Some(cursor.value()?),
                _ => drop(cursor.value()?),
            }
            Some(())
        })?;
        self.id = id?;
        Some(())
    }

    /// Reads the user's words, whatever the shape of the question. Returns `None` when the JSON is incomplete.
    fn read_question(&mut self, cursor: &mut Cursor) -> Option<()> {
        let mut input = TextOrNone::default();
        match cursor.peek()? {
            b'{' => cursor.members(|cursor, key| {
                match &*key {
                    "input" => input = cursor.text_or_none()?,
                    _ => drop(cursor.value()?),
                }
                Some(())
            })?,
            b'n' => return cursor.value().map(drop),
            _ => {
                self.content.is_odd = true;
                input = cursor.text_or_none()?;
            }
        }
        self.input = Some(input.into_string());
        Some(())
    }

    /// Adds the message. A click on a button becomes a separate message before the answer.
    fn add_to(self, messages: &mut Vec<Message>, record: Option<&str>) {
        messages.extend(self.click(record.is_some()));
        messages.push(self.into_message(record));
    }

    /// Returns the click that this message answers, as a message of the user.
    fn click(&self, keep_raw: bool) -> Option<Message> {
        let record = self.button_clicked?;
        let button = Button::read(&mut Cursor::new(record))?;
        Some(Message {
            id: click_id(&self.id),
            created_at: self.time,
            role: Role::User,
            user_id: None,
            author: None,
            kind: CLICK.into(),
            text: button.text.into_string(),
            options: Vec::new(),
            attachments: Vec::new(),
            raw: keep_raw.then(|| Record::of_json(record)),
        })
    }

    fn into_message(self, record: Option<&str>) -> Message {
        let (role, kind) = match self.kind.0.as_deref() {
            Some("question") => (Role::User, "question".into()),
            Some("answer") if self.is_human_chat => (Role::Agent, "answer".into()),
            Some("answer") => (Role::Bot, "answer".into()),
            other => (Role::System, other.unwrap_or_default().to_owned().into()),
        };
        Message {
            id: self.id,
            created_at: self.time,
            author: self
                .human_agent
                .filter(|_| role == Role::Agent)
                .and_then(name),
            role,
            user_id: None,
            kind,
            text: self.input.unwrap_or(self.content.text),
            options: self.content.options,
            attachments: self.content.attachments,
            raw: record.map(Record::of_json),
        }
    }
}

/// Reads the name of an agent from the field itself or from its `name`.
fn name(agent: &str) -> Option<String> {
    let mut name = TextOrNone::of(agent);
    Cursor::new(agent).fields(|cursor, key| {
        match &*key {
            "name" => name = cursor.text_or_none()?,
            _ => drop(cursor.value()?),
        }
        Some(())
    });
    name.0.map(Cow::into_owned)
}
