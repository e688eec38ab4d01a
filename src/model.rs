//! The normalized shape that every source produces and every format writes, and its JSON.
//!
//! The JSON is a promise to users: every key is always present, except `users` and `states` (only when asked for)
//! and `raw` (left out by `--no-raw`). Unknown fields of a vendor survive in `raw`.

mod json;

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::Deserializer;
use serde::ser::{SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::time::Timestamp;

/// One conversation, whole.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Conversation {
    /// Whose it is; with `id` the key of the conversation.
    pub source: Vendor,
    /// The vendor's id, a string even where the vendor has integers.
    pub id: String,
    /// When it began.
    pub created_at: Option<Timestamp>,
    /// When it changed last, as far as the vendor says.
    pub updated_at: Option<Timestamp>,
    /// Where it took place: Botpress's integration name (`webchat`, `whatsapp`).
    pub channel: Option<String>,
    /// The vendor's tags.
    pub tags: BTreeMap<String, Value>,
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Who wrote in it; present when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub users: Option<Vec<User>>,
    /// The payload of each state asked for, null where the conversation has none of that name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub states: Option<BTreeMap<String, Option<Record>>>,
    /// How many messages the vendor says it has, where it says so.
    #[serde(skip)]
    pub promised: Option<u64>,
    /// The vendor's record without its messages, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

impl Conversation {
    /// The bytes it takes in memory, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        let record = |raw: &Option<Record>| raw.as_ref().map_or(0, |raw| raw.0.len());
        let messages = self.messages.iter();
        let messages = messages
            .map(|message| size_of::<Message>() + message.text.len() + record(&message.raw));
        size_of::<Self>() + record(&self.raw) + messages.sum::<usize>()
    }
}

/// Whom a conversation was exported from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Vendor {
    /// Botpress Cloud.
    Botpress,
    /// boost.ai.
    Boost,
}

/// One turn of a conversation.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The vendor's id.
    pub id: String,
    /// When it was sent.
    pub created_at: Option<Timestamp>,
    /// Who speaks.
    pub role: Role,
    /// The vendor's id of who speaks.
    pub user_id: Option<String>,
    /// The name of who speaks, where known.
    pub author: Option<String>,
    /// The vendor's message type.
    #[serde(rename = "type")]
    pub kind: Cow<'static, str>,
    /// The words, as plain text; empty where the message has none.
    pub text: String,
    /// What the reader could choose from.
    pub options: Vec<Choice>,
    /// Files, pictures and the like, by address.
    pub attachments: Vec<Attachment>,
    /// The vendor's message, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<Record>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The person who talks to the bot.
    User,
    /// The bot.
    Bot,
    /// A human who took over from the bot.
    Agent,
    /// Neither: the platform itself, or a speaker the vendor does not name.
    System,
}

impl Role {
    /// The word in a transcript.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Bot => "Bot",
            Self::Agent => "Agent",
            Self::System => "System",
        }
    }
}

/// Something the reader of a message could choose: a button, a quick reply, an action of a card.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Choice {
    /// What the reader sees.
    pub label: String,
    /// What choosing it sends or opens.
    pub value: Option<String>,
}

/// A file, picture, video or sound, by its address.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Attachment {
    /// `image`, `video`, `audio`, `file`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// Its title, where it has one.
    pub title: Option<String>,
}

/// Somebody who wrote in a conversation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// The vendor's id.
    pub id: String,
    /// Their name, where known.
    pub name: Option<String>,
    /// The vendor's tags of the user.
    pub tags: BTreeMap<String, Value>,
    /// Who they are in this conversation.
    pub role: Role,
}

/// A vendor's record, verbatim: JSON, on one line.
#[derive(Debug)]
pub struct Record(Box<str>);

impl Record {
    /// The record of JSON text that somebody has parsed, put on one line, since some formats write a record a line.
    #[must_use]
    pub fn of_json(json: &str) -> Self {
        Self(one_line(json).into())
    }

    /// The text.
    #[must_use]
    pub fn get(&self) -> &str {
        &self.0
    }
}

impl Serialize for Record {
    /// As `serde_json`'s `RawValue` does it, which can only be had by parsing the text once more.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const RAW: &str = "$serde_json::private::RawValue";
        let mut raw = serializer.serialize_struct(RAW, 1)?;
        raw.serialize_field(RAW, &self.0)?;
        raw.end()
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<RawValue>::deserialize(deserializer).map(|raw| Self::of_json(raw.get()))
    }
}

impl JsonSchema for Record {
    fn schema_name() -> Cow<'static, str> {
        "Record".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "description": "A vendor's record, verbatim, of any shape." })
    }
}

/// JSON on one line. Only white space between tokens changes.
pub(crate) fn one_line(json: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'\n', b'\r', json.as_bytes()).is_none() {
        return Cow::Borrowed(json);
    }
    let mut line = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in json.chars() {
        if in_string || !c.is_ascii_whitespace() {
            line.push(c);
        }
        match c {
            '"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    Cow::Owned(line)
}

#[cfg(test)]
mod tests {
    use super::Record;

    #[test]
    fn records_are_written_as_they_are() {
        let record = Record::of_json(r#"{"b":1.0, "a":"\ud83d"}"#);
        let json = serde_json::to_string(&[record]).unwrap();
        assert_eq!(json, r#"[{"b":1.0, "a":"\ud83d"}]"#);
    }

    #[test]
    fn one_line_keeps_strings_and_numbers() {
        let text = "{\n  \"a \\\" b\\\\\" : [1.0,\r\n 1e400, \"\\n  x\"]\n}";
        let record: Record = serde_json::from_str(text).unwrap();
        assert_eq!(record.get(), r#"{"a \" b\\":[1.0,1e400,"\n  x"]}"#);
        assert_eq!(Record::of_json("{ \"a\" : 1 }").get(), "{ \"a\" : 1 }");
    }
}
