//! Messages to the user, and what was asked for: both can name people.

use serde_json::Value;

use super::class::Class;
use super::identity::Known;
use super::redactor::{Redactor, replace};
use super::span::Kind;

/// Words before the ids that may stay in a message.
const KEPT: &[&str] = &[
    "conversation ",
    "conversations/",
    "--conversation ",
    "bot ",
    "bots/",
    "run ",
];

/// Words before the ids of conversations.
const CONVERSATIONS: &[&str] = &[
    "conversation ",
    "conversations/",
    "--conversation ",
    "Conversation \"",
    "conversationId=",
];

/// Words before the ids of people.
const USERS: &[&str] = &["user ", "users/", "userId=", "participantIds="];

/// The shortest id in a message that may be a person's, in bytes.
const SHORTEST_ID: usize = 16;

/// What was asked for by people's own words or ids.
const PERSONAL: &[&str] = &["participant", "tag", "words", "filter", "query"];

impl Redactor {
    /// A message for the user without what is personal in it. Ids get pseudonyms, but for those of conversations and bots.
    #[must_use]
    pub fn message(&self, text: &str) -> String {
        let spans = self.spans(&Known::default(), text, "");
        let text = replace(text, &spans, |span| self.pseudonym(span.kind, &span.value));
        self.without_ids(&text)
    }

    fn without_ids(&self, text: &str) -> String {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut shown = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find(is_part) {
            let length = rest[start..]
                .find(|c| !is_part(c))
                .unwrap_or(rest.len() - start);
            let (before, token) = (&rest[..start], &rest[start..start + length]);
            shown.push_str(before);
            let so_far = &text[..text.len() - rest.len() + start];
            shown.push_str(&self.token(so_far, token));
            rest = &rest[start + length..];
        }
        shown.push_str(rest);
        shown
    }

    /// A word of a message, after the text before it.
    fn token(&self, before: &str, token: &str) -> String {
        let follows = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
        if follows(CONVERSATIONS) && token.contains(|c: char| c.is_ascii_digit()) {
            return self.conversation_id(token);
        }
        let is_id = token.len() >= SHORTEST_ID && token.contains(|c: char| c.is_ascii_digit());
        if follows(USERS) && token.contains(|c: char| c.is_ascii_digit()) && self.has(Class::People)
        {
            return self.pseudonym(Kind::User, token);
        }
        // A path of this machine has the names that were given, or those of conversations.
        let word = before
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or_default();
        let is_request =
            before.starts_with("GET ") || before.starts_with("POST ") || word.contains("://");
        let in_path = word.contains(['/', '\\']) && !is_request;
        let is_replaced = before.ends_with('[');
        if !is_id || follows(KEPT) || in_path || is_replaced || !self.has(Class::People) {
            return token.to_owned();
        }
        self.pseudonym(Kind::User, token)
    }

    /// What was asked for, without words and ids of people.
    #[must_use]
    pub fn asked(&self, mut asked: Value) -> Value {
        if let Some(asked) = asked.as_object_mut() {
            for (key, value) in asked {
                match key.as_str() {
                    "conversation" => each(value, &mut |text| self.conversation_id(text)),
                    "participant" => each(value, &mut |text| self.pseudonym(Kind::User, text)),
                    key if PERSONAL.contains(&key) => {
                        each(value, &mut |text| {
                            self.pseudonym(Kind::Found(Class::People, "ASKED"), text)
                        });
                    }
                    _ => {}
                }
            }
        }
        asked
    }
}

/// Replaces each string of a value, but for the keys of objects and of pairs.
fn each(value: &mut Value, replace: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = replace(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, replace)),
        Value::Object(members) => members.values_mut().for_each(|value| each(value, replace)),
        Value::Number(number) => *value = Value::String(replace(&number.to_string())),
        _ => {}
    }
}
