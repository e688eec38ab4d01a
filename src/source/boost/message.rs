//! From the records of the export to the model: who speaks, and what each content part says (vendors/boost.md, Response).

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::element::Element;
use crate::http::shape_error;
use crate::model::{Attachment, Choice, Conversation, Message, Record, Role, Vendor};
use crate::source::cursor::Cursor;
use crate::source::html;
use crate::source::lenient::{Id, Maybe, Words};
use crate::time::Timestamp;

/// Most conversations have no more messages than this.
const USUAL_LENGTH: usize = 16;

/// The conversation that an element holds.
///
/// # Errors
/// Names the field that is not of the promised shape.
pub fn conversation(element: &mut Element, keep_raw: bool) -> Result<Conversation> {
    let messages = element.messages.take();
    let messages = messages.context("missing field `messages`")??;
    let time = element.get::<WireTimes>("time").unwrap_or_default();
    let raw = keep_raw.then(|| element.raw()).transpose()?;
    Ok(Conversation {
        source: Vendor::Boost,
        id: element.id().context("missing field `id`")?,
        created_at: time.created.0,
        updated_at: time.last_message_created.0,
        channel: None,
        tags: BTreeMap::new(),
        messages,
        users: None,
        states: None,
        promised: None,
        raw,
    })
}

/// The messages of a conversation, or why they are none; nothing when their JSON is not whole.
pub fn messages(cursor: &mut Cursor, keep_raw: bool) -> Option<Result<Vec<Message>>> {
    if cursor.peek()? != b'[' {
        let other = cursor.skip()?.as_bytes();
        let why = shape_error::<Vec<IgnoredAny>>(other);
        return Some(Err(anyhow!(why).context("messages")));
    }
    let mut messages = Vec::with_capacity(USUAL_LENGTH);
    let (mut index, mut flaw) = (0, None);
    cursor.items(*b"[]", |cursor| {
        if let Some((wire, record)) = cursor.value::<WireMessage>() {
            wire.add_to(&mut messages, keep_raw.then_some(record));
        } else {
            let record = cursor.skip()?;
            let why = || anyhow!(shape_error::<WireMessage>(record.as_bytes()));
            flaw.get_or_insert_with(|| why().context(format!("messages[{index}]")));
        }
        index += 1;
        Some(())
    })?;
    Some(flaw.map_or(Ok(messages), Err))
}

/// What the parts of an answer say. The lines keep the order of the parts.
#[derive(Default)]
struct Content {
    lines: Vec<String>,
    options: Vec<Choice>,
    attachments: Vec<Attachment>,
}

impl Content {
    fn of(parts: Vec<WirePart>) -> Self {
        let mut content = Self::default();
        for part in parts {
            content.add(part);
        }
        content.lines.retain(|line| !line.is_empty());
        content
    }

    fn add(&mut self, part: WirePart) {
        let kind = part.kind.into_string();
        let markup = part.text.0.or(part.html.0).or(part.ssml.0);
        match (kind.as_str(), markup, part.url.0) {
            ("link", ..) => self.options.extend(
                part.buttons
                    .0
                    .unwrap_or_default()
                    .into_iter()
                    .filter_map(choice),
            ),
            ("json", ..) => self.lines.extend(
                part.json
                    .map(|json| Record::of_json(json.get()).get().to_owned()),
            ),
            (_, Some(markup), _) => self.lines.push(html::to_text(&markup)),
            (_, None, Some(url)) => self.media(kind, url.into_owned()),
            (_, None, None) => self.lines.push(format!("Media message of type {kind}")),
        }
    }

    fn media(&mut self, kind: String, url: String) {
        self.lines.push(format!("{kind}: {url}"));
        let title = None;
        self.attachments.push(Attachment { kind, url, title });
    }
}

/// Most answers have one line, which need not be copied.
fn joined(mut lines: Vec<String>) -> String {
    match lines.len() {
        1 => lines.remove(0),
        _ => lines.join("\n"),
    }
}

/// A button as the user saw it; hidden ones were not shown.
fn choice(button: WireButton) -> Option<Choice> {
    let label = button.text.into_string();
    let id = button.id.0.map(|id| id.0);
    let value = button.url.0.map(std::borrow::Cow::into_owned).or(id);
    (button.hidden.0 != Some(true)).then_some(Choice { label, value })
}

#[derive(Deserialize, Default)]
struct WireTimes {
    #[serde(default)]
    created: Maybe<Timestamp>,
    #[serde(default)]
    last_message_created: Maybe<Timestamp>,
}

#[derive(Deserialize)]
struct WireMessage<'a> {
    id: Id,
    #[serde(default)]
    time: Maybe<Timestamp>,
    #[serde(rename = "type", borrow, default)]
    kind: Words<'a>,
    #[serde(default)]
    is_human_chat: Maybe<bool>,
    #[serde(borrow, default)]
    question: Option<WireQuestion<'a>>,
    #[serde(borrow, default)]
    content: Option<Vec<WirePart<'a>>>,
    #[serde(borrow, default)]
    button_clicked: Option<&'a RawValue>,
    #[serde(borrow, default)]
    human_agent: Option<&'a RawValue>,
}

impl WireMessage<'_> {
    /// A click on a button is a message of its own, before the answer to it.
    fn add_to(self, messages: &mut Vec<Message>, record: Option<&str>) {
        messages.extend(self.click(record.is_some()));
        messages.push(self.into_message(record.map(Record::of_json)));
    }

    /// The user's turn that an answer to a click tells of.
    fn click(&self, keep_raw: bool) -> Option<Message> {
        let record = self.button_clicked?;
        let button: WireButton = serde_json::from_str(record.get()).ok()?;
        Some(Message {
            id: format!("{}:click", self.id.0),
            created_at: self.time.0,
            role: Role::User,
            user_id: None,
            author: None,
            kind: "button_click".to_owned(),
            text: button.text.into_string(),
            options: Vec::new(),
            attachments: Vec::new(),
            raw: keep_raw.then(|| Record::of_json(record.get())),
        })
    }

    fn into_message(self, raw: Option<Record>) -> Message {
        let kind = self.kind.into_string();
        let role = match kind.as_str() {
            "question" => Role::User,
            "answer" if self.is_human_chat.0 == Some(true) => Role::Agent,
            "answer" => Role::Bot,
            _ => Role::System,
        };
        let asked = self.question.map(|question| question.input.into_string());
        let content = Content::of(self.content.unwrap_or_default());
        Message {
            id: self.id.0,
            created_at: self.time.0,
            author: self
                .human_agent
                .filter(|_| role == Role::Agent)
                .and_then(name),
            role,
            user_id: None,
            kind,
            text: asked.unwrap_or_else(|| joined(content.lines)),
            options: content.options,
            attachments: content.attachments,
            raw,
        }
    }
}

/// The agent's name: the field itself, or its `name`.
fn name(agent: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, default)]
        name: Words<'a>,
    }
    let plain = serde_json::from_str::<Words>(agent.get())
        .ok()
        .and_then(|words| words.0);
    let named = || {
        serde_json::from_str::<Wire>(agent.get())
            .ok()
            .and_then(|wire| wire.name.0)
    };
    plain.or_else(named).map(std::borrow::Cow::into_owned)
}

#[derive(Deserialize)]
struct WireQuestion<'a> {
    #[serde(borrow, default)]
    input: Words<'a>,
}

#[derive(Deserialize)]
struct WirePart<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Words<'a>,
    #[serde(borrow, default)]
    text: Words<'a>,
    #[serde(borrow, default)]
    html: Words<'a>,
    #[serde(borrow, default)]
    ssml: Words<'a>,
    #[serde(borrow, default)]
    url: Words<'a>,
    #[serde(borrow, default)]
    json: Option<&'a RawValue>,
    #[serde(borrow, default, bound(deserialize = "'de: 'a"))]
    buttons: Maybe<Vec<WireButton<'a>>>,
}

#[derive(Deserialize)]
struct WireButton<'a> {
    #[serde(default)]
    id: Maybe<Id>,
    #[serde(borrow, default)]
    text: Words<'a>,
    #[serde(borrow, default)]
    url: Words<'a>,
    #[serde(default)]
    hidden: Maybe<bool>,
}
