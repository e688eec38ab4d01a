//! What can be measured of a conversation. Rows and statistics show these numbers, and this is the only place that
//! defines them.
//!
//! The messages count in their order, which is the vendor's. Times may be missing, or in another order than the
//! messages; a duration that would then be negative is not known.

use std::collections::HashSet;

use super::conversation::{Message, Role};
use crate::time::{Span, Timestamp};

/// The numbers of a conversation.
#[derive(Debug)]
pub struct Metrics<'a> {
    /// The earliest time of a message.
    pub first_message_at: Option<Timestamp>,
    /// The latest time of a message.
    pub last_message_at: Option<Timestamp>,
    /// From the first message of the user to the first answer after it, by the bot or an agent. `None` when there is no
    /// answer, or one of the two messages has no time.
    pub first_response: Option<Span>,
    /// When an agent wrote for the first time.
    pub first_agent_at: Option<Timestamp>,
    /// The same as `first_response`, for the first answer by an agent.
    pub first_agent_response: Option<Span>,
    /// The names of the agents, each once, in the order in which they first wrote.
    pub agents: Vec<&'a str>,
    /// Who spoke last. The system does not speak.
    pub last_role: Option<Role>,
    /// How many messages each role has, in the order of [`Role::ALL`].
    counts: [usize; Role::ALL.len()],
}

impl<'a> Metrics<'a> {
    /// Measures these messages of a conversation.
    #[must_use]
    pub fn of(messages: &'a [Message]) -> Self {
        let times = || messages.iter().filter_map(|message| message.created_at);
        let of_agents = || {
            messages
                .iter()
                .filter(|message| message.role == Role::Agent)
        };
        let mut spoken = messages.iter().rev().map(|message| message.role);
        let mut counts = [0; Role::ALL.len()];
        for message in messages {
            counts[message.role as usize] += 1;
        }
        Self {
            first_message_at: times().min(),
            last_message_at: times().max(),
            first_response: first_response(messages, &[Role::Bot, Role::Agent]),
            first_agent_at: of_agents().next().and_then(|message| message.created_at),
            first_agent_response: first_response(messages, &[Role::Agent]),
            agents: distinct(of_agents().filter_map(|message| message.author.as_deref())),
            last_role: spoken.find(|role| *role != Role::System),
            counts,
        }
    }

    /// How many messages have this role.
    #[must_use]
    pub fn messages_of(&self, role: Role) -> usize {
        self.counts[role as usize]
    }

    /// From the earliest to the latest time of a message.
    #[must_use]
    pub fn duration(&self) -> Option<Span> {
        let (first, last) = (self.first_message_at?, self.last_message_at?);
        Some(last.distance(first))
    }

    /// Whether a human agent wrote in it.
    #[must_use]
    pub fn is_handed_over(&self) -> bool {
        self.messages_of(Role::Agent) > 0
    }

    /// Whether the user spoke last. Nobody waits for an answer to the system, and the system's words are no answer.
    #[must_use]
    pub fn is_unanswered(&self) -> bool {
        self.last_role == Some(Role::User)
    }
}

/// The time from the first message of the user to the first message after it by one of these roles.
fn first_response(messages: &[Message], roles: &[Role]) -> Option<Span> {
    let mut messages = messages.iter();
    let asked = messages.find(|message| message.role == Role::User)?;
    let answered = messages.find(|message| roles.contains(&message.role))?;
    let (asked, answered) = (asked.created_at?, answered.created_at?);
    (asked <= answered).then(|| answered.distance(asked))
}

/// Each text once, in the order of its first occurrence.
fn distinct<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    texts.filter(|text| seen.insert(*text)).collect()
}
