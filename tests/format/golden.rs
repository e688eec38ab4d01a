//! Whole outputs, compared with the files in `golden/`: what a reader gets from an input in each format.
//!
//! A file there is the truth and not a copy of what the program writes. After a change that is meant, write them anew with
//! `CONVEXPORT_WRITE_GOLDEN=1 cargo test --locked --test suite golden`, and read every line of the difference.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::html;
use crate::source::botpress::handover::{Talk, people};
use crate::support::fake::{DAY, Fake, REFERENCE, World};
use crate::support::{Convexport, bot_with, botpress, convexport};

/// A format, the extension of its files, and the part of an output that is compared.
type Format = (&'static str, &'static str, fn(&str) -> String);

const FORMATS: &[Format] = &[
    ("text", "txt", whole),
    ("markdown", "md", whole),
    ("html", "html", page),
    ("csv", "csv", with_line_feeds),
    ("conversations", "conversations.jsonl", whole),
    ("chat", "chat.jsonl", whole),
];

fn whole(output: &str) -> String {
    output.to_owned()
}

/// A checkout may have other line ends than a csv.
fn with_line_feeds(output: &str) -> String {
    output.replace("\r\n", "\n")
}

/// What a page has for those without scripts, and its data without the last line, which says when it was made.
fn page(page: &str) -> String {
    let mut lines = html::data(page);
    lines.pop();
    let lines = lines.iter().map(|line| format!("{line}\n"));
    html::without_script(page).to_owned() + &lines.collect::<String>()
}

/// Compares the output of a command in each format with its file.
fn assert_golden(input: &str, command: impl Fn(&str) -> Convexport) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/format/golden");
    for (format, extension, part) in FORMATS {
        let output = command(format)
            .args("--timezone utc -f")
            .arg(format)
            .stdout();
        let output = part(&output);
        let file = folder.join(format!("{input}.{extension}"));
        if std::env::var_os("CONVEXPORT_WRITE_GOLDEN").is_some() {
            fs::write(&file, &output).unwrap();
        }
        let golden = fs::read_to_string(&file);
        let golden = golden.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(
            output == golden,
            "{} is another output:\n{output}",
            file.display()
        );
    }
}

#[test]
fn the_sample_of_botpress() {
    let sample: Vec<Value> =
        serde_json::from_str(include_str!("../fixtures/botpress-messages.json")).unwrap();
    // The vendor has scrambled the ids of the conversation, each in another way.
    let id = "712af378-8621-4948-885e-51660424c04a";
    let of_one = |message: &Value| {
        let mut message = message.clone();
        message["conversationId"] = id.into();
        message.to_string()
    };
    let messages: Vec<String> = sample.iter().map(of_one).collect();
    let mut world = bot_with(&messages.iter().map(String::as_str).collect::<Vec<_>>());
    world.conversations[0].id = id.to_owned();
    // 2023-10-24T20:20:44Z, when the first message was sent.
    world.conversations[0].created_at = 1_698_178_844_000;
    let fake = Fake::start(world);
    assert_golden("botpress", |_| botpress(&fake, ""));
}

#[test]
fn the_sample_of_boost() {
    let sample = "boost --input tests/fixtures/boost-export.json";
    assert_golden("boost", |_| convexport(sample));
}

/// One session: the customer's conversation, and the agent's ticket.
#[test]
fn a_handover() {
    let mut talk = Talk::begun(1, "hitl", REFERENCE - DAY);
    talk.open_ticket();
    let mut say = |words: &'static str, who: &dyn Fn(&mut Talk)| {
        talk.words = Some(words);
        who(&mut talk);
    };
    let customer = |talk: &mut Talk| talk.customer_says(false);
    let in_session = |talk: &mut Talk| talk.customer_says(true);
    let plugin = |talk: &mut Talk| talk.plugin_says(false);
    let to_agent = |talk: &mut Talk| talk.plugin_says(true);
    let agent = |talk: &mut Talk| talk.agent_says(0);
    say("Hi, my parcel has not arrived.", &customer);
    say("Shall I get a colleague?", &Talk::bot_says);
    say("Yes, please", &customer);
    say("A colleague will be with you in a minute.", &plugin);
    say("Ana Lima asks about a parcel.", &to_agent);
    say("It is number 4711.", &in_session);
    say("You are talking to Kari Nordmann now.", &plugin);
    say("Hello Ana, it is at the depot in Bergen.", &agent);
    say("When will it be here?", &in_session);
    say("Tomorrow before noon.\n\nAnything else?", &agent);
    say("No, thank you!", &in_session);
    say("The customer's chat is closed.", &to_agent);
    say("Kari Nordmann has left.", &plugin);
    say("Will there be a message?", &customer);
    say("Yes, by e-mail.", &Talk::bot_says);
    talk.tag(&[0]);
    talk.tickets[0].integration = "zendesk".to_owned();
    let title = ("insights#title", "A parcel that has not arrived");
    talk.customer.tags.push((title.0.into(), title.1.into()));
    let mut world = World::new()
        .conversation(talk.customer)
        .conversation(talk.tickets.remove(0));
    world.users = people();
    let fake = Fake::start(world);
    assert_golden("handover", |format| match format {
        // It shows no names, so it refuses to have them fetched.
        "chat" => botpress(&fake, ""),
        _ => botpress(&fake, "--with-users"),
    });
}

/// What is more than text, with the long addresses that Botpress gives to files.
#[test]
fn a_shop() {
    let file = |name: &str| {
        format!(
            "https://files.bpcontent.cloud/2026/11/19/12/{name}?Expires=1795003200&Signature=a%2Bb~c_"
        )
    };
    let card = |name: &str, price: &str, picture: &str| {
        json!({"title": name, "subtitle": price, "imageUrl": file(picture), "actions": [
            {"action": "postback", "label": "Buy", "value": format!("buy:{name}")},
            {"action": "url", "label": "Look", "value": format!("https://shop.example/{name}").replace(' ', "-")}]})
    };
    let (red, blue) = (
        card("Red shoes", "40 EUR", "red.png"),
        card("Blue shoes", "45 EUR", "blue.png"),
    );
    let options = json!([{"label": "Shoes", "value": "shoes"}, {"label": "My order", "value": "order"},
        {"label": "Our shops", "value": "https://shop.example/map?utm_source=chat&utm_campaign=autumn"}]);
    let said = [
        (
            "choice",
            "outgoing",
            json!({"text": "What can I do for you?", "options": options}),
        ),
        (
            "quick_reply",
            "incoming",
            json!({"text": "Shoes", "payload": "shoes"}),
        ),
        ("carousel", "outgoing", json!({"items": [red, blue]})),
        (
            "text",
            "incoming",
            json!({"text": "The red ones, in 43.\nAre they warm?"}),
        ),
        ("card", "outgoing", red),
        (
            "image",
            "incoming",
            json!({"imageUrl": file("my-old-ones.jpg")}),
        ),
        (
            "bloc",
            "outgoing",
            json!({"items": [
            {"type": "text", "payload": {"text": "They are like these:"}},
            {"type": "image", "payload": {"imageUrl": file("felt.png"), "title": "Felt, 4 mm"}},
            {"type": "video", "payload": {"videoUrl": "https://shop.example/felt.mp4"}}]}),
        ),
        (
            "file",
            "outgoing",
            json!({"fileUrl": file("order-7.pdf"), "title": "Order 7.pdf"}),
        ),
        (
            "location",
            "outgoing",
            json!({"title": "Our shop", "address": "Domkloster 4, Köln", "latitude": 50.9413, "longitude": 6.9583}),
        ),
        (
            "audio",
            "incoming",
            json!({"audioUrl": "https://shop.example/thanks.ogg"}),
        ),
    ];
    let message = |(number, (kind, direction, payload)): (usize, &(&str, &str, Value))| {
        json!({"id": format!("m{number}"), "createdAt": format!("2026-11-19T12:{number:02}:00Z"), "conversationId": "talk",
            "userId": direction, "type": kind, "direction": direction, "payload": payload, "tags": {}})
        .to_string()
    };
    let messages: Vec<_> = said.iter().enumerate().map(message).collect();
    let messages: Vec<_> = messages.iter().map(String::as_str).collect();
    let mut world = bot_with(&messages);
    let tags = [
        ("topic", "shoes"),
        ("ai#summary", "Wants shoes, red ones; size=43"),
    ];
    world.conversations[0].tags = tags.map(|(key, value)| (key.into(), value.into())).to_vec();
    let fake = Fake::start(world);
    assert_golden("shop", |_| botpress(&fake, ""));
}
