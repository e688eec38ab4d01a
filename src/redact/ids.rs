//! The ids of conversations and messages, which are hidden only on request.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::pseudonym::Key;
use super::redactor::Redactor;
use crate::model::Conversation;

/// The shortest id that is looked for in texts, in bytes. A shorter one may be any number.
const SHORTEST: usize = 8;

/// The ids of a conversation and its messages, and which of both each is.
#[derive(Debug)]
pub struct OwnIds<'a>(BTreeMap<&'a str, &'static str>);

impl<'a> OwnIds<'a> {
    /// The ids of a conversation, of the other side of its handover, and of its messages.
    pub fn of(conversation: &'a Conversation) -> Self {
        let messages = conversation.messages.iter();
        let messages = messages.map(|message| (message.id.as_str(), "message"));
        let handover = conversation.handover.as_ref();
        let other = handover.and_then(|handover| handover.conversation_id.as_deref());
        let conversations = other.into_iter().chain([conversation.id.as_str()]);
        let conversations = conversations.map(|id| (id, "conversation"));
        Self(messages.chain(conversations).collect())
    }

    /// Whose id a text is, if it is one of them: `conversation` or `message`.
    pub fn label(&self, id: &str) -> Option<&'static str> {
        self.0.get(id).copied()
    }
}

impl Redactor {
    /// The id of a conversation as it is written.
    #[must_use]
    pub fn conversation_id(&self, id: &str) -> String {
        self.id("conversation", id)
    }

    /// The id of a conversation or message as it is written.
    pub(super) fn id(&self, label: &str, id: &str) -> String {
        let key = &self.options.key;
        if !self.options.ids || Key::is_id(label, id) {
            return id.to_owned();
        }
        key.of_id(label, id)
    }

    /// A text with these ids in it as they are written.
    pub(super) fn without_own<'t>(&self, own: &OwnIds, text: &'t str) -> Cow<'t, str> {
        if !self.options.ids || text.len() < SHORTEST {
            return Cow::Borrowed(text);
        }
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let mut shown = String::with_capacity(text.len());
        for token in text.split_inclusive(|c| !is_part(c)) {
            let id = token.trim_end_matches(|c| !is_part(c));
            match own.label(id).filter(|_| id.len() >= SHORTEST) {
                Some(label) => {
                    shown.push_str(&self.id(label, id));
                    shown.push_str(&token[id.len()..]);
                }
                None => shown.push_str(token),
            }
        }
        Cow::Owned(shown)
    }
}
