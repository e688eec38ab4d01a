//! Counts conversations.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::document::{ByRole, Channel, Counts, Hour, Share, Stats, Totals, WEEKDAYS, Weekday};
use super::options::{By, Options};
use super::response::ResponseTimes;
use crate::model::{Conversation, Metrics, Role};
use crate::time::{Day, Span, Timestamp};

const CONVERSATION: Counts = Counts {
    conversations: 1,
    messages: 0,
};

const MESSAGE: Counts = Counts {
    conversations: 0,
    messages: 1,
};

/// What was counted so far.
#[derive(Debug)]
pub struct Tally {
    options: Options,
    totals: Totals,
    days: BTreeMap<Day, Counts>,
    hours: [Counts; 24],
    weekdays: [Counts; 7],
    undated: Counts,
    channels: BTreeMap<Option<String>, Counts>,
    roles: [Counts; Role::ALL.len()],
    unanswered: u64,
    responses: ResponseTimes,
    agent_responses: ResponseTimes,
}

impl Tally {
    /// A tally of nothing yet.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self {
            options,
            totals: Totals::default(),
            days: BTreeMap::new(),
            hours: Default::default(),
            weekdays: Default::default(),
            undated: Counts::default(),
            channels: BTreeMap::new(),
            roles: Default::default(),
            unanswered: 0,
            responses: ResponseTimes::default(),
            agent_responses: ResponseTimes::default(),
        }
    }

    /// Counts a conversation.
    pub fn add(&mut self, conversation: &Conversation) {
        let messages = &conversation.messages;
        let counts = Counts {
            conversations: 1,
            messages: messages.len() as u64,
        };
        self.totals.conversations += 1;
        self.totals.messages += counts.messages;
        self.add_to_channel(&conversation.channel, counts);
        self.count_at(began_at(conversation), CONVERSATION);
        for message in messages {
            self.count_at(message.created_at, MESSAGE);
        }
        self.add_metrics(&Metrics::of(messages));
    }

    fn add_metrics(&mut self, metrics: &Metrics) {
        let (first, last) = (metrics.first_message_at, metrics.last_message_at);
        let totals = &mut self.totals;
        totals.first_message_at = totals.first_message_at.into_iter().chain(first).min();
        totals.last_message_at = totals.last_message_at.into_iter().chain(last).max();
        for (role, counts) in Role::ALL.into_iter().zip(&mut self.roles) {
            let messages = metrics.messages_of(role) as u64;
            *counts += Counts {
                conversations: messages.min(1),
                messages,
            };
        }
        self.unanswered += u64::from(metrics.is_unanswered());
        for (waited, times) in [
            (metrics.first_response, &mut self.responses),
            (metrics.first_agent_response, &mut self.agent_responses),
        ] {
            if let Some(waited) = waited {
                times.add(millis(waited));
            }
        }
    }

    /// How many conversations and messages were counted.
    #[must_use]
    pub fn totals(&self) -> Counts {
        Counts {
            conversations: self.totals.conversations,
            messages: self.totals.messages,
        }
    }

    /// Counts at a time, by the calendar and clock of the time zone.
    fn count_at(&mut self, time: Option<Timestamp>, counts: Counts) {
        let Some(time) = time else {
            self.undated += counts;
            return;
        };
        let wall = self.options.zone.wall(time);
        *self.days.entry(wall.day).or_default() += counts;
        self.hours[wall.hour] += counts;
        self.weekdays[wall.day.weekday()] += counts;
    }

    #[expect(clippy::ref_option, reason = "the map has such keys")]
    fn add_to_channel(&mut self, name: &Option<String>, counts: Counts) {
        match self.channels.get_mut(name) {
            Some(known) => *known += counts,
            None => _ = self.channels.insert(name.clone(), counts),
        }
    }

    /// The numbers. They are `complete` if everything that was asked for was counted.
    #[must_use]
    pub fn stats(self, complete: bool) -> Stats {
        let by = self.options.by;
        let by = by.unwrap_or_else(|| By::of_range(&self.days));
        let all = self.totals.conversations;
        let with_agent = self.roles[Role::Agent as usize].conversations;
        Stats {
            complete,
            timezone: self.options.zone,
            totals: self.totals,
            by,
            periods: by.periods(&self.days),
            undated: self.undated,
            channels: channels(self.channels),
            roles: Role::ALL
                .into_iter()
                .zip(self.roles)
                .map(|(role, counts)| ByRole { role, counts })
                .collect(),
            with_agent: share(with_agent, all),
            unanswered: share(self.unanswered, all),
            first_response: self.responses.summed_up(),
            first_agent_response: self.agent_responses.summed_up(),
            hours: (0..)
                .zip(self.hours)
                .map(|(hour, counts)| Hour { hour, counts })
                .collect(),
            weekdays: WEEKDAYS
                .into_iter()
                .zip(self.weekdays)
                .map(|(weekday, counts)| Weekday { weekday, counts })
                .collect(),
        }
    }
}

/// When a conversation began, as far as it is known.
fn began_at(conversation: &Conversation) -> Option<Timestamp> {
    let mut times = conversation.messages.iter();
    conversation
        .created_at
        .or_else(|| times.find_map(|message| message.created_at))
}

fn millis(waited: Span) -> u64 {
    u64::try_from(waited.to_std().as_millis()).unwrap_or(u64::MAX)
}

fn channels(channels: BTreeMap<Option<String>, Counts>) -> Vec<Channel> {
    let mut channels: Vec<_> = channels
        .into_iter()
        .map(|(channel, counts)| Channel { channel, counts })
        .collect();
    // Those with the same number stay in the order of their names.
    channels.sort_by_key(|channel| Reverse(channel.counts.conversations));
    channels
}

fn share(conversations: u64, all: u64) -> Share {
    #[expect(clippy::cast_precision_loss, reason = "four digits are wanted")]
    let share = (all > 0).then(|| (conversations as f64 / all as f64 * 1e4).round() / 1e4);
    Share {
        conversations,
        share,
    }
}
