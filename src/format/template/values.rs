//! The values that a template can use: the conversation as in its JSON, and as transcripts show it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::context;
use minijinja::value::{Enumerator, Object, Value};
use serde::Serialize;
use serde_json::Value as Json;

use crate::json::raw;
use crate::model::{
    Attachment, Choice, Conversation, Handover, Message, Missing, Record, Takeover, User,
    with_takeovers, wording,
};
use crate::time::TimeStyle;

/// A conversation. Keys that an export leaves out unless they are asked for are null here.
pub fn conversation(conversation: &Conversation, times: &TimeStyle) -> Value {
    let messages: Vec<_> = with_takeovers(conversation)
        .map(|(takeover, message)| self::message(message, takeover, times))
        .collect();
    let Conversation {
        source,
        account,
        id,
        created_at,
        updated_at,
        channel,
        title,
        tags,
        handover,
        messages: _,
        users,
        states,
        reported_count: _,
        fetched_since: _,
        lacks_names: _,
        has_odd_content: _,
        raw,
    } = conversation;
    let users = users
        .as_ref()
        .map(|users| users.iter().map(user).collect::<Vec<_>>());
    let payload =
        |(name, payload): (&String, &Option<Record>)| (name.clone(), record(payload.as_ref()));
    let states = states.iter().flatten().map(payload).collect();
    let states = Value::from_object(Free(states));
    context! {
        source => plain(source),
        account,
        id,
        created_at => created_at.map(plain),
        updated_at => updated_at.map(plain),
        time => created_at.map(|time| times.show(time)),
        channel,
        title,
        tags => free_map(tags),
        handover => handover.as_ref().map(self::handover),
        messages,
        users,
        states,
        raw => record(raw.as_ref()),
    }
}

fn message(message: &Message, takeover: Option<Takeover>, times: &TimeStyle) -> Value {
    let Message {
        id,
        created_at,
        role,
        user_id,
        author,
        kind,
        text,
        options,
        attachments,
        raw,
    } = message;
    context! {
        id,
        created_at => created_at.map(plain),
        time => created_at.map(|time| times.show(time)),
        role => plain(role),
        label => role.label(),
        user_id,
        author,
        type => kind,
        text,
        words => wording::of(message),
        takeover => takeover.map(|takeover| takeover.to_string()),
        options => options.iter().map(choice).collect::<Vec<_>>(),
        attachments => attachments.iter().map(attachment).collect::<Vec<_>>(),
        raw => record(raw.as_ref()),
    }
}

fn handover(handover: &Handover) -> Value {
    let Handover {
        side,
        conversation_id,
        agent,
        ended,
    } = handover;
    context! { side => plain(side), conversation_id, agent, ended }
}

fn user(user: &User) -> Value {
    let User {
        id,
        name,
        tags,
        role,
    } = user;
    context! { id, name, tags => free_map(tags), role => plain(role) }
}

fn choice(choice: &Choice) -> Value {
    let Choice { label, value } = choice;
    context! { label, value }
}

fn attachment(attachment: &Attachment) -> Value {
    let Attachment {
        kind,
        url,
        title,
        file,
        sha256,
        bytes,
        media_type,
        missing,
    } = attachment;
    let missing = missing.map(Missing::name);
    context! { type => kind, url, title, file, sha256, bytes, media_type, missing }
}

/// A name or a time, as in the JSON of an export.
fn plain(value: impl Serialize) -> Value {
    free(&serde_json::to_value(value).unwrap_or_default())
}

/// A vendor's record. Parsing it takes longer than everything else, so it is parsed only when a template uses it.
fn record(record: Option<&Record>) -> Value {
    let json = record.map_or("null", Record::get);
    if json.starts_with('{') {
        let read = OnceLock::new();
        let json = json.to_owned();
        return Value::from_object(Unread { json, read });
    }
    free(&raw::deep(json).value)
}

/// A record that is parsed when it is used.
#[derive(Debug)]
struct Unread {
    json: String,
    read: OnceLock<Arc<Free>>,
}

impl Unread {
    fn free(&self) -> &Arc<Free> {
        self.read.get_or_init(|| {
            let record = raw::deep(&self.json).value;
            let entry = |(key, value): (&String, &Json)| (key.clone(), free(value));
            let fields = record.as_object().into_iter().flatten();
            Arc::new(Free(fields.map(entry).collect()))
        })
    }
}

impl Object for Unread {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.free().get_value(key)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        self.free().enumerate()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.free().render(f)
    }
}

fn free_map(map: &BTreeMap<String, Json>) -> Value {
    let entry = |(key, value): (&String, &Json)| (key.clone(), free(value));
    Value::from_object(Free(map.iter().map(entry).collect()))
}

/// JSON of any shape. A number that fits neither an integer nor a float becomes text.
fn free(json: &Json) -> Value {
    match json {
        Json::Null => Value::from_object(Free(BTreeMap::new())),
        Json::Bool(value) => Value::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(number), _) => Value::from(number),
            (None, Some(number)) if number.is_finite() => Value::from(number),
            _ => Value::from(number.to_string()),
        },
        Json::String(text) => Value::from(text.as_str()),
        Json::Array(items) => items.iter().map(free).collect(),
        Json::Object(map) => {
            let entry = |(key, value): (&String, &Json)| (key.clone(), free(value));
            Value::from_object(Free(map.iter().map(entry).collect()))
        }
    }
}

/// An object whose keys the vendor or the customer chooses. Nobody can know them in advance, so a missing key is no
/// error: its value is empty, is shown as nothing and is false.
#[derive(Debug)]
struct Free(BTreeMap<String, Value>);

impl Object for Free {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let found = key.as_str().and_then(|key| self.0.get(key)).cloned();
        Some(found.unwrap_or_else(|| Value::from_object(Self(BTreeMap::new()))))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.keys().map(|key| Value::from(key.as_str())).collect())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        f.debug_map().entries(&self.0).finish()
    }
}
