//! Who talks to the bot in a conversation, and in which languages.

use std::borrow::Cow;

use super::conversation::{Conversation, Role, Vendor};
use crate::json::first_field;
use crate::json::lenient::TextOrNone;

/// The person who talks to the bot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person<'a> {
    /// The vendor's id.
    pub id: &'a str,
    /// Their name, if it is known.
    pub name: Option<&'a str>,
}

impl Conversation {
    /// The user of the first message with the role `user` that names one. boost.ai names none. In a ticket of Botpress the
    /// vendor writes the user's words in the name of the bot, and the name of the bot is not the person's.
    #[must_use]
    pub fn person(&self) -> Option<Person<'_>> {
        let mut asked = self.messages.iter().filter(|one| one.role == Role::User);
        let (message, id) = asked.find_map(|one| Some((one, one.user_id.as_deref()?)))?;
        let known = || {
            let mut users = self.users.iter().flatten();
            let user = users.find(|user| user.id == id && user.role == Role::User)?;
            user.name.as_deref()
        };
        let name = message.author.as_deref().or_else(known);
        Some(Person { id, name })
    }

    /// The languages that the vendor recognised in what the user wrote, each once, in the order of their first message.
    ///
    /// They are in the records of boost.ai alone, as `question.predicted_language` (vendors/boost.md, Response), in API v4
    /// as `predicted_language`. An export without the records has none.
    #[must_use]
    pub fn languages(&self) -> Vec<Cow<'_, str>> {
        let mut languages = Vec::new();
        if self.source != Vendor::Boost {
            return languages;
        }
        let asked = self.messages.iter().filter(|one| one.role == Role::User);
        for record in asked.filter_map(|message| message.raw.as_ref()) {
            if let Some(language) = language(record.get()).filter(|new| !languages.contains(new)) {
                languages.push(language);
            }
        }
        languages
    }
}

/// The language in a message of boost.ai.
fn language(record: &str) -> Option<Cow<'_, str>> {
    let language = |object| TextOrNone::of(first_field(object, "predicted_language")?).0;
    let question = first_field(record, "question").and_then(language);
    question.or_else(|| language(record))
}
