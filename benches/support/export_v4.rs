//! Writes the conversations of `export.rs` as API v4 has them: the same words, times and ids, in sessions. Every field
//! that is known stands in every message, and most of them are null or empty.

#![expect(
    clippy::struct_excessive_bools,
    clippy::struct_field_names,
    reason = "the fields and their names are the vendor's"
)]

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::export::Text;

/// How many messages a session has.
const SESSION: usize = 8;

/// The ids of clicks begin here, so that no message has one.
const CLICKS: u64 = 1_000_000_000;

/// What was written.
pub struct Export {
    /// The size of the JSON in bytes.
    pub size: u64,
    pub messages: u64,
}

/// Writes a gzipped answer with this many conversations to a file. Keeps only one conversation in memory.
pub fn write(path: &Path, conversations: u64) -> io::Result<Export> {
    let file = BufWriter::new(File::create(path)?);
    let mut gzip = GzEncoder::new(file, Compression::default());
    let mut text = Text::new();
    let mut made = Export {
        size: 1,
        messages: 0,
    };
    for number in 0..conversations {
        gzip.write_all(if number > 0 { b"," } else { b"[" })?;
        let (json, messages) = conversation(text.conversation());
        gzip.write_all(json.as_bytes())?;
        made.size += json.len() as u64 + 1;
        made.messages += messages as u64;
    }
    gzip.write_all(b"]")?;
    gzip.finish()?.flush()?;
    Ok(made)
}

/// A conversation of API v3.
#[derive(Deserialize)]
struct Talk<'a> {
    id: u64,
    #[serde(borrow)]
    messages: Vec<Turn<'a>>,
}

#[derive(Deserialize)]
struct Turn<'a> {
    id: u64,
    time: &'a str,
    is_human_chat: bool,
    #[serde(borrow)]
    question: Option<Question<'a>>,
    #[serde(borrow, default)]
    content: Vec<&'a RawValue>,
    #[serde(borrow)]
    button_clicked: Option<Button<'a>>,
    system_action_trigger: Option<&'a str>,
}

#[derive(Deserialize)]
struct Question<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
    predicted_language: &'a str,
}

#[derive(Deserialize)]
struct Button<'a> {
    id: u64,
    #[serde(borrow)]
    text: &'a RawValue,
}

#[derive(Serialize)]
struct Conversation<'a> {
    id: u64,
    environment: &'static str,
    sessions: Vec<Session<'a>>,
}

#[derive(Serialize)]
struct Session<'a> {
    id: u64,
    created: &'a str,
    duration: &'static str,
    reviewed: bool,
    category: Category,
    matched_filters: [Id; 1],
    sent_filter_values: [&'static str; 1],
    session_tags: [&'static str; 1],
    feedback: Option<Feedback>,
    messages: &'a [Message<'a>],
}

#[derive(Serialize)]
struct Category {
    automatic: &'static str,
    manual: Option<&'static str>,
}

#[derive(Serialize)]
struct Feedback {
    rating: &'static str,
    text: Option<&'static str>,
}

#[derive(Serialize)]
struct Id {
    id: u64,
}

/// A message with the fields that are known, in the order in which they are known.
#[derive(Default, Serialize)]
struct Message<'a> {
    id: u64,
    created: &'a str,
    is_customer: bool,
    is_support_human: bool,
    is_human_chat: bool,
    is_human_chat_queue: bool,
    is_unknown: bool,
    content: &'a [&'a RawValue],
    original_question: Option<&'a RawValue>,
    link_text: Option<&'a RawValue>,
    clicked_button_id: Option<u64>,
    predicted_language: Option<&'a str>,
    predicted_intent_id: Option<u64>,
    prediction_types: Vec<&'static str>,
    matched_filter: Option<Id>,
    skill: Option<Id>,
    system_action_trigger: Option<Id>,
    human_agent: Option<Id>,
    goals: Vec<Goal>,
    sent_filters: [&'static str; 0],
    feedback: Option<&'static str>,
    translations: [&'static str; 0],
    displayed_action: Option<Action>,
    came_from_action: Option<Action>,
}

#[derive(Serialize)]
struct Goal {
    goal: Id,
    event_type: &'static str,
}

#[derive(Serialize)]
struct Action {
    action_type: &'static str,
    intent_action_meta_id: u64,
    transfer_to_human: bool,
}

/// The conversation as API v4 has it, from the JSON of API v3, and how many messages it has.
fn conversation(json: &str) -> (String, usize) {
    let talk: Talk = serde_json::from_str(json).expect("export.rs writes what is known");
    let messages: Vec<_> = talk.messages.iter().flat_map(messages).collect();
    let sessions = messages.chunks(SESSION).enumerate();
    let sessions = sessions.map(|(number, messages)| session(talk.id, number as u64, messages));
    let whole = Conversation {
        id: talk.id,
        environment: "live",
        sessions: sessions.collect(),
    };
    let json = serde_json::to_string(&whole).expect("all of its keys are texts");
    (json, messages.len())
}

fn session<'a>(talk: u64, number: u64, messages: &'a [Message<'a>]) -> Session<'a> {
    let feedback = talk.is_multiple_of(5).then_some(Feedback {
        rating: "thumbs_up",
        text: None,
    });
    Session {
        id: talk * 100 + number,
        created: messages[0].created,
        duration: "0:03:20",
        reviewed: false,
        category: Category {
            automatic: "Parcels",
            manual: None,
        },
        matched_filters: [Id { id: 21 }],
        sent_filter_values: ["private"],
        session_tags: ["web"],
        feedback,
        messages,
    }
}

/// A message of v3. A click on a button is a message of its own.
fn messages<'a>(turn: &'a Turn<'a>) -> Vec<Message<'a>> {
    let blank = |id| Message {
        id,
        created: turn.time,
        ..Message::default()
    };
    let intent = Some(1000 + turn.id % 12);
    if let Some(question) = &turn.question {
        return vec![Message {
            is_customer: true,
            original_question: Some(question.input),
            predicted_language: Some(question.predicted_language),
            predicted_intent_id: intent,
            prediction_types: vec!["Perfect Match"],
            ..blank(turn.id)
        }];
    }
    let action = |transfer_to_human| Action {
        action_type: "reply",
        intent_action_meta_id: 3000 + turn.id % 400,
        transfer_to_human,
    };
    let click = turn.button_clicked.as_ref().map(|button| Message {
        is_customer: true,
        link_text: Some(button.text),
        clicked_button_id: Some(button.id),
        came_from_action: Some(action(false)),
        ..blank(turn.id + CLICKS)
    });
    let is_human = turn.is_human_chat;
    let goal = |()| Goal {
        goal: Id { id: 42 },
        event_type: "reached",
    };
    let answer = Message {
        content: &turn.content,
        is_support_human: is_human,
        is_human_chat: is_human,
        is_unknown: turn.id.is_multiple_of(20),
        predicted_intent_id: intent.filter(|_| !is_human),
        matched_filter: Some(Id { id: 21 }),
        skill: (!is_human).then_some(Id { id: 31 }),
        system_action_trigger: turn.system_action_trigger.map(|_| Id { id: 51 }),
        human_agent: is_human.then_some(Id { id: 17 }),
        goals: is_human.then_some(()).map(goal).into_iter().collect(),
        displayed_action: Some(action(is_human)),
        ..blank(turn.id)
    };
    click.into_iter().chain([answer]).collect()
}
