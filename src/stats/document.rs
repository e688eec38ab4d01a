//! The statistics, as their JSON shows them.

use std::ops::AddAssign;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};

use super::options::By;
use crate::model::Role;
use crate::time::{Day, Timestamp, Zone};

/// The days of the week, in the order of [`Day::weekday`].
pub const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Numbers about all selected conversations.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Stats {
    /// Whether everything that was asked for could be read. Otherwise these are the numbers of what could be read.
    pub complete: bool,
    /// The time zone of days and hours. `local` is the machine's.
    #[serde(serialize_with = "shown")]
    #[schemars(with = "String")]
    pub timezone: Zone,
    /// Numbers about everything.
    pub totals: Totals,
    /// How long the periods are.
    pub by: By,
    /// Each period, from the first to the last. A conversation belongs to the period in which it began, a message to the
    /// one in which it was sent. An empty period is listed too, unless it is in a gap of more than 366 periods.
    pub periods: Vec<Period>,
    /// What has no time, and so is in no period, hour or day of the week. A conversation without a time counts from its
    /// first message that has one.
    pub undated: Counts,
    /// Each channel. The one with the most conversations comes first.
    pub channels: Vec<Channel>,
    /// Each role.
    pub roles: Vec<ByRole>,
    /// Conversations in which a human agent wrote.
    pub with_agent: Share,
    /// Conversations in which nobody answered the last message of the user. Messages of the system are no answer.
    pub unanswered: Share,
    /// From the first message of the user to the first answer of the bot or an agent after it.
    pub first_response: ResponseTime,
    /// From the first message of the user to the first message of an agent after it.
    pub first_agent_response: ResponseTime,
    /// Each hour of the day.
    pub hours: Vec<Hour>,
    /// Each day of the week.
    pub weekdays: Vec<Weekday>,
}

/// Numbers about everything.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Totals {
    /// How many conversations.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
    /// When the first message was sent.
    pub first_message_at: Option<Timestamp>,
    /// When the last message was sent.
    pub last_message_at: Option<Timestamp>,
}

/// How much there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// How many conversations.
    pub conversations: u64,
    /// How many messages.
    pub messages: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.messages += other.messages;
    }
}

/// A day, week or month.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Period {
    /// Its first day.
    pub start: Day,
    /// What began and was sent in it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A channel.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Channel {
    /// Its name. Null for conversations that name no channel.
    pub channel: Option<String>,
    /// What it has.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A role.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ByRole {
    /// Who wrote.
    pub role: Role,
    /// The messages of this role, and the conversations that have one.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A part of the conversations.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Share {
    /// How many conversations.
    pub conversations: u64,
    /// The part of all conversations that this is, from 0 to 1, with four digits. Null when there are none.
    pub share: Option<f64>,
}

/// How long users waited. Percentiles are interpolated, as spreadsheets do it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ResponseTime {
    /// How many conversations have such an answer, with a time.
    pub conversations: u64,
    /// Half of the users waited at most this long. Null when there are none.
    pub median_seconds: Option<f64>,
    /// Nine of ten users waited at most this long. Null when there are none.
    pub p90_seconds: Option<f64>,
}

/// An hour of the day.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Hour {
    /// 0 is the hour after midnight.
    #[schemars(range(max = 23))]
    pub hour: usize,
    /// What began and was sent in it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A day of the week.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Weekday {
    /// Its name in English.
    #[schemars(extend("enum" = WEEKDAYS))]
    pub weekday: &'static str,
    /// What began and was sent on it.
    #[serde(flatten)]
    pub counts: Counts,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn shown<S: Serializer>(zone: &Zone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(zone)
}
