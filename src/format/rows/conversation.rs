//! A conversation as one flat row, with its metrics.

use schemars::JsonSchema;
use serde::Serialize;

use super::cell::Cell;
use crate::model::{Conversation, Metrics, Role, Vendor};
use crate::time::{Span, Timestamp};

/// The names of the columns, in their order.
pub const COLUMNS: [&str; 29] = [
    "source",
    "account",
    "conversation_id",
    "title",
    "channel",
    "created_at",
    "updated_at",
    "first_message_at",
    "last_message_at",
    "duration_seconds",
    "messages",
    "user_messages",
    "bot_messages",
    "agent_messages",
    "first_response_seconds",
    "first_agent_at",
    "first_agent_seconds",
    "handed_over",
    "agents",
    "last_role",
    "unanswered",
    "languages",
    "feedback",
    "goals",
    "unknown_answers",
    "transfer_to_human",
    "tags",
    "user_id",
    "user_name",
];

/// The columns, in their order. Nested values are JSON text. "First" and "last" message mean the order of the messages,
/// and a number that cannot be known is null.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ConversationRow<'a> {
    /// The vendor it was exported from. Together with `account` and `conversation_id` it identifies the row.
    pub source: Vendor,
    /// The id of the Botpress bot, or the host of the boost.ai site.
    pub account: Option<&'a str>,
    /// The vendor's id of the conversation.
    pub conversation_id: &'a str,
    /// What it is about, if the vendor says so.
    pub title: Option<&'a str>,
    /// Where it took place.
    pub channel: Option<&'a str>,
    /// When it began, as the vendor says.
    pub created_at: Option<Timestamp>,
    /// When it last changed, if the vendor says so.
    pub updated_at: Option<Timestamp>,
    /// The earliest time of a message, null when no message has a time.
    pub first_message_at: Option<Timestamp>,
    /// The latest time of a message, null when no message has a time.
    pub last_message_at: Option<Timestamp>,
    /// The seconds from `first_message_at` to `last_message_at`.
    pub duration_seconds: Option<f64>,
    /// How many messages it has, those of the system included.
    pub messages: usize,
    /// How many messages have the role `user`.
    pub user_messages: usize,
    /// How many messages have the role `bot`.
    pub bot_messages: usize,
    /// How many messages have the role `agent`.
    pub agent_messages: usize,
    /// The seconds from the first message of the user to the first message of the bot or an agent after it, null when
    /// there is none, when one of the two has no time, or when the answer's time is the earlier one.
    pub first_response_seconds: Option<f64>,
    /// The time of the first message of an agent, null when there is none or it has no time.
    pub first_agent_at: Option<Timestamp>,
    /// The seconds from the first message of the user to the first message of an agent after it, null as in
    /// `first_response_seconds`.
    pub first_agent_seconds: Option<f64>,
    /// Whether a human agent wrote in it.
    pub handed_over: bool,
    /// The known names of its agents, each once, in the order in which they first wrote, as JSON.
    pub agents: String,
    /// The role of the last message that is not the system's, null when there is none.
    pub last_role: Option<Role>,
    /// Whether the user spoke last, that is, whether `last_role` is `user`.
    pub unanswered: bool,
    /// The languages that boost.ai recognised in what the user wrote, each once, in the order of the messages, as JSON:
    /// `[]` for Botpress, and where the vendor's records were left out.
    pub languages: String,
    /// The user's rating of the conversation, such as `thumbs_up`, by boost.ai's API v4. Null where there is none.
    pub feedback: Option<&'a str>,
    /// The goals that were reached, by boost.ai's API v4, as JSON: their names, or ids. `[]` for other sources.
    pub goals: String,
    /// How many messages the bot did not understand, by boost.ai's API v4. Null for other sources.
    pub unknown_answers: Option<u64>,
    /// Whether the bot was to hand the conversation to a human, by boost.ai's API v4. Null for other sources.
    pub transfer_to_human: Option<bool>,
    /// The vendor's tags, as JSON.
    pub tags: String,
    /// The vendor's id of the person who talks to the bot: the one of the first message of the user that has an id.
    pub user_id: Option<&'a str>,
    /// The name of that person: the author of that message, else the name of that user in `users`, null when neither is
    /// known.
    pub user_name: Option<&'a str>,
}

impl<'a> ConversationRow<'a> {
    /// The row of a conversation.
    ///
    /// # Errors
    /// When a tag cannot be written as JSON.
    pub fn of(conversation: &'a Conversation) -> serde_json::Result<Self> {
        let metrics = Metrics::of(&conversation.messages);
        let person = conversation.person();
        Ok(Self {
            source: conversation.source,
            account: conversation.account.as_deref(),
            conversation_id: &conversation.id,
            title: conversation.title.as_deref(),
            channel: conversation.channel.as_deref(),
            created_at: conversation.created_at,
            updated_at: conversation.updated_at,
            first_message_at: metrics.first_message_at,
            last_message_at: metrics.last_message_at,
            duration_seconds: metrics.duration().map(Span::as_seconds),
            messages: conversation.messages.len(),
            user_messages: metrics.messages_of(Role::User),
            bot_messages: metrics.messages_of(Role::Bot),
            agent_messages: metrics.messages_of(Role::Agent),
            first_response_seconds: metrics.first_response.map(Span::as_seconds),
            first_agent_at: metrics.first_agent_at,
            first_agent_seconds: metrics.first_agent_response.map(Span::as_seconds),
            handed_over: metrics.is_handed_over(),
            agents: serde_json::to_string(&metrics.agents)?,
            last_role: metrics.last_role,
            unanswered: metrics.is_unanswered(),
            languages: serde_json::to_string(&conversation.languages())?,
            feedback: conversation.feedback(),
            goals: serde_json::to_string(conversation.goals())?,
            unknown_answers: conversation.unknown_answers(),
            transfer_to_human: conversation.transfer_to_human(),
            tags: serde_json::to_string(&conversation.tags)?,
            user_id: person.map(|person| person.id),
            user_name: person.and_then(|person| person.name),
        })
    }

    /// The values for a table, in the order of [`COLUMNS`].
    #[must_use]
    pub fn cells(&self) -> [Cell<'_>; COLUMNS.len()] {
        [
            self.source.name().into(),
            self.account.into(),
            self.conversation_id.into(),
            self.title.into(),
            self.channel.into(),
            self.created_at.into(),
            self.updated_at.into(),
            self.first_message_at.into(),
            self.last_message_at.into(),
            self.duration_seconds.into(),
            Cell::Number(self.messages),
            Cell::Number(self.user_messages),
            Cell::Number(self.bot_messages),
            Cell::Number(self.agent_messages),
            self.first_response_seconds.into(),
            self.first_agent_at.into(),
            self.first_agent_seconds.into(),
            Cell::Flag(self.handed_over),
            (&self.agents).into(),
            self.last_role.map(Role::name).into(),
            Cell::Flag(self.unanswered),
            (&self.languages).into(),
            self.feedback.into(),
            (&self.goals).into(),
            self.unknown_answers.into(),
            self.transfer_to_human.into(),
            (&self.tags).into(),
            self.user_id.into(),
            self.user_name.into(),
        ]
    }
}
