//! The boost.ai conversations that the fake starts with: HTML, visible and hidden buttons, clicks, human agents, parts
//! of unknown types, and brackets that could confuse a JSON splitter.

use serde_json::{Value, json};

use super::boost::BoostConversation;
use super::data::{mix, signed, start, uuid};
use super::time;

const OFFSET: i64 = 60;
const FIRST_ID: usize = 1_000_001;

const ASKED: [&str; 8] = [
    "Show me all content.",
    "Hva koster det å sende en pakke? 📦",
    "a ] and a } and a \" and a \\ in one [string] {here}",
    "I said: \"no\"\nand I meant it",
    "=HYPERLINK(\"https://example.com\")",
    "¿Dónde está mi tarjeta?",
    "ja",
    "لا أفهم",
];

const SAID: [&str; 7] = [
    "<p>Here's all kinds of content:</p>",
    "<p>See <a href=\"https://example.com/help?a=1&amp;b=2\">our help pages</a>, or call us.</p>",
    "<ul><li>First &amp; foremost</li><li>Second &lt;b&gt;</li></ul>",
    "<p>One line<br/>and another, <b>bold</b> and <i>not</i></p>",
    "<p>5 &gt; 3 &nbsp;&#8364; &quot;so there&quot; ]}\\</p>",
    "<p>Gern geschehen! 😀 Grüße aus Tromsø</p>",
    "<p></p>",
];

/// Makes `n` conversations over the same 60 days as Botpress's, oldest first. The `i`th has `messages(i)` messages.
pub fn conversations(n: usize, messages: impl Fn(usize) -> usize) -> Vec<BoostConversation> {
    (0..n)
        .map(|index| conversation(index, start(index, n), messages(index)))
        .collect()
}

fn conversation(index: usize, created_at: i64, messages: usize) -> BoostConversation {
    let pause = (7_200_000 / (signed(messages) + 1)).min(45_000);
    let at = |number: usize| {
        let odd = i64::try_from(mix(number as u64) % 1000).unwrap_or(0);
        (created_at + pause * signed(number)) * 1000 + odd
    };
    let spoken: Vec<Value> = (0..messages)
        .map(|number| message(index, number, at(number)))
        .collect();
    let id = FIRST_ID + index;
    let reference = uuid("reference", index as u64).replace('-', "");
    let environment = if index % 10 == 9 { "test" } else { "live" };
    let head = format!(r#""type":"conversation","id":{id},"reference":"{reference}""#);
    let created = text_time(at(0));
    let last = text_time(at(messages.saturating_sub(1)));
    let time = format!(r#"{{"created":"{created}","last_message_created":"{last}"}}"#);
    let raw = format!(
        r#"{{{head},"environment":"{environment}","time":{time},"reviewed":false,"messages":{}}}"#,
        Value::Array(spoken)
    );
    let mut known = BoostConversation::from_raw(&raw);
    known.masked = index % 5 == 3;
    known
}

fn text_time(micros: i64) -> String {
    time::local(micros, OFFSET)
}

/// Makes a message. The bot begins, and then questions and answers alternate. Some questions are clicks.
fn message(index: usize, number: usize, at: i64) -> Value {
    let id = FIRST_ID * 2 + index * 1000 + number;
    let turn = index + number;
    let time = text_time(at);
    let mut message = json!({ "id": id, "time": time, "is_human_chat": false, "type": "answer" });
    if number == 0 {
        message["system_action_trigger"] = json!("welcome_action");
        message["content"] = json!([
            text("<p>Hi!</p>", at),
            text("<p>How can I help?</p>", at),
            buttons(at)
        ]);
    } else if number.is_multiple_of(2) {
        message["content"] = content(turn, at);
        message["is_human_chat"] = json!(index % 4 == 1 && number >= 4);
        if index % 4 == 1 && number >= 4 {
            message["human_agent"] = json!({ "id": 77, "name": "Kari Nordmann" });
        }
    } else if turn % 4 == 3 {
        message["button_clicked"] = button(7, "Action buttons", false);
        message["content"] = json!([text("<p>Action button reply</p>", at)]);
    } else {
        ask(&mut message, turn);
    }
    message
}

fn ask(message: &mut Value, turn: usize) {
    message["type"] = json!("question");
    message["device"] = json!("desktop");
    message["source_url"] = json!("https://www.example.com/contact");
    // In very old conversations the text of questions is missing.
    if turn % 37 != 36 {
        message["question"] = json!({
            "type": "question_analysis",
            "input": ASKED[turn % ASKED.len()],
            "predicted_language": "en-US",
            "sentiment": "neutral",
            "labels": ["Perfect Match"],
            "analysis": [{ "processed": "show", "winner": true }],
        });
    }
}

fn content(turn: usize, at: i64) -> Value {
    let said = text(SAID[turn % SAID.len()], at);
    let time = text_time(at);
    let url = |name: &str| format!("https://media.example.com/{turn}/{name}?x=1&y=2");
    let more = match turn % 7 {
        0 => json!({ "type": "image", "url": url("photo.png"), "time": time }),
        1 => json!({ "type": "video", "url": url("film"), "video_type": "vimeo", "time": time }),
        2 => json!({ "type": "json", "json": { "some": ["json", { "]": "}" }] }, "time": time }),
        3 => buttons(at),
        4 => {
            json!({ "type": "hologram", "beam": { "text": "nobody knows this kind" }, "time": time })
        }
        5 => json!({ "type": "html", "html": "<h1>Offer</h1><p>Only today</p>", "time": time }),
        _ => return json!([said]),
    };
    json!([said, more])
}

fn text(html: &str, at: i64) -> Value {
    json!({ "type": "text", "text": html, "time": text_time(at) })
}

fn buttons(at: i64) -> Value {
    let mut link = button(8, "Boost.AI", false);
    link["button_type"] = json!("url");
    link["url"] = json!("https://www.example.com/offers?a=1&b=2");
    json!({ "type": "link", "time": text_time(at), "buttons": [
        button(7, "Action buttons", false), link, button(9, "Hidden button", true),
    ] })
}

fn button(id: usize, text: &str, hidden: bool) -> Value {
    let mut button = json!({ "type": "button", "id": id, "button_type": "action", "text": text });
    if hidden {
        button["hidden"] = json!(true);
    }
    button
}
