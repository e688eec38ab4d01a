//! The Botpress conversations that the fake starts with. They are the same every time, have every documented message
//! type, and have text that broke exporters before.

use serde_json::{Value, json};

use super::botpress_json::quote;
use super::time::{self, DAY, REFERENCE};
use super::world::{Conversation, Message, User, World};

const CHANNELS: [(&str, &str); 4] = [
    ("webchat", "channel"),
    ("whatsapp", "channel"),
    ("telegram", "channel"),
    ("slack", "dm"),
];

const TOPICS: [&str; 4] = ["billing", "delivery", "returns", "hello & goodbye"];

const NAMES: [&str; 6] = [
    "Ada Vogt",
    "José Núñez",
    "李小龍",
    "مريم",
    "O'Brien, \"Pat\"",
    "Zoë 🌻",
];

const ASKED: [&str; 14] = [
    "Hello!",
    "Where is my parcel? It was due on Tuesday.",
    "the number is 004711",
    "Danke, das hilft mir sehr – schöne Grüße aus Köln!",
    "👍🏽",
    "=SUM(A1:A9)",
    "two lines:\nthis is the second",
    "Can I talk to a person, please?",
    "¿Puedo pagar en 3 plazos?",
    "<b>not bold</b> & \"quoted\" \\ back",
    "我的訂單在哪裡？",
    "أين طلبي؟",
    "+49 30 1234567",
    "no, the other one 👩‍👩‍👧",
];

const SAID: [&str; 10] = [
    "Hi there! How can I help you today?",
    "Let me look that up for you…",
    "Your parcel left our warehouse yesterday and should reach you tomorrow.",
    "I am sorry to hear that. Could you tell me your order number?",
    "Thank you, I have found it.",
    "A colleague will write to you within the hour.",
    "That would be 19,90 € a month.",
    "Line one\n\nLine three, after an empty one",
    "Schön, dass es geklappt hat! 🎉",
    "Is there anything else?",
];

/// The types of the bot's messages, in turn. Most are text.
const BOT_KINDS: [&str; 17] = [
    "text", "choice", "markdown", "text", "card", "image", "text", "carousel", "text", "dropdown",
    "file", "location", "text", "audio", "video", "text", "bloc",
];

/// Adds `n` conversations to a world. The `i`th has `messages(i)` messages.
pub fn fill(world: &mut World, n: usize, messages: impl Fn(usize) -> usize) {
    let bot = uuid("user", 0);
    world.users.push(user(0, Some("Help bot")));
    let people = n.div_ceil(3).min(500);
    for number in 1..=people {
        let name = NAMES[number % NAMES.len()];
        world
            .users
            .push(user(number, (number % 4 != 0).then_some(name)));
    }
    for index in 0..n {
        let person = world.users[1 + index % people].id.clone();
        let known = conversation(index, n, messages(index), [bot.clone(), person]);
        world.conversations.push(known);
    }
}

fn user(number: usize, name: Option<&str>) -> User {
    User {
        id: uuid("user", number as u64),
        created_at: REFERENCE - 90 * DAY + signed(number) * 1_000,
        name: name.map(str::to_owned),
        tags: vec![("webchat:id".to_owned(), uuid("webchat", number as u64))],
    }
}

fn conversation(index: usize, of: usize, messages: usize, people: [String; 2]) -> Conversation {
    let created_at = start(index, of);
    let (integration, channel) = CHANNELS[index % CHANNELS.len()];
    let mut known = Conversation {
        integration: integration.to_owned(),
        channel: channel.to_owned(),
        tags: tags(index),
        ..Conversation::new(&uuid("conversation", index as u64), created_at)
    };
    known.participants = people.into();
    // 120 messages fit in two hours when they are a minute apart. Longer conversations are faster.
    let pause = (7_200_000 / (signed(messages) + 1)).min(60_000);
    for number in 0..messages {
        // Some answers have the same time as the message before.
        let tick = number - usize::from(number % 8 == 5);
        let at = created_at + 812 + pause * signed(tick);
        let raw = message(&known, index, number, at);
        known.add(Message::from_raw(&raw));
    }
    known
}

/// When a conversation begins, by its index among the `of` conversations in 60 days.
pub fn start(index: usize, of: usize) -> i64 {
    // The newest one still has two hours for its messages before the reference time.
    let step = (60 * DAY - DAY / 12) / signed(of);
    let jitter = i64::try_from(mix(index as u64 + 1) % 1000).unwrap_or(0) * step / 2000;
    REFERENCE - 60 * DAY + step * signed(index) + jitter
}

fn tags(index: usize) -> Vec<(String, String)> {
    let topic = TOPICS[index % TOPICS.len()].to_owned();
    let mut tags = vec![("topic".to_owned(), topic)];
    if index.is_multiple_of(3) {
        tags.push(("webchat:ref".to_owned(), uuid("ref", index as u64)));
    }
    tags
}

/// Makes a message. The bot and the user take turns, and the user answers a choice with a click.
fn message(known: &Conversation, index: usize, number: usize, at: i64) -> String {
    let turn = index * 5 + number / 2;
    let bot_kind = BOT_KINDS[turn % BOT_KINDS.len()];
    let from_user = number % 2 == 1;
    let (kind, payload) = match (from_user, bot_kind) {
        (false, kind) => (kind, payload(kind, turn)),
        (true, "choice" | "dropdown") => ("quick_reply", payload("quick_reply", turn)),
        (true, "file") => ("file", payload("file", turn)),
        (true, "location") => ("location", payload("location", turn)),
        (true, "audio") => ("audio", payload("audio", turn)),
        (true, _) => ("text", json!({ "text": ASKED[turn % ASKED.len()] })),
    };
    message_json(&Said {
        id: &uuid("message", (index as u64) << 24 | number as u64),
        conversation: &known.id,
        author: &known.participants[usize::from(from_user)],
        at,
        from_user,
        kind,
        payload: &payload.to_string(),
    })
}

/// The parts of a message.
pub struct Said<'a> {
    pub id: &'a str,
    pub conversation: &'a str,
    pub author: &'a str,
    pub at: i64,
    pub from_user: bool,
    pub kind: &'a str,
    /// Raw JSON.
    pub payload: &'a str,
}

/// A message as the vendor writes it, with its keys in the vendor's order.
pub fn message_json(said: &Said<'_>) -> String {
    let direction = if said.from_user {
        "incoming"
    } else {
        "outgoing"
    };
    let at = time::utc(said.at);
    format!(
        r#"{{"id":{},"createdAt":"{at}","updatedAt":"{at}","conversationId":{},"payload":{},"tags":{{}},"userId":{},"type":{},"direction":"{direction}"}}"#,
        quote(said.id),
        quote(said.conversation),
        said.payload,
        quote(said.author),
        quote(said.kind),
    )
}

fn payload(kind: &str, turn: usize) -> Value {
    let said = SAID[turn % SAID.len()];
    let file = |extension: &str| {
        let name = uuid("media", turn as u64);
        format!("https://files.example.com/{name}.{extension}?sig=a%2Bb&n={turn}")
    };
    match kind {
        "markdown" => {
            json!({ "markdown": format!("**{said}**\n\n- [help](https://example.com/help)\n- `code`") })
        }
        "image" => json!({ "imageUrl": file("png") }),
        "audio" => json!({ "audioUrl": file("ogg") }),
        "video" => json!({ "videoUrl": file("mp4") }),
        "file" if turn.is_multiple_of(2) => json!({ "fileUrl": file("pdf") }),
        "file" => json!({ "fileUrl": file("pdf"), "title": "Rechnung Müller.pdf" }),
        "location" => {
            json!({ "latitude": 50.9413, "longitude": 6.9583, "address": "Domkloster 4, Köln", "title": "Our shop" })
        }
        "card" => card(turn, &file("jpg")),
        "carousel" => json!({ "items": [card(turn, &file("jpg")), card(turn + 1, &file("webp"))] }),
        "choice" | "dropdown" => json!({ "text": "Pick one", "options": [
            { "label": "First option", "value": "first" },
            { "label": "Second option", "value": "second" },
            { "label": "None of these / other", "value": "other" },
        ] }),
        "quick_reply" => {
            json!({ "type": "quick_reply", "text": "First option", "payload": "first" })
        }
        "bloc" => json!({ "items": [
            { "type": "text", "payload": { "text": said } },
            { "type": "image", "payload": { "imageUrl": file("gif") } },
        ] }),
        _ => json!({ "text": said }),
    }
}

fn card(turn: usize, image: &str) -> Value {
    json!({
        "title": format!("Plan {}", turn % 3 + 1),
        "subtitle": "Everything you need, and a little more",
        "imageUrl": image,
        "actions": [
            { "action": "postback", "label": "Choose", "value": format!("plan-{}", turn % 3 + 1) },
            { "action": "url", "label": "Read more", "value": "https://example.com/plans?a=1&b=2" },
            { "action": "say", "label": "Not now", "value": "not now" },
        ],
    })
}

/// An id that looks like a UUID. It is always the same for the same kind and number.
pub fn uuid(kind: &str, number: u64) -> String {
    let seed = kind
        .bytes()
        .fold(0, |seed, byte| mix(seed ^ u64::from(byte)));
    let (high, low) = (mix(seed ^ number), mix(seed.rotate_left(17) ^ number));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 48 & 0xfff,
        low & 0xffff_ffff_ffff
    )
}

/// `SplitMix64`: a number that looks random, but is always the same for the same input.
pub fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Converts a count, which is always small.
pub fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
