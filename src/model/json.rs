//! Writes a conversation as JSON. The parts that make up nearly all of an export are written by hand, which takes half
//! the time of `serde_json` and gives the same bytes.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Result;

use super::conversation::{Attachment, Choice, Conversation, Message};
use super::media::Missing;
use super::record::Record;
use crate::json::write_string;
use crate::time::Timestamp;

impl Conversation {
    /// Writes the conversation as JSON, on one line.
    ///
    /// # Errors
    /// When a tag cannot be written as JSON.
    pub fn write_json(&self, out: &mut Vec<u8>) -> Result<()> {
        put(out, b"{\"source\":", &self.source)?;
        string(out, b",\"account\":", self.account.as_deref());
        string(out, b",\"id\":", Some(&self.id));
        time(out, b",\"created_at\":", self.created_at);
        time(out, b",\"updated_at\":", self.updated_at);
        string(out, b",\"channel\":", self.channel.as_deref());
        string(out, b",\"title\":", self.title.as_deref());
        put(out, b",\"tags\":", &self.tags)?;
        put(out, b",\"handover\":", &self.handover)?;
        list(out, b",\"messages\":[", &self.messages, Message::write_json);
        if let Some(users) = &self.users {
            put(out, b",\"users\":", users)?;
        }
        if let Some(states) = &self.states {
            put(out, b",\"states\":", states)?;
        }
        end(out, self.raw.as_ref());
        Ok(())
    }
}

impl Message {
    /// Its options as JSON.
    #[must_use]
    pub fn options_json(&self) -> Cow<'static, str> {
        list_json(&self.options, Choice::write_json)
    }

    /// Its attachments as JSON.
    #[must_use]
    pub fn attachments_json(&self) -> Cow<'static, str> {
        list_json(&self.attachments, Attachment::write_json)
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        string(out, b"{\"id\":", Some(&self.id));
        time(out, b",\"created_at\":", self.created_at);
        string(out, b",\"role\":", Some(self.role.name()));
        string(out, b",\"user_id\":", self.user_id.as_deref());
        string(out, b",\"author\":", self.author.as_deref());
        string(out, b",\"type\":", Some(&self.kind));
        string(out, b",\"text\":", Some(&self.text));
        list(out, b",\"options\":[", &self.options, Choice::write_json);
        list(
            out,
            b",\"attachments\":[",
            &self.attachments,
            Attachment::write_json,
        );
        end(out, self.raw.as_ref());
    }
}

impl Choice {
    fn write_json(&self, out: &mut Vec<u8>) {
        string(out, b"{\"label\":", Some(&self.label));
        string(out, b",\"value\":", self.value.as_deref());
        out.push(b'}');
    }
}

impl Attachment {
    fn write_json(&self, out: &mut Vec<u8>) {
        string(out, b"{\"type\":", Some(&self.kind));
        string(out, b",\"url\":", Some(&self.url));
        string(out, b",\"title\":", self.title.as_deref());
        if self.has_media() {
            self.write_media(out);
        }
        out.push(b'}');
    }

    fn write_media(&self, out: &mut Vec<u8>) {
        known(out, b",\"file\":", self.file.as_deref());
        known(out, b",\"sha256\":", self.sha256.as_deref());
        if let Some(bytes) = self.bytes {
            out.extend_from_slice(format!(",\"bytes\":{bytes}").as_bytes());
        }
        known(out, b",\"media_type\":", self.media_type.as_deref());
        known(out, b",\"missing\":", self.missing.map(Missing::name));
    }
}

fn list<T>(out: &mut Vec<u8>, key: &[u8], items: &[T], write: impl Fn(&T, &mut Vec<u8>)) {
    out.extend_from_slice(key);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// A list as JSON text. Most lists are empty.
fn list_json<T>(items: &[T], write: impl Fn(&T, &mut Vec<u8>)) -> Cow<'static, str> {
    if items.is_empty() {
        return "[]".into();
    }
    let mut out = Vec::new();
    list(&mut out, b"[", items, write);
    String::from_utf8(out).expect("JSON is UTF-8").into()
}

fn put(out: &mut Vec<u8>, key: &[u8], value: &impl Serialize) -> Result<()> {
    out.extend_from_slice(key);
    serde_json::to_writer(out, value)
}

fn string(out: &mut Vec<u8>, key: &[u8], text: Option<&str>) {
    out.extend_from_slice(key);
    match text {
        Some(text) => write_string(text, out),
        None => out.extend_from_slice(b"null"),
    }
}

/// A key that is left out when it has no text.
fn known(out: &mut Vec<u8>, key: &[u8], text: Option<&str>) {
    if text.is_some() {
        string(out, key, text);
    }
}

fn time(out: &mut Vec<u8>, key: &[u8], time: Option<Timestamp>) {
    match time {
        Some(time) => {
            out.extend_from_slice(key);
            time.write_json(out);
        }
        None => string(out, key, None),
    }
}

fn end(out: &mut Vec<u8>, raw: Option<&Record>) {
    if let Some(raw) = raw {
        out.extend_from_slice(b",\"raw\":");
        out.extend_from_slice(raw.get().as_bytes());
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::option;
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::model::conversation::{Role, User, Vendor};
    use crate::model::handover::{Handover, Side};

    fn message() -> impl Strategy<Value = Message> {
        let role = prop::sample::select(&[Role::User, Role::Bot, Role::Agent, Role::System]);
        let words = || prop_oneof![any::<String>(), "[\\x00-\\x22\\\\a]{0,20}"];
        let choice =
            (words(), option::of(words())).prop_map(|(label, value)| Choice { label, value });
        let file = (words(), any::<u64>());
        let attachment = (words(), words(), option::of(words()), option::of(file));
        let attachment = attachment.prop_map(|(kind, url, title, file)| {
            let link = Attachment::new(kind, url, title);
            match file {
                Some((file, 0)) => Attachment {
                    file: Some(file),
                    missing: Some(Missing::TooLarge),
                    ..link
                },
                Some((file, bytes)) => Attachment {
                    sha256: Some(file.clone()),
                    media_type: Some(file.clone()),
                    file: Some(file),
                    bytes: Some(bytes),
                    ..link
                },
                None => link,
            }
        });
        let lists = (
            prop::collection::vec(choice, 0..3),
            prop::collection::vec(attachment, 0..3),
        );
        let raw = option::of(Just(r#"{"a": 1.50}"#));
        let who = (role, option::of(words()), option::of(words()));
        (words(), time(), who, words(), words(), lists, raw).prop_map(
            |(id, created_at, (role, user_id, author), kind, text, (options, attachments), raw)| {
                Message {
                    id,
                    created_at,
                    role,
                    user_id,
                    author,
                    kind: kind.into(),
                    text,
                    options,
                    attachments,
                    raw: raw.map(Record::of_json),
                }
            },
        )
    }

    fn time() -> impl Strategy<Value = Option<Timestamp>> {
        let usual = "2[0-9]{3}-1[0-2]-2[0-8]T1[0-9]:[0-5][0-9]:[0-5][0-9][.][0-9]{6}[+]01:00";
        let odd = Just("2016-12-31T23:59:60Z".to_owned());
        option::of(prop_oneof![usual, odd].prop_map(|text| text.parse().ok()))
            .prop_map(Option::flatten)
    }

    proptest! {
        #[test]
        fn is_the_json_of_serde(
            messages in prop::collection::vec(message(), 0..3),
            (source, account, id, channel) in (prop::sample::select(&[Vendor::Boost, Vendor::Botpress]), option::of(any::<String>()), any::<String>(), option::of(any::<String>())),
            (created_at, updated_at) in (time(), time()),
            (tagged, more, keep_raw) in any::<(bool, bool, bool)>(),
        ) {
            let tags: BTreeMap<_, _> = tagged.then(|| ("a\"".to_owned(), Value::from(1.5))).into_iter().collect();
            let record = || Record::of_json("[1e400]");
            let handover = Handover {
                side: Side::Ticket, conversation_id: Some("c\"".into()), agent: None, ended: None,
            };
            let user = User { id: "u".into(), name: None, tags: tags.clone(), role: Role::User };
            let conversation = Conversation {
                source, account, id, created_at, updated_at, channel, tags, messages,
                title: more.then(|| "\u{1}".to_owned()),
                handover: tagged.then_some(handover),
                users: more.then(|| vec![user]),
                states: more.then(|| [("s".to_owned(), Some(record())), ("t".to_owned(), None)].into()),
                reported_count: Some(1),
                fetched_since: None,
                lacks_names: false,
                has_odd_content: false,
                raw: keep_raw.then(record),
            };
            let mut json = Vec::new();
            conversation.write_json(&mut json).unwrap();
            prop_assert_eq!(String::from_utf8(json).unwrap(), serde_json::to_string(&conversation).unwrap());
        }
    }
}
