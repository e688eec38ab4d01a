//! Human handover: who spoke, as the vendor's plugin writes it (vendors/botpress.md, Human handover).
//!
//! The sessions are made by the plugin's rules: each message is copied into the other conversation, in the bot's name
//! and with the id of the original in a tag.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::fake::{Conversation, DAY, Fake, Message, User, World, utc};
use crate::support::{botpress, clock, convexport, long_tests, records};

const BOT: &str = "user_01BOT00000000000000000000";
const CUSTOMER: &str = "user_01CUSTOMER0000000000000000";
const AGENTS: [(&str, &str); 2] = [
    ("user_01AGENTKARI000000000000000", "Kari Nordmann"),
    ("user_01AGENTOLA0000000000000000", "Ola Hansen"),
];
const ALIASES: [&str; 4] = ["hitl", "my-desk", "a#b", ""];

/// The conversations of one customer, while they are made.
pub struct Talk {
    number: usize,
    alias: &'static str,
    pub customer: Conversation,
    /// One for each session.
    pub tickets: Vec<Conversation>,
    at: i64,
    made: usize,
    /// What is said next. Without it each message has words of its own.
    pub words: Option<&'static str>,
    /// Who spoke, by the id of the message.
    pub roles: BTreeMap<String, &'static str>,
    /// What was said, and by whom. The words of each message are its own, and a copy repeats them.
    pub said: BTreeMap<String, &'static str>,
}

impl Talk {
    pub fn new(number: usize, alias: &'static str) -> Self {
        Self::begun(number, alias, clock() - 5 * DAY)
    }

    pub fn begun(number: usize, alias: &'static str, at: i64) -> Self {
        Self {
            number,
            alias,
            customer: Conversation::new(&format!("conv_01C{number:023}"), at),
            tickets: Vec::new(),
            at,
            made: 0,
            words: None,
            roles: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    fn key(&self, name: &str) -> String {
        match self.alias {
            "" => name.to_owned(),
            alias => format!("{alias}#{name}"),
        }
    }

    /// Writes a message of this type with words of its own. Returns its id and its words.
    fn say(
        &mut self,
        to_ticket: bool,
        role: &'static str,
        user: &str,
        kind: &str,
        tags: &Value,
    ) -> (String, String) {
        let own = || format!("words {}.{}", self.number, self.made);
        let words = self.words.map_or_else(own, str::to_owned);
        self.said.insert(words.clone(), role);
        let direction = match (role, to_ticket) {
            ("user", false) | ("agent", true) => "incoming",
            _ => "outgoing",
        };
        let id = self.put(to_ticket, role, user, direction, kind, &words, tags);
        (id, words)
    }

    /// Copies a message in the bot's name, with the id of the original in a tag.
    fn copy(&mut self, to_ticket: bool, role: &'static str, tag: &str, original: (String, String)) {
        let (id, words) = original;
        let tags = json!({self.key(tag): id, "other#additionalData": "x"});
        self.put(to_ticket, role, BOT, "outgoing", "text", &words, &tags);
    }

    #[expect(clippy::too_many_arguments, reason = "a message has as many parts")]
    fn put(
        &mut self,
        to_ticket: bool,
        role: &'static str,
        user: &str,
        direction: &str,
        kind: &str,
        words: &str,
        tags: &Value,
    ) -> String {
        self.made += 1;
        self.at += 1000;
        let id = format!("msg_01{:05}{:021}", self.number, self.made);
        let known = if to_ticket {
            self.tickets.last_mut().unwrap()
        } else {
            &mut self.customer
        };
        let raw = json!({"id": id, "createdAt": utc(self.at), "conversationId": known.id, "userId": user,
            "type": kind, "direction": direction, "payload": {"text": words}, "tags": tags});
        known.add(Message::from_raw(&raw.to_string()));
        self.roles.insert(id.clone(), role);
        id
    }

    /// The customer writes; during a session the plugin copies it.
    pub fn customer_says(&mut self, in_session: bool) {
        // Not every tag of that name is one of the plugin.
        let own = json!({"crm#downstream": "yes", "upstream": "no id"});
        let original = self.say(false, "user", CUSTOMER, "text", &own);
        if in_session {
            self.copy(true, "user", "upstream", original);
        }
    }

    pub fn bot_says(&mut self) {
        let own = json!({"downstream": "eu-west-1"});
        self.say(false, "bot", BOT, "text", &own);
    }

    pub fn agent_says(&mut self, agent: usize) {
        let original = self.say(true, "agent", AGENTS[agent].0, "text", &json!({}));
        self.copy(false, "agent", "downstream", original);
    }

    /// A message of a type that is not copied.
    fn agent_notes(&mut self, agent: usize) {
        self.say(true, "agent", AGENTS[agent].0, "note", &json!({}));
    }

    /// What the plugin itself says, in either conversation.
    pub fn plugin_says(&mut self, to_ticket: bool) {
        self.say(to_ticket, "bot", BOT, "text", &json!({}));
    }

    /// Opens the ticket of the next session.
    pub fn open_ticket(&mut self) {
        let ticket = format!("conv_01T{:03}{:020}", self.tickets.len(), self.number);
        self.tickets.push(Conversation::new(&ticket, self.at + 1));
    }

    /// A session with an agent, or one that no agent takes.
    pub fn session(&mut self, agents: &[usize], turns: usize) {
        self.open_ticket();
        self.plugin_says(false);
        self.customer_says(true);
        for &agent in agents {
            self.plugin_says(false);
            for _ in 0..turns {
                self.agent_says(agent);
                self.customer_says(true);
            }
            self.agent_notes(agent);
        }
        self.plugin_says(true);
        self.plugin_says(false);
        self.tag(agents);
    }

    /// Tags both conversations, as the plugin does at the end of a session.
    pub fn tag(&mut self, agents: &[usize]) {
        // A later session overwrites the tags of the one before.
        let name = agents
            .last()
            .map_or("A Human Agent", |agent| AGENTS[*agent].1);
        let customer = self.customer.id.clone();
        let shared = [
            (self.key("humanAgentName"), name.to_owned()),
            (self.key("hitlEndReason"), "agent-closed-ticket".to_owned()),
        ];
        self.customer.tags = vec![
            (
                self.key("downstream"),
                self.tickets.last().unwrap().id.clone(),
            ),
            ("topic".into(), "returns".into()),
        ];
        let mut tags = vec![(self.key("upstream"), customer)];
        for tag in shared {
            self.customer.tags.push(tag.clone());
            tags.push(tag);
        }
        self.tickets.last_mut().unwrap().tags = tags;
    }
}

/// A talk of any course.
pub fn any_talk(number: usize, random: &mut fastrand::Rng) -> Talk {
    let mut talk = Talk::new(number, ALIASES[random.usize(..ALIASES.len())]);
    for _ in 0..random.usize(1..4) {
        talk.customer_says(false);
        talk.bot_says();
    }
    for _ in 0..random.usize(1..3) {
        let agents = match random.u8(..4) {
            // Nobody came in time.
            0 => vec![],
            // It was passed on.
            1 => vec![0, 1],
            _ => vec![random.usize(..2)],
        };
        talk.session(&agents, random.usize(1..4));
        talk.customer_says(false);
        talk.bot_says();
    }
    match random.u8(..6) {
        // The owner took the tags away, or has tags of the same names.
        0 => talk.customer.tags.clear(),
        1 => talk
            .tickets
            .iter_mut()
            .for_each(|ticket| ticket.tags.clear()),
        2 => talk
            .customer
            .tags
            .push(("shop#upstream".into(), "warehouse".into())),
        _ => {}
    }
    talk
}

/// The role of each message in an export.
fn roles(jsonl: &str) -> BTreeMap<String, String> {
    let all = records(jsonl);
    let messages = all
        .iter()
        .flat_map(|one| one["messages"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    messages
        .map(|message| (text(&message["id"]), text(&message["role"])))
        .collect()
}

#[test]
fn every_word_is_said_by_who_said_it() {
    let sessions = if long_tests() { 1000 } else { 150 };
    let mut random = fastrand::Rng::with_seed(13);
    let mut world = World::new();
    let mut expected = BTreeMap::new();
    for number in 0..sessions {
        let talk = any_talk(number, &mut random);
        expected.extend(
            talk.roles
                .iter()
                .map(|(id, role)| (id.clone(), (*role).to_owned())),
        );
        // The customer's conversation may be gone, or of another bot.
        if random.u8(..10) > 0 {
            world.conversations.push(talk.customer);
        } else {
            expected.retain(|id, _| {
                !talk
                    .customer
                    .messages
                    .iter()
                    .any(|message| message.id == *id)
            });
        }
        world.conversations.extend(talk.tickets);
    }
    let fake = Fake::start(world);
    assert_eq!(roles(&botpress(&fake, "-f jsonl").stdout()), expected);
}

/// A talk with one session: the agent is Kari.
pub fn one_session() -> (World, String, String) {
    let mut talk = Talk::new(1, "hitl");
    talk.customer_says(false);
    talk.bot_says();
    talk.session(&[0], 2);
    talk.customer_says(false);
    let ids = (talk.customer.id.clone(), talk.tickets[0].id.clone());
    let mut world = World::new().conversation(talk.customer);
    world.conversations.append(&mut talk.tickets);
    world.users = people();
    (world, ids.0, ids.1)
}

/// The bot, the customer and the first agent.
pub fn people() -> Vec<User> {
    let people = [(BOT, "Helper"), (CUSTOMER, "Ana Lima"), AGENTS[0]];
    people
        .map(|(id, name)| User {
            id: id.to_owned(),
            name: Some(name.to_owned()),
            ..User::default()
        })
        .to_vec()
}

/// The authors of a conversation's messages, by role.
pub fn authors(jsonl: &str, conversation: &str) -> Vec<String> {
    let all = records(jsonl);
    let one = all.iter().find(|one| one["id"] == conversation).unwrap();
    let messages = one["messages"].as_array().unwrap().iter();
    let mut found: Vec<_> = messages
        .map(|message| format!("{} {}", message["role"], message["author"]).replace('"', ""))
        .collect();
    found.sort();
    found.dedup();
    found
}

#[test]
fn an_agent_has_a_name_where_it_is_known() {
    let (world, customer, ticket) = one_session();
    let fake = Fake::start(world);
    let bare = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(
        authors(&bare, &customer),
        ["agent Kari Nordmann", "bot null", "user null"]
    );
    assert_eq!(
        authors(&bare, &ticket),
        ["agent Kari Nordmann", "bot null", "user null"]
    );
    // The user of a copy is the bot, so its name is nobody's there.
    let named = botpress(&fake, "-f jsonl --with-users").stdout();
    assert_eq!(
        authors(&named, &customer),
        ["agent Kari Nordmann", "bot Helper", "user Ana Lima"]
    );
    assert_eq!(
        authors(&named, &ticket),
        ["agent Kari Nordmann", "bot Helper", "user null"]
    );
    let all = records(&named);
    let of = |id: &str| all.iter().find(|one| one["id"] == id).unwrap()["users"].clone();
    let people = |id: &str| {
        let users = of(id);
        let users = users.as_array().unwrap().iter();
        let mut users: Vec<_> = users
            .map(|user| format!("{} {}", user["role"], user["name"]))
            .collect();
        users.sort();
        users.join(", ").replace('"', "")
    };
    assert_eq!(people(&customer), "bot Helper, user Ana Lima");
    assert_eq!(people(&ticket), "agent Kari Nordmann, bot Helper");
}

#[test]
fn only_the_last_of_two_sessions_has_the_name_of_the_tag() {
    let mut talk = Talk::new(2, "desk");
    talk.session(&[0], 1);
    talk.bot_says();
    talk.session(&[1], 1);
    let id = talk.customer.id.clone();
    let fake = Fake::start(World::new().conversation(talk.customer));
    let found = authors(&botpress(&fake, "-f jsonl").stdout(), &id);
    assert_eq!(
        found,
        ["agent Ola Hansen", "agent null", "bot null", "user null"]
    );
}

#[test]
fn an_agent_who_has_not_written_yet_gives_no_name_to_the_one_before() {
    let mut talk = Talk::new(2, "desk");
    talk.session(&[0], 1);
    talk.customer_says(false);
    let start = talk.customer.messages.last().unwrap().id.clone();
    talk.bot_says();
    talk.open_ticket();
    talk.customer_says(true);
    talk.tag(&[1]);
    talk.customer
        .tags
        .push(("desk#startMessageId".into(), start));
    let id = talk.customer.id.clone();
    let fake = Fake::start(World::new().conversation(talk.customer));
    let found = authors(&botpress(&fake, "-f jsonl").stdout(), &id);
    assert_eq!(found, ["agent null", "bot null", "user null"]);
}

/// The handover of each conversation in an export.
fn handovers(jsonl: &str) -> BTreeMap<String, Value> {
    let all = records(jsonl).into_iter();
    all.map(|one| {
        let id = one["id"].as_str().unwrap().to_owned();
        (id, one["handover"].clone())
    })
    .collect()
}

#[test]
fn a_conversation_says_where_the_other_side_of_its_handover_is() {
    let (mut world, customer, ticket) = one_session();
    world
        .conversations
        .push(Conversation::new("plain", clock()));
    let fake = Fake::start(world);
    let expected = BTreeMap::from([
        (
            customer.clone(),
            json!({"side": "customer", "conversation_id": ticket, "agent": "Kari Nordmann", "ended": "agent-closed-ticket"}),
        ),
        (
            ticket.clone(),
            json!({"side": "ticket", "conversation_id": customer, "agent": "Kari Nordmann", "ended": "agent-closed-ticket"}),
        ),
        ("plain".to_owned(), Value::Null),
    ]);
    let whole = botpress(&fake, "-f jsonl").stdout();
    assert_eq!(handovers(&whole), expected);
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    let again = convexport("render a.db -f jsonl").within(folder.path());
    assert_eq!(again.stdout(), whole);
}

#[test]
fn without_tags_the_messages_tell_of_a_handover() {
    let mut talk = Talk::new(3, "hitl");
    talk.session(&[0], 1);
    talk.customer.tags = vec![("downstream".into(), "no id".into())];
    let mut ticket = talk.tickets.remove(0);
    ticket.tags.clear();
    let ids = (talk.customer.id.clone(), ticket.id.clone());
    let world = World::new().conversation(talk.customer);
    let fake = Fake::start(world.conversation(ticket));
    let known =
        |side: &str| json!({"side": side, "conversation_id": null, "agent": null, "ended": null});
    let expected = BTreeMap::from([(ids.0, known("customer")), (ids.1, known("ticket"))]);
    assert_eq!(handovers(&botpress(&fake, "-f jsonl").stdout()), expected);
}

#[test]
fn the_plugins_title_is_the_title() {
    let titled = |id: &str, tags: &[(&str, &str)]| {
        let mut talk = Conversation::new(id, clock());
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        talk.tags = tags.iter().map(own).collect();
        talk
    };
    let world = World::new()
        .conversation(titled(
            "a",
            &[("insights#title", "A lost parcel"), ("title", "Dr")],
        ))
        .conversation(titled(
            "b",
            &[
                ("title", "Dr"),
                ("insights#summary", "..."),
                ("my#ai#title", " "),
            ],
        ));
    let fake = Fake::start(world);
    let mut found: Vec<_> = records(&botpress(&fake, "-f jsonl").stdout())
        .iter()
        .map(|one| (one["id"].clone(), one["title"].clone()))
        .collect();
    found.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(
        found,
        [
            (json!("a"), json!("A lost parcel")),
            (json!("b"), Value::Null)
        ]
    );
}

/// The archive asks only for new messages then, and none of them shows that the conversation is a ticket.
#[test]
fn an_archive_remembers_that_a_conversation_is_a_ticket() {
    let mut talk = Talk::new(4, "hitl");
    talk.session(&[0], 1);
    let mut ticket = talk.tickets.remove(0);
    ticket.tags.clear();
    let agent_writes = |ticket: &mut Conversation, id: &str, at: i64| {
        let raw = json!({"id": id, "createdAt": utc(at), "conversationId": ticket.id, "userId": AGENTS[0].0,
            "type": "text", "direction": "incoming", "payload": {"text": "late"}, "tags": {}});
        ticket.add(Message::from_raw(&raw.to_string()));
    };
    agent_writes(&mut ticket, "late", talk.at + DAY);
    let fake = Fake::start(World::new().conversation(ticket));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        botpress(&fake, "--archive a.db")
            .within(folder.path())
            .stdout()
    };
    run();
    agent_writes(&mut fake.world().conversations[0], "later", clock());
    run();
    let text = convexport("render a.db --no-raw -f jsonl").within(folder.path());
    let roles = roles(&text.stdout());
    assert_eq!((&*roles["late"], &*roles["later"]), ("agent", "agent"));
}

#[test]
fn transcripts_say_agent() {
    let (world, customer, _) = one_session();
    let fake = Fake::start(world);
    let text = botpress(&fake, "--conversation").arg(&customer).stdout();
    let speakers: Vec<_> = text
        .lines()
        .filter_map(|line| match line.strip_suffix(" ---") {
            Some(takeover) => Some(takeover),
            None => line.split_once(": words").map(|(speaker, _)| speaker),
        })
        .collect();
    let expected = [
        "User",
        "Bot",
        "Bot",
        "User",
        "Bot",
        "--- Kari Nordmann (agent) takes over",
        "Agent (Kari Nordmann)",
        "User",
        "Agent (Kari Nordmann)",
        "User",
        "--- The bot is back",
        "Bot",
        "User",
    ];
    assert_eq!(speakers, expected, "{text}");
    let folder = tempfile::tempdir().unwrap();
    botpress(&fake, "--archive a.db")
        .within(folder.path())
        .stdout();
    let archived = convexport("render a.db --conversation").arg(&customer);
    assert_eq!(archived.within(folder.path()).stdout(), text);
}
