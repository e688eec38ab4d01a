//! The data of the fake and how it behaves. A test builds a [`World`], starts the fake with it, and may change it
//! between two runs.

use std::time::Duration;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::boost::Site;
use super::fault::Rule;
use super::limiter::Limiter;
use super::media::MediaFile;
use super::page::Walks;
use super::{data, time};

/// The data of both vendors, and the rules for faults.
#[derive(Debug)]
pub struct World {
    pub token: String,
    pub bot_id: String,
    pub page_size: usize,
    /// The wait before every answer.
    pub latency: Duration,
    /// In the order in which they were made. Lists are sorted when they are requested.
    pub conversations: Vec<Conversation>,
    pub users: Vec<User>,
    pub states: Vec<State>,
    /// The rate limit of Botpress. boost.ai documents none.
    pub limiter: Option<Limiter>,
    /// More requests than this at the same time are refused, without headers that state a quota.
    pub at_once: usize,
    pub faults: Vec<Rule>,
    /// How far the vendors' clocks are ahead of this machine's, in milliseconds.
    pub clock_ahead: i64,
    pub boost: Site,
    /// The files that messages point to, at `/media/NAME`.
    pub media: Vec<MediaFile>,
    pub(super) walks: Walks,
    pub(super) made: u64,
}

/// A Botpress conversation. Times are milliseconds since 1970.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    pub id: String,
    pub created_at: i64,
    /// Does not change by itself when a message is added.
    pub updated_at: i64,
    pub integration: String,
    pub channel: String,
    pub tags: Vec<(String, String)>,
    /// The ids of users.
    pub participants: Vec<String>,
    /// Only answered when there is one. Increases with each message that is added.
    pub message_count: Option<u64>,
    /// Further members of the JSON object: names and raw values.
    pub extra: Vec<(String, String)>,
    pub messages: Vec<Message>,
}

/// A message: the raw JSON, and what the server must know about it.
#[derive(Debug, Clone)]
pub struct Message {
    pub id: String,
    pub created_at: i64,
    pub tags: Vec<(String, String)>,
    pub raw: String,
}

/// A Botpress user, which may be a bot.
#[derive(Debug, Clone, Default)]
pub struct User {
    pub id: String,
    pub created_at: i64,
    pub name: Option<String>,
    pub tags: Vec<(String, String)>,
}

/// A state. `kind` is conversation, user, bot or workflow, and `id` is the id of its owner.
#[derive(Debug, Clone)]
pub struct State {
    pub kind: String,
    pub id: String,
    pub name: String,
    /// Raw JSON.
    pub payload: String,
}

impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}

impl World {
    /// An empty bot and an empty site.
    pub fn new() -> Self {
        Self {
            token: "bp_pat_this_is_not_a_real_token".to_owned(),
            bot_id: "0b07b07b-0000-4000-8000-00000000b070".to_owned(),
            page_size: 20,
            latency: Duration::ZERO,
            conversations: Vec::new(),
            users: Vec::new(),
            states: Vec::new(),
            limiter: None,
            at_once: usize::MAX,
            faults: Vec::new(),
            clock_ahead: 0,
            boost: Site::new(),
            media: Vec::new(),
            walks: Walks::default(),
            made: 0,
        }
    }

    /// A bot with `n` conversations over the 60 days before the reference time, oldest first. The `i`th has
    /// `messages(i)` messages. The data is the same every time.
    pub fn with_conversations(n: usize, messages: impl Fn(usize) -> usize) -> Self {
        let mut world = Self::new();
        data::fill(&mut world, n, messages);
        world
    }

    /// Adds `n` boost.ai conversations in the same way.
    pub fn with_boost(mut self, n: usize, messages: impl Fn(usize) -> usize) -> Self {
        self.boost.conversations = super::boost_data::conversations(n, messages);
        self
    }

    /// Makes every message of Botpress larger by `bytes`.
    pub fn filler(mut self, bytes: usize) -> Self {
        let filler = format!(r#","filler":"{}"}}"#, "x".repeat(bytes));
        let messages = self.conversations.iter_mut().flat_map(|c| &mut c.messages);
        for message in messages {
            let end = message.raw.len() - 1;
            message.raw.replace_range(end.., &filler);
        }
        self
    }

    /// Makes one in `every` messages of Botpress a picture of this size in bytes, which the fake at `url` serves.
    pub fn add_pictures(&mut self, url: &str, every: usize, bytes: usize) {
        let messages = self.conversations.iter_mut().flat_map(|c| &mut c.messages);
        for message in messages {
            // Nobody can be asked for the other files.
            let raw = message.raw.replace("https://files.example.com", "none:");
            *message = Message::from_raw(&raw);
        }
        let messages = self.conversations.iter_mut().flat_map(|c| &mut c.messages);
        for (number, message) in messages.step_by(every).enumerate() {
            let mut content = [
                b"\x89PNG\r\n\x1a\n".as_slice(),
                number.to_string().as_bytes(),
            ]
            .concat();
            content.resize(bytes.max(content.len()), b'x');
            self.media
                .push(MediaFile::new(&number.to_string(), content));
            let mut raw: serde_json::Value = serde_json::from_str(&message.raw).unwrap();
            raw["type"] = "image".into();
            raw["payload"] = serde_json::json!({ "imageUrl": format!("{url}/media/{number}") });
            *message = Message::from_raw(&raw.to_string());
        }
    }

    /// Sets the clocks of both vendors.
    pub fn set_clock_ahead(&mut self, millis: i64) {
        self.clock_ahead = millis;
        self.boost.clock_ahead = millis;
    }

    pub fn page_size(mut self, size: usize) -> Self {
        self.page_size = size;
        self
    }

    pub fn latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    pub fn limit(mut self, requests: usize, window: Duration) -> Self {
        self.limiter = Some(Limiter::new(requests, window));
        self
    }

    pub fn at_once(mut self, requests: usize) -> Self {
        self.at_once = requests;
        self
    }

    /// Adds a rule after the others.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.faults.push(rule);
        self
    }

    /// Adds a file at `/media/NAME`.
    pub fn medium(mut self, file: MediaFile) -> Self {
        self.media.push(file);
        self
    }

    /// Adds a conversation.
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.conversations.push(conversation);
        self
    }

    /// Adds a state of a conversation. The payload is raw JSON.
    pub fn state(mut self, conversation: &str, name: &str, payload: &str) -> Self {
        self.states.push(State {
            kind: "conversation".to_owned(),
            id: conversation.to_owned(),
            name: name.to_owned(),
            payload: payload.to_owned(),
        });
        self
    }

    pub fn find(&self, conversation: &str) -> Option<&Conversation> {
        let mut all = self.conversations.iter();
        all.find(|known| known.id == conversation)
    }

    /// The conversation with this id. Panics when there is none.
    pub fn get_mut(&mut self, conversation: &str) -> &mut Conversation {
        let mut all = self.conversations.iter_mut();
        all.find(|known| known.id == conversation)
            .unwrap_or_else(|| panic!("the fake has no conversation {conversation}"))
    }

    /// Adds a text message from the user or the bot. Returns its id.
    pub fn say(&mut self, conversation: &str, at: i64, from_user: bool, text: &str) -> String {
        let payload = serde_json::json!({ "text": text }).to_string();
        self.say_as(conversation, at, from_user, "text", &payload)
    }

    /// Adds a message of any type with a raw payload. Returns its id.
    pub fn say_as(
        &mut self,
        conversation: &str,
        at: i64,
        from_user: bool,
        kind: &str,
        payload: &str,
    ) -> String {
        self.made += 1;
        let id = data::uuid("said", self.made);
        let known = self.get_mut(conversation);
        let author = known.participants.get(usize::from(from_user)).cloned();
        let raw = data::message_json(&data::Said {
            id: &id,
            conversation,
            author: author.as_deref().unwrap_or("nobody"),
            at,
            from_user,
            kind,
            payload,
        });
        known.add(Message::from_raw(&raw));
        id
    }

    /// Replaces the raw JSON of a message. Panics when there is no such message.
    pub fn edit_message(&mut self, id: &str, raw: &str) {
        let messages = self.conversations.iter_mut().flat_map(|c| &mut c.messages);
        let message = messages.into_iter().find(|message| message.id == id);
        *message.unwrap_or_else(|| panic!("the fake has no message {id}")) = Message::from_raw(raw);
    }

    /// Deletes a conversation. Returns whether it existed.
    pub fn delete_conversation(&mut self, id: &str) -> bool {
        let before = self.conversations.len();
        self.conversations.retain(|known| known.id != id);
        self.conversations.len() < before
    }
}

impl Conversation {
    /// A conversation without messages. Its bot and its user are not in the list of users.
    pub fn new(id: &str, created_at: i64) -> Self {
        Self {
            id: id.to_owned(),
            created_at,
            updated_at: created_at,
            integration: "webchat".to_owned(),
            channel: "channel".to_owned(),
            participants: vec![data::uuid("user", 0), data::uuid("user", 1)],
            ..Self::default()
        }
    }

    /// Adds a message, given as raw JSON.
    pub fn message(mut self, raw: &str) -> Self {
        self.add(Message::from_raw(raw));
        self
    }

    /// Adds a message.
    pub fn add(&mut self, message: Message) {
        self.messages.push(message);
        self.message_count = self.message_count.map(|count| count + 1);
    }
}

impl Message {
    /// Reads what the server needs from raw JSON, which is kept unchanged. Panics when a required field is missing.
    pub fn from_raw(raw: &str) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Wire {
            id: String,
            created_at: String,
            #[serde(default)]
            tags: std::collections::BTreeMap<String, String>,
            // The payload may have numbers that no f64 can hold, so it is not parsed.
            #[serde(default, rename = "payload")]
            _payload: Option<IgnoredAny>,
        }
        let wire: Wire = serde_json::from_str(raw)
            .unwrap_or_else(|error| panic!("the fake cannot take this message: {error}: {raw}"));
        let micros = time::parse(&wire.created_at, Some(0));
        Self {
            created_at: micros.expect("createdAt is a time") / 1000,
            id: wire.id,
            tags: wire.tags.into_iter().collect(),
            raw: raw.to_owned(),
        }
    }
}
