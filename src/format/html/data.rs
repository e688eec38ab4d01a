//! A conversation as the page's data has it: one line about it, for lists, filters and numbers, and one line with its
//! messages, which is read only when somebody opens it or searches.

use std::borrow::Cow;
use std::mem;

use serde::Serialize;
use serde_json::Value;

use super::card::Card;
use super::local::File;
use super::safe::{Safe, visible};
use crate::format::heading;
use crate::model::{
    Attachment, Choice, Conversation, Message, Metrics, Role, Side, with_takeovers, wording,
};
use crate::time::{Span, TimeStyle, Timestamp};

/// How many characters of the first words are shown in a list.
const GLIMPSE: usize = 120;

/// Response times below this are kept to the millisecond, longer ones to the second, as `convexport stats` does.
const PRECISE: u64 = 60_000;

/// The line about a conversation. What is absent is left out, so that the file stays small.
#[derive(Serialize)]
pub struct About<'a> {
    id: Safe<'a>,
    source: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<Safe<'a>>,
    /// When it began, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    /// How many seconds the clock of the reader's zone is ahead of UTC then.
    offset: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Safe<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<(Safe<'a>, Cow<'a, str>)>,
    /// The person who talks to the bot: their name, and the vendor's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<Safe<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Safe<'a>>,
    /// The first words of the user, on one line.
    #[serde(skip_serializing_if = "Option::is_none")]
    first: Option<String>,
    /// The first words of anybody, if the user wrote none.
    #[serde(skip_serializing_if = "Option::is_none")]
    glimpse: Option<String>,
    /// How many messages each role has, in the order of [`Role::ALL`].
    counts: [usize; Role::ALL.len()],
    /// Milliseconds until the first answer, and until the first answer of an agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_agent: Option<u64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unanswered: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    media: bool,
    /// Which side of a handover it is, and the id of the other one.
    #[serde(skip_serializing_if = "Option::is_none")]
    handover: Option<(Side, Option<Safe<'a>>)>,
}

impl<'a> About<'a> {
    pub fn of(conversation: &'a Conversation, times: &TimeStyle) -> Self {
        let messages = &conversation.messages;
        let metrics = Metrics::of(messages);
        let person = conversation.person();
        let began = began(conversation);
        let by_user = messages.iter().filter(|message| message.role == Role::User);
        let first = by_user.clone().find_map(glimpse);
        let tag = |(key, value): (&'a String, &'a Value)| {
            let words = value
                .as_str()
                .map_or_else(|| value.to_string().into(), visible);
            (Safe(key), words)
        };
        Self {
            id: Safe(&conversation.id),
            source: conversation.source.name(),
            account: conversation.account.as_deref().map(Safe),
            at: began.map(Timestamp::unix_millis),
            offset: offset(conversation, times),
            shown: shown(began, times),
            channel: conversation.channel.as_deref().map(Safe),
            title: heading::title(conversation).map(|title| visible(&title).into_owned()),
            tags: conversation.tags.iter().map(tag).collect(),
            name: heading::person(conversation).map(Safe),
            user: person.map(|person| Safe(person.id)),
            glimpse: first
                .is_none()
                .then(|| messages.iter().find_map(glimpse))
                .flatten(),
            first,
            counts: Role::ALL.map(|role| metrics.messages_of(role)),
            answered: metrics.first_response.map(kept),
            by_agent: metrics.first_agent_response.map(kept),
            unanswered: metrics.is_unanswered(),
            media: messages
                .iter()
                .any(|message| !message.attachments.is_empty()),
            handover: conversation
                .handover
                .as_ref()
                .map(|talk| (talk.side, talk.conversation_id.as_deref().map(Safe))),
        }
    }
}

/// When a conversation began, as far as it is known.
fn began(conversation: &Conversation) -> Option<Timestamp> {
    let mut times = conversation.messages.iter();
    conversation
        .created_at
        .or_else(|| times.find_map(|message| message.created_at))
}

/// How many seconds the clock was ahead of UTC when it began.
fn offset(conversation: &Conversation, times: &TimeStyle) -> i32 {
    began(conversation).map_or(0, |time| times.zone().offset(time))
}

/// The messages of a conversation, in their order.
pub struct Messages<'a> {
    pub conversation: &'a Conversation,
    pub times: &'a TimeStyle,
}

impl Serialize for Messages<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut last = 0;
        let offset = offset(self.conversation, self.times);
        let messages = with_takeovers(self.conversation);
        serializer.collect_seq(messages.map(|(takeover, message)| {
            let at = message.created_at.map(Timestamp::unix_millis);
            let since = at.map(|at| at - mem::replace(&mut last, at));
            let mut turn = Turn::of(message, since, offset, self.times);
            turn.4.line = takeover.map(|takeover| visible(&takeover.to_string()).into_owned());
            turn
        }))
    }
}

/// A message: its role's first letter, the milliseconds since the message before it (since 1970 for the first one), the
/// vendor's id, its words, and what else it has.
#[derive(Serialize)]
struct Turn<'a>(
    &'static str,
    Option<i64>,
    Safe<'a>,
    String,
    #[serde(skip_serializing_if = "More::is_nothing")] More<'a>,
);

/// What a message may have besides its words.
#[derive(Default, Serialize)]
struct More<'a> {
    /// Who takes over before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
    /// Who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<Safe<'a>>,
    /// Its time in the user's own format.
    #[serde(skip_serializing_if = "Option::is_none")]
    shown: Option<String>,
    /// The clock's offset, if it is not that of the conversation's beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<i32>,
    /// Labels and values of what the user could choose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    options: Vec<(Safe<'a>, Option<Safe<'a>>)>,
    /// Links to files.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<File<'a>>,
    /// Its cards, which are in none of the above.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cards: Vec<Card>,
}

impl More<'_> {
    fn is_nothing(&self) -> bool {
        let Self {
            line,
            by,
            shown,
            offset,
            options,
            files,
            cards,
        } = self;
        line.is_none()
            && by.is_none()
            && shown.is_none()
            && offset.is_none()
            && options.is_empty()
            && files.is_empty()
            && cards.is_empty()
    }
}

impl<'a> Turn<'a> {
    /// `since` is its time as the page's data has it, and `offset` that of the conversation.
    fn of(message: &'a Message, since: Option<i64>, offset: i32, times: &TimeStyle) -> Self {
        let own = message.created_at.map(|time| times.zone().offset(time));
        let mut more = More {
            by: message.author.as_deref().map(Safe),
            shown: shown(message.created_at, times),
            offset: own.filter(|own| *own != offset),
            cards: Card::of(message),
            ..More::default()
        };
        let mut text = Cow::Borrowed("");
        if more.cards.is_empty() {
            let parts = wording::parts(message);
            let repeats = |link: &&Attachment| link.title.as_deref() == Some(&*parts.text);
            // Text that only repeats the title of a link is shown as that link.
            if !parts.attachments.iter().any(repeats) {
                text = parts.text;
            }
            let option =
                |option: &'a Choice| (Safe(&option.label), option.value.as_deref().map(Safe));
            more.options = parts.options.iter().map(option).collect();
            more.files = parts.attachments.into_iter().map(File::of).collect();
        }
        let text = visible(text.trim_end()).into_owned();
        Self(letter(message.role), since, Safe(&message.id), text, more)
    }
}

/// The first letter of a role's name.
fn letter(role: Role) -> &'static str {
    &role.name()[..1]
}

/// A time in the user's own format, if there is one.
fn shown(time: Option<Timestamp>, times: &TimeStyle) -> Option<String> {
    let time = time.filter(|_| times.is_custom())?;
    Some(visible(&times.show(time)).into_owned())
}

/// Milliseconds as `convexport stats` keeps them.
fn kept(span: Span) -> u64 {
    let millis = u64::try_from(span.to_std().as_millis()).unwrap_or(u64::MAX);
    if millis < PRECISE {
        millis
    } else {
        millis - millis % 1000
    }
}

/// The first words of a message, on one line. `None` if it has none.
fn glimpse(message: &Message) -> Option<String> {
    let mut words = String::new();
    for word in message.text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if let Some((end, _)) = words.char_indices().nth(GLIMPSE) {
            words.truncate(end);
            words.push('…');
            break;
        }
    }
    (!words.is_empty()).then(|| visible(&words).into_owned())
}
