//! From a Botpress record to the model: what each message type says (vendors/botpress.md, Shapes).

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::{Attachment, Choice, Conversation, Message, Role, User, Vendor};
use crate::source::lenient::{Id, Maybe, Words};
use crate::source::raw;
use crate::time::Timestamp;
use crate::wording;

/// The id of a record, where it has one.
pub fn id(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    struct Wire {
        id: Id,
    }
    raw::parse::<Wire>(record).ok().map(|wire| wire.id.0)
}

/// The conversation that a message belongs to.
pub fn conversation_id(record: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        conversation_id: Id,
    }
    raw::parse::<Wire>(record)
        .ok()
        .map(|wire| wire.conversation_id.0)
}

/// A conversation without its messages.
///
/// # Errors
/// Names the field that is not of the promised shape.
pub fn conversation(record: Box<RawValue>, keep_raw: bool) -> Result<Conversation> {
    let wire: WireConversation = raw::parse(&record).context("it is not what the API promises")?;
    let mut conversation = Conversation::from(wire);
    conversation.raw = keep_raw.then(|| raw::on_one_line(record));
    Ok(conversation)
}

/// A message of any type.
///
/// # Errors
/// Names the field that is not of the promised shape.
pub fn message(record: Box<RawValue>, keep_raw: bool) -> Result<Message> {
    let wire: WireMessage =
        raw::parse(&record).context("a message is not what the API promises")?;
    let mut message = Message::from(wire);
    message.raw = keep_raw.then(|| raw::on_one_line(record));
    Ok(message)
}

/// A user, whose role is known only within a conversation.
pub fn user(record: &RawValue) -> Result<User> {
    let wire: WireUser = raw::parse(record).context("a user is not what the API promises")?;
    Ok(User {
        id: wire.id.0,
        name: wire.name.0.map(Cow::into_owned),
        tags: tags(wire.tags),
        role: Role::System,
    })
}

/// What a payload says, in the terms of the model.
#[derive(Default)]
struct Content {
    text: String,
    options: Vec<Choice>,
    attachments: Vec<Attachment>,
}

impl Content {
    fn of(kind: &str, payload: &Value) -> Self {
        match kind {
            "markdown" => Self::text(words(payload, &["markdown", "text"])),
            "image" => Self::media(kind, payload, "imageUrl"),
            "audio" => Self::media(kind, payload, "audioUrl"),
            "video" => Self::media(kind, payload, "videoUrl"),
            "file" => Self::media(kind, payload, "fileUrl"),
            "location" => Self::text(location(payload)),
            "card" => Self::card(payload),
            "carousel" => Self::all(items(payload), Self::card),
            "bloc" => Self::all(items(payload), |item| {
                let kind = item["type"].as_str().unwrap_or_default();
                Self::of(kind, item.get("payload").unwrap_or(item))
            }),
            "choice" | "dropdown" => Self {
                text: words(payload, &["text"]),
                options: choices(&payload["options"]),
                ..Self::default()
            },
            _ => Self::text(words(payload, &["text"])),
        }
    }

    fn text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    fn media(kind: &str, payload: &Value, key: &str) -> Self {
        let title = words(payload, &["title", "caption"]);
        Self {
            attachments: attachment(kind, &payload[key], Some(&title)),
            text: title,
            ..Self::default()
        }
    }

    fn card(card: &Value) -> Self {
        let lines = [words(card, &["title"]), words(card, &["subtitle"])];
        Self {
            text: join(lines, " - "),
            options: choices(&card["actions"]),
            attachments: attachment("image", &card["imageUrl"], None),
        }
    }

    /// The contents of several parts. The text tells each part with its own options and links, so that a reader sees
    /// what belongs together; programs have them in `options` and `attachments` as well.
    fn all<'a>(parts: impl Iterator<Item = &'a Value>, read: impl Fn(&Value) -> Self) -> Self {
        parts.map(read).fold(Self::default(), |mut whole, part| {
            let line = wording::line("", &part.text, &part.options, &part.attachments);
            whole.text = join([std::mem::take(&mut whole.text), line], "\n");
            whole.options.extend(part.options);
            whole.attachments.extend(part.attachments);
            whole
        })
    }
}

/// The first of the keys that holds text.
fn words(payload: &Value, keys: &[&str]) -> String {
    let found = keys.iter().find_map(|key| payload[*key].as_str());
    found.unwrap_or_default().to_owned()
}

fn join(parts: [String; 2], separator: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(separator)
}

fn items(payload: &Value) -> impl Iterator<Item = &Value> {
    payload["items"].as_array().into_iter().flatten()
}

fn choices(options: &Value) -> Vec<Choice> {
    let options = options.as_array().into_iter().flatten();
    options
        .map(|option| {
            let value = plain(&option["value"]);
            let label = plain(&option["label"])
                .or_else(|| value.clone())
                .unwrap_or_default();
            Choice { label, value }
        })
        .collect()
}

fn attachment(kind: &str, address: &Value, title: Option<&str>) -> Vec<Attachment> {
    let attachment = address.as_str().map(|url| Attachment {
        kind: kind.to_owned(),
        url: url.to_owned(),
        title: title.filter(|title| !title.is_empty()).map(str::to_owned),
    });
    attachment.into_iter().collect()
}

/// `title, address (latitude, longitude)`
fn location(payload: &Value) -> String {
    let place = join(
        [words(payload, &["title"]), words(payload, &["address"])],
        ", ",
    );
    match (plain(&payload["latitude"]), plain(&payload["longitude"])) {
        (Some(latitude), Some(longitude)) if place.is_empty() => format!("{latitude}, {longitude}"),
        (Some(latitude), Some(longitude)) => format!("{place} ({latitude}, {longitude})"),
        _ => place,
    }
}

/// Text as it is, other values as their JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn tags(tags: Option<&RawValue>) -> BTreeMap<String, Value> {
    match tags.map(raw::value) {
        Some(Value::Object(tags)) => tags.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

/// Only what an export cannot do without is required; `raw` keeps the rest, whatever it is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireConversation<'a> {
    id: Id,
    created_at: Timestamp,
    #[serde(default)]
    updated_at: Maybe<Timestamp>,
    #[serde(default)]
    message_count: Maybe<u64>,
    #[serde(borrow, default)]
    channel: Words<'a>,
    #[serde(borrow, default)]
    integration: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}

impl From<WireConversation<'_>> for Conversation {
    fn from(wire: WireConversation) -> Self {
        // A name in the HTTP API, an object with a name in the bot SDK.
        let integration = wire.integration.map(raw::value).unwrap_or_default();
        let integration = integration["name"].as_str().or(integration.as_str());
        Self {
            source: Vendor::Botpress,
            id: wire.id.0,
            created_at: Some(wire.created_at),
            updated_at: wire.updated_at.0,
            channel: integration
                .map(str::to_owned)
                .or(wire.channel.0.map(Cow::into_owned)),
            tags: tags(wire.tags),
            messages: Vec::new(),
            users: None,
            states: None,
            promised: wire.message_count.0,
            raw: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMessage<'a> {
    id: Id,
    created_at: Timestamp,
    #[serde(default)]
    user_id: Maybe<Id>,
    #[serde(borrow, default)]
    r#type: Words<'a>,
    #[serde(borrow, default)]
    direction: Words<'a>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

impl From<WireMessage<'_>> for Message {
    fn from(wire: WireMessage) -> Self {
        let kind = wire.r#type.into_string();
        let content = Content::of(&kind, &wire.payload.map(raw::value).unwrap_or_default());
        Self {
            id: wire.id.0,
            created_at: Some(wire.created_at),
            role: match wire.direction.0.as_deref() {
                Some("incoming") => Role::User,
                Some("outgoing") => Role::Bot,
                _ => Role::System,
            },
            user_id: wire.user_id.0.map(|id| id.0),
            author: None,
            kind: kind.into(),
            text: content.text,
            options: content.options,
            attachments: content.attachments,
            raw: None,
        }
    }
}

#[derive(Deserialize)]
struct WireUser<'a> {
    id: Id,
    #[serde(borrow, default)]
    name: Words<'a>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}
