//! A bot and a site that live: conversations begin, grow, age, are answered late and are deleted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Nights, said, site_talk};
use crate::support::clock;
use crate::support::fake::{BoostConversation, Conversation, DAY, Message, Rule, World};

const HOUR: i64 = DAY / 24;

/// Every conversation with the ids of its messages.
pub type All = BTreeMap<String, BTreeSet<String>>;

/// A conversation of the site: its number, and the id, time and type of its messages.
pub type Talk = (u64, Vec<(u64, i64, &'static str)>);

pub struct Life {
    pub nights: Nights,
    pub random: fastrand::Rng,
    /// Everything that the vendors had at the end of some night.
    pub union: All,
    /// Messages that only a sweep is sure to find.
    pub late: BTreeSet<String>,
    /// Conversations whose oldest messages are gone, so their counts do not show a late one.
    aged: BTreeSet<String>,
    pub talks: Vec<Talk>,
    made: u64,
    /// How many runs were killed.
    pub kills: usize,
}

impl Life {
    pub fn new(seed: u64) -> Self {
        let world = World::new().rule(Rule::every_nth_in_quick_ways(30));
        Self {
            nights: Nights::new(world),
            random: fastrand::Rng::with_seed(seed),
            union: All::new(),
            late: BTreeSet::new(),
            aged: BTreeSet::new(),
            talks: Vec::new(),
            made: 0,
            kills: 0,
        }
    }

    fn number(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// What happens at both vendors before the first night.
    pub fn begin_all(&mut self, conversations: usize) {
        for _ in 0..conversations {
            self.begin(30 * DAY);
        }
        self.publish();
    }

    /// What happens at both vendors in a day.
    pub fn day(&mut self, events: usize) {
        self.begin(HOUR / 2);
        for _ in 0..events {
            self.grow();
            self.age();
            self.come_late();
        }
        self.begin(HOUR / 2);
        self.delete();
        self.publish();
    }

    /// A conversation with some messages begins at both vendors. The bot's vendor counts those of every second one.
    fn begin(&mut self, ago: i64) {
        let number = self.number();
        let id = format!("c{number}");
        let at = clock() - self.random.i64(10_000..ago);
        let mut known = Conversation::new(&id, at);
        known.message_count = number.is_multiple_of(2).then_some(0);
        for place in 0..self.random.i64(0..30) {
            let message = said(
                &format!("m{}", self.number()),
                &id,
                at + place * 100,
                "words",
            );
            known.add(Message::from_raw(&message));
        }
        self.nights.fake.world().conversations.push(known);
        let mut messages = Vec::new();
        for place in 0..self.random.i64(1..8) {
            let kind = if place % 2 == 0 { "question" } else { "answer" };
            messages.push((self.number(), at + place * 100, kind));
        }
        self.talks.push((number, messages));
    }

    /// The id of any conversation of the bot.
    fn any(&mut self) -> String {
        let world = self.nights.fake.world();
        let place = self.random.usize(0..world.conversations.len());
        world.conversations[place].id.clone()
    }

    /// Somebody writes to the bot, and somebody to the site.
    pub fn grow(&mut self) {
        let (id, number) = (self.any(), self.number());
        let message = said(&format!("m{number}"), &id, clock(), "more");
        self.nights
            .fake
            .world()
            .get_mut(&id)
            .add(Message::from_raw(&message));
        let (place, number) = (self.random.usize(0..self.talks.len()), self.number());
        self.talks[place].1.push((number, clock(), "question"));
    }

    /// The oldest messages of a conversation reach their age.
    fn age(&mut self) {
        let id = self.any();
        {
            let mut world = self.nights.fake.world();
            let known = world.get_mut(&id);
            let waits = known
                .messages
                .iter()
                .any(|message| self.late.contains(&message.id));
            let gone = known.messages.len().min(3);
            if !waits && gone > 0 {
                known.messages.drain(..gone);
                known.message_count = known.message_count.map(|count| count - gone as u64);
                self.aged.insert(id);
            }
        }
        let place = self.random.usize(0..self.talks.len());
        let messages = &mut self.talks[place].1;
        let waits = messages
            .iter()
            .any(|message| self.late.contains(&message.0.to_string()));
        if !waits && messages.len() > 1 {
            messages.remove(0);
        }
    }

    /// What no list of new things has: an old message comes to a conversation that is counted, and an agent answers a
    /// question of last week.
    fn come_late(&mut self) {
        let (id, number) = (self.any(), self.number());
        {
            let mut world = self.nights.fake.world();
            let known = world.get_mut(&id);
            if known.message_count.is_some() && !self.aged.contains(&id) {
                let name = format!("m{number}");
                let message = said(&name, &id, known.created_at + 1, "late");
                known.add(Message::from_raw(&message));
                self.late.insert(name);
            }
        }
        let number = self.number();
        let week = clock() - 7 * DAY..clock() - DAY;
        let asked = |talk: &&mut Talk| {
            let last = talk.1.last();
            last.is_some_and(|last| last.2 == "question" && week.contains(&last.1))
        };
        if let Some(talk) = self.talks.iter_mut().find(asked) {
            talk.1.push((number, clock(), "answer"));
            self.late.insert(number.to_string());
        }
    }

    /// A conversation is deleted. One with something late stays until that was seen.
    fn delete(&mut self) {
        let id = self.any();
        let mut world = self.nights.fake.world();
        let messages = &world.find(&id).unwrap().messages;
        if !messages
            .iter()
            .any(|message| self.late.contains(&message.id))
        {
            world.delete_conversation(&id);
        }
    }

    /// Lets the site have its conversations.
    pub fn publish(&self) {
        let talks = self.talks.iter();
        let all =
            talks.map(|(id, messages)| BoostConversation::from_raw(&site_talk(*id, messages)));
        self.nights.fake.world().boost.conversations = all.collect();
    }

    pub fn note_union(&mut self) {
        for (id, messages) in super::truth(&self.nights.fake.world()) {
            self.union.entry(id).or_default().extend(messages);
        }
        // The site returns a conversation by what its user did. One whose questions have all reached their age never comes.
        let returned = |talk: &&Talk| talk.1.iter().any(|message| message.2 == "question");
        for (id, messages) in self.talks.iter().filter(returned) {
            let ids = messages.iter().map(|message| message.0.to_string());
            self.union.entry(id.to_string()).or_default().extend(ids);
        }
    }
}
