//! Nights of a bot and a site that live, with kills at points chosen by what the fake has seen: the archive is the union
//! of everything that the vendors ever returned, and nothing is in it twice.

#![cfg(unix)]
#![expect(clippy::print_stdout, reason = "what was done is said")]

use std::collections::{BTreeMap, BTreeSet};

use super::{Nights, crash, mirrored, said, site_talk};
use crate::support::fake::{
    Action, BoostConversation, BoostFault, Conversation, DAY, Message, Rule, When, World,
};
use crate::support::{Convexport, clock, long_tests, wait_until};

const HOUR: i64 = DAY / 24;

/// Every conversation with the ids of its messages.
type All = BTreeMap<String, BTreeSet<String>>;

/// A conversation of the site: its number, and the id, time and type of its messages.
type Talk = (u64, Vec<(u64, i64, &'static str)>);

/// Which vendor a run asks.
#[derive(Clone, Copy, PartialEq)]
enum Vendor {
    Bot,
    Site,
}

struct Life {
    nights: Nights,
    random: fastrand::Rng,
    /// Everything that the vendors had at the end of some night.
    union: All,
    /// Messages that only a sweep is sure to find.
    late: BTreeSet<String>,
    /// Conversations whose oldest messages are gone, so their counts do not show a late one.
    aged: BTreeSet<String>,
    talks: Vec<Talk>,
    made: u64,
    kills: usize,
}

impl Life {
    fn new(seed: u64) -> Self {
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
    fn begin_all(&mut self, conversations: usize) {
        for _ in 0..conversations {
            self.begin(30 * DAY);
        }
        self.publish();
    }

    /// What happens at both vendors in a day.
    fn day(&mut self, events: usize) {
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
    fn grow(&mut self) {
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
    fn publish(&self) {
        let talks = self.talks.iter();
        let all =
            talks.map(|(id, messages)| BoostConversation::from_raw(&site_talk(*id, messages)));
        self.nights.fake.world().boost.conversations = all.collect();
    }

    fn run(&self, vendor: Vendor, sweep: bool) -> Convexport {
        let sweep = if sweep { " --sweep" } else { "" };
        match vendor {
            Vendor::Bot => self
                .nights
                .bot(&format!("-d bot -f json --concurrency 8{sweep}")),
            Vendor::Site => self.nights.site(&format!("-d site -f json{sweep}")),
        }
    }

    fn runs(&self) -> usize {
        let exists = self
            .nights
            .path("a.db")
            .metadata()
            .is_ok_and(|file| file.len() > 0);
        if exists {
            self.nights.sql("SELECT count(*) FROM runs")[0]
                .parse()
                .unwrap()
        } else {
            0
        }
    }

    /// Kills a run when the fake has seen a number of its requests, or holds it back then until something of it is in
    /// the archive. A run may end before that.
    fn kill(&mut self, vendor: Vendor, sweep: bool, requests: usize) {
        let holds = self.random.u8(0..10) == 0;
        let enough = self.random.usize(0..=requests);
        let before = self.runs();
        {
            let mut world = self.nights.fake.world();
            let stall = BoostFault::StallAfter(self.random.usize(0..self.talks.len()));
            world.boost.faults.clear();
            if vendor == Vendor::Site && self.random.bool() {
                world.boost.fault(When::Always, stall);
            }
            if holds {
                world
                    .faults
                    .insert(0, Rule::on("/v1/").from(enough.max(1)).answer(Action::Hang));
            }
        }
        let mut run = self.run(vendor, sweep).start();
        let fake = &self.nights.fake;
        wait_until("enough requests or the end", || {
            let is_held = fake.silent() > 0 && (!holds || self.runs() > before);
            let is_enough = !holds && fake.asked() >= enough && vendor == Vendor::Bot;
            is_held || is_enough || run.has_ended()
        });
        let ended = run.has_ended();
        if ended {
            run.end().ends(0, &[]);
        } else {
            run.kill();
            self.kills += 1;
        }
        if holds {
            self.nights.fake.world().faults.remove(0);
        }
        crash::check(&self.nights);
        if ended {
            // There must be something for the next one to do.
            self.grow();
            self.publish();
        }
    }

    /// One night: runs that are killed until there were enough of them, and those that bring everything. Returns how
    /// many requests the last one took.
    fn night(&mut self, kills: usize, sweep: bool, requests: usize) -> usize {
        while self.kills < kills {
            let vendor = if self.random.u8(0..3) == 0 {
                Vendor::Site
            } else {
                Vendor::Bot
            };
            self.kill(vendor, sweep, requests);
        }
        self.nights.fake.world().boost.faults.clear();
        self.nights
            .fake
            .world()
            .boost
            .fault(When::Every(2), BoostFault::ResetAfter(3));
        self.run(Vendor::Site, sweep).run().ends(0, &[]);
        self.run(Vendor::Bot, sweep).run().ends(0, &[]);
        let requests = self.nights.fake.asked();
        self.note_union();
        self.check(sweep);
        requests
    }

    fn note_union(&mut self) {
        for (id, messages) in super::truth(&self.nights.fake.world()) {
            self.union.entry(id).or_default().extend(messages);
        }
        for (id, messages) in &self.talks {
            let ids = messages.iter().map(|message| message.0.to_string());
            self.union.entry(id.to_string()).or_default().extend(ids);
        }
    }

    /// The archive is the union, except for what only a sweep must find; and the mirrors have the same.
    fn check(&mut self, sweep: bool) {
        if sweep {
            self.late.clear();
        }
        let archived = self.nights.archived();
        let on_time = |id: &String| !self.late.contains(id);
        let mut found = All::new();
        for (id, messages) in &archived {
            let set: BTreeSet<_> = messages.iter().filter(|id| on_time(id)).cloned().collect();
            let count = messages.iter().filter(|id| on_time(id)).count();
            assert_eq!(set.len(), count, "a message of {id} is there twice");
            found.insert(id.clone(), set);
        }
        let mut expected = self.union.clone();
        for messages in expected.values_mut() {
            messages.retain(|id| on_time(id));
        }
        assert_eq!(found, expected);
        let mut files = mirrored(&self.nights.path("bot"));
        files.extend(mirrored(&self.nights.path("site")));
        assert_eq!(files, archived);
    }
}

/// Thirty nights and a thousand kills when there is time for them.
#[test]
fn the_archive_is_the_union_of_everything_the_vendors_ever_returned() {
    let (nights, kills, conversations) = if long_tests() {
        (30, 1000, 80)
    } else {
        (3, 4, 25)
    };
    let mut life = Life::new(12);
    life.begin_all(conversations);
    let mut requests = conversations;
    for night in 0..nights {
        let sweep = night % 7 == 6 || night + 1 == nights;
        let wanted = kills * (night + 1) / nights;
        requests = life.night(wanted, sweep, requests);
        life.day(conversations / 8);
    }
    let messages: usize = life.union.values().map(BTreeSet::len).sum();
    println!(
        "{nights} nights, {} kills: {} conversations and {messages} messages, nothing lost or twice",
        life.kills,
        life.union.len()
    );
}
