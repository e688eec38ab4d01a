//! Converts Botpress records to the model: conversations, messages and users (vendors/botpress.md, Shapes).
//!
//! Only the fields that an export needs are required; `raw` keeps the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::handover::{self, Copied};
use super::payload::Content;
use super::plugin_tags;
use crate::json::lenient::{Id, Maybe, TextOrNone};
use crate::json::{Part, raw, shape_error};
use crate::model::{Conversation, Message, Record, Role, User, Vendor};
use crate::time::{Timestamp, required};

/// The text of a message whose words, if it has any, are out of reach.
const TOO_DEEP: &str = "(Some of this message is nested too deep to be shown.)";

/// Reads a conversation, without its messages.
///
/// # Errors
/// When a field has the wrong type; the error names it.
pub fn conversation(record: &RawValue, keep_raw: bool) -> Result<Conversation> {
    let wire: WireConversation = raw::parse(record).context("it is not what the API promises")?;
    let mut conversation = Conversation::from(wire);
    conversation.raw = keep_raw.then(|| Record::of_json(record.get()));
    Ok(conversation)
}

/// Reads a message of any type, and whether it is a copy. Its role is that in a customer's conversation.
///
/// # Errors
/// When a field has the wrong type; the error names it.
pub fn message(record: &RawValue, keep_raw: bool) -> Result<(Message, Copied)> {
    let (mut message, copied) =
        parse(record.get()).context("a message is not what the API promises")?;
    message.raw = keep_raw.then(|| Record::of_json(record.get()));
    Ok((message, copied))
}

/// Parses a message. A second pass is needed only for a payload that serde cannot hold.
fn parse(text: &str) -> Result<(Message, Copied)> {
    if let Ok(wire) = serde_json::from_str::<WireMessage<Value>>(text) {
        return Ok(wire.into_message(Part::from));
    }
    let wire = serde_json::from_str::<WireMessage<&RawValue>>(text);
    let wire = wire.map_err(|_| anyhow!(shape_error::<WireMessage<&RawValue>>(text.as_bytes())))?;
    Ok(wire.into_message(|payload| raw::deep(payload.get())))
}

/// Reads a user. The caller sets the role, which depends on the conversation.
///
/// # Errors
/// When a field has the wrong type; the error names it.
pub fn user(record: &RawValue) -> Result<User> {
    let wire: WireUser = raw::parse(record).context("a user is not what the API promises")?;
    Ok(User {
        id: wire.id.0,
        name: wire
            .name
            .0
            .filter(|name| !name.trim().is_empty())
            .map(Cow::into_owned),
        tags: tags(wire.tags),
        role: Role::System,
    })
}

fn tags(tags: Option<&RawValue>) -> BTreeMap<String, Value> {
    match tags.map(raw::value) {
        Some(Value::Object(tags)) => tags.into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireConversation<'a> {
    id: Id,
    #[serde(deserialize_with = "required")]
    created_at: Option<Timestamp>,
    #[serde(default)]
    updated_at: Maybe<Timestamp>,
    #[serde(default)]
    message_count: Maybe<u64>,
    #[serde(borrow, default)]
    channel: TextOrNone<'a>,
    #[serde(borrow, default)]
    integration: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}

impl From<WireConversation<'_>> for Conversation {
    fn from(wire: WireConversation) -> Self {
        // The HTTP API sends a name; the bot SDK has an object with a name.
        let integration = wire.integration.map(raw::value).unwrap_or_default();
        let integration = integration["name"].as_str().or(integration.as_str());
        let tags = tags(wire.tags);
        Self {
            source: Vendor::Botpress,
            account: None,
            id: wire.id.0,
            created_at: wire.created_at,
            updated_at: wire.updated_at.0,
            channel: integration
                .map(str::to_owned)
                .or(wire.channel.0.map(Cow::into_owned)),
            title: plugin_tags::title(&tags).map(str::to_owned),
            tags,
            handover: None,
            messages: Vec::new(),
            users: None,
            states: None,
            reported_count: wire.message_count.0,
            fetched_since: None,
            lacks_names: false,
            has_odd_content: false,
            raw: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireMessage<'a, P> {
    id: Id,
    #[serde(deserialize_with = "required")]
    created_at: Option<Timestamp>,
    #[serde(default)]
    user_id: Maybe<Id>,
    #[serde(borrow, default)]
    r#type: TextOrNone<'a>,
    #[serde(borrow, default)]
    direction: TextOrNone<'a>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
    // An `Option` may be missing without `default`, which would require `P: Default`.
    payload: Option<P>,
}

impl<P> WireMessage<'_, P> {
    fn into_message(self, read: impl FnOnce(P) -> Part) -> (Message, Copied) {
        let kind = self.r#type.into_string();
        // Most messages have no such tag, so most tags need not be read.
        let copied = self.tags.filter(|tags| tags.get().contains("stream"));
        let copied = copied.map_or_else(Copied::default, |raw| Copied::of(&tags(Some(raw))));
        let payload = self.payload.map(read).unwrap_or_default();
        let mut content = Content::of(&kind, &payload.value);
        if payload.is_cut {
            note_cut(&kind, &mut content);
        }
        let message = Message {
            id: self.id.0,
            created_at: self.created_at,
            role: handover::role(self.direction.0.as_deref(), copied),
            user_id: self.user_id.0.map(|id| id.0),
            author: None,
            kind: kind.into(),
            text: content.text,
            options: content.options,
            attachments: content.attachments,
            raw: None,
        };
        (message, copied)
    }
}

/// Says in words that something cannot be shown, if that may be words. Those of a bloc can be at any depth.
fn note_cut(kind: &str, content: &mut Content) {
    let text = &mut content.text;
    let says_nothing =
        text.is_empty() && content.options.is_empty() && content.attachments.is_empty();
    if !says_nothing && kind != "bloc" {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(TOO_DEEP);
}

#[derive(Deserialize)]
struct WireUser<'a> {
    id: Id,
    #[serde(borrow, default)]
    name: TextOrNone<'a>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}
