//! boost.ai's Export API v4, as vendors/boost-v4.md knows it: the query, the elements, and the lists of names. The site's
//! conversations are the same as in v3.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::boost::{BoostConversation, Refusal, Site, allowed, error_json, spoiled, stream};
use super::boost_stream::Script;
use super::http::Request;
use super::time;
use super::world::World;

/// New messages show up this many microseconds late.
const LATENESS: i64 = 10_000_000;

/// The path of an export.
pub const PATH: &str = "/api/export/v4.json";

/// The ids of clicks begin here, so that no message has one.
const CLICKS: u64 = 100_000_000;

/// How many messages a session has.
const SESSION: usize = 5;

/// Answers an export, or a list of names.
pub fn answer(request: &Request, world: &mut World) -> Result<Answer, Refusal> {
    let site = &mut world.boost;
    let absent = || Err((404, "There is nothing here.".to_owned()));
    if !site.versions.contains(&"v4") {
        return absent();
    }
    allowed(request, site, "v4")?;
    if request.path == PATH {
        return export(request, site);
    }
    let list = request.path.strip_prefix("/api/export/v4/");
    match list.and_then(|list| list.strip_suffix('/')).and_then(names) {
        Some(names) => Ok(Answer::json(200, names.to_string())),
        None => absent(),
    }
}

fn export(request: &Request, site: &mut Site) -> Result<Answer, Refusal> {
    #[derive(Deserialize)]
    struct Wire {
        search: Search,
    }
    #[derive(Deserialize)]
    struct Search {
        from_date: String,
        to_date: String,
    }
    let wire: Wire = serde_json::from_slice(&request.body)
        .map_err(|error| (400, format!("The body is no search: {error}.")))?;
    let time = |text: &str| {
        time::parse(text, None).ok_or_else(|| (400, format!("'{text}' must be RFC 3339.")))
    };
    let shown = (time::now() + site.clock_ahead) * 1000 - LATENESS;
    let range = time(&wire.search.from_date)?..time(&wire.search.to_date)?.min(shown);
    let wanted = |known: &&BoostConversation| known.touched.iter().any(|time| range.contains(time));
    let chosen = site.conversations.iter().filter(wanted);
    let mut script = Script::new(chosen.map(|known| element(&known.raw)).collect());
    script.count = None;
    script.is_v4 = true;
    match spoiled(site, &mut script) {
        Ok(tail) => Ok(stream(request, site, None, script, tail)),
        Err(instead) => Ok(instead),
    }
}

/// A list of names, in which not every id stands.
fn names(list: &str) -> Option<Value> {
    Some(match list {
        "intents" => json!({ "11": { "title": "Send a parcel" }, "12": { "title": null } }),
        "filters" => json!({ "21": { "title": "Private customers" } }),
        "skills" => json!({ "31": { "name": "Parcels" } }),
        "goals" => json!({ "41": { "name": "Parcel sent" }, "42": { "name": "Asked a human" } }),
        "persons" => json!({ "77": { "name": "Kari Nordmann" } }),
        "system-action-triggers" => json!({ "51": { "title": "Welcome" } }),
        _ => return None,
    })
}

/// A conversation as v4 has it. One that has sessions already stays.
pub fn element(raw: &Arc<str>) -> Arc<str> {
    let known: Value = serde_json::from_str(raw).expect("a conversation is JSON");
    if !known["sessions"].is_null() {
        return Arc::clone(raw);
    }
    let all = known["messages"].as_array().expect("messages");
    let messages: Vec<Value> = all.iter().flat_map(turns).collect();
    let sessions: Vec<Value> = messages
        .chunks(SESSION)
        .enumerate()
        .map(|(number, messages)| session(&known, number, messages))
        .collect();
    let talk =
        json!({ "id": known["id"], "environment": known["environment"], "sessions": sessions });
    talk.to_string().into()
}

fn session(known: &Value, number: usize, messages: &[Value]) -> Value {
    let rated = known["id"].as_u64().unwrap_or_default().is_multiple_of(3);
    let rating = ["thumbs_up", "thumbs_down"][number % 2];
    json!({
        "id": known["id"].as_u64().unwrap_or_default() * 100 + number as u64,
        "created": messages[0]["created"],
        "duration": "0:03:20",
        "reviewed": false,
        "category": { "automatic": "Parcels", "manual": null },
        "matched_filters": [{ "id": 21 }],
        "sent_filter_values": ["private"],
        "session_tags": ["web"],
        "feedback": if rated { json!({ "rating": rating, "text": "So so" }) } else { Value::Null },
        "messages": messages,
    })
}

/// A message of v3. A click on a button is a message of its own.
fn turns(known: &Value) -> Vec<Value> {
    let mut message = blank(known);
    if known["type"] == "question" {
        message["is_customer"] = json!(true);
        message["original_question"] = known["question"]["input"].clone();
        message["predicted_language"] = known["question"]["predicted_language"].clone();
        return vec![message];
    }
    message["content"] = content(&known["content"]);
    message["skill"] = json!({ "id": 31 });
    message["predicted_intent_id"] = json!(11);
    if known["is_human_chat"] == true {
        message["is_support_human"] = json!(true);
        message["is_human_chat"] = json!(true);
        message["human_agent"] = json!({ "id": known["human_agent"]["id"] });
        message["goals"] = json!([{ "goal": { "id": 42 }, "event_type": "reached" }]);
        message["displayed_action"]["transfer_to_human"] = json!(true);
    }
    if !known["system_action_trigger"].is_null() {
        message["system_action_trigger"] = json!({ "id": 51 });
    }
    let button = &known["button_clicked"];
    if button.is_null() {
        return vec![message];
    }
    let mut click = blank(known);
    click["id"] = json!(known["id"].as_u64().unwrap_or_default() + CLICKS);
    click["is_customer"] = json!(true);
    click["link_text"] = button["text"].clone();
    click["clicked_button_id"] = button["id"].clone();
    click["came_from_action"] = json!({ "action_type": "reply", "intent_action_meta_id": 3149 });
    vec![click, message]
}

/// A message with all of its fields.
fn blank(known: &Value) -> Value {
    let created = known["time"].as_str();
    let created = created.and_then(|time| time::parse(time, Some(0)));
    json!({
        "id": known["id"],
        "created": created.map(|micros| time::local(micros, 0)),
        "is_customer": false,
        "is_support_human": false,
        "is_human_chat": false,
        "is_human_chat_queue": false,
        "is_unknown": false,
        "content": [],
        "original_question": null,
        "link_text": null,
        "clicked_button_id": null,
        "predicted_language": null,
        "predicted_intent_id": null,
        "prediction_types": [],
        "matched_filter": null,
        "skill": null,
        "system_action_trigger": null,
        "human_agent": null,
        "goals": [],
        "sent_filters": [],
        "feedback": null,
        "translations": [],
        "displayed_action": { "action_type": "reply", "intent_action_meta_id": 3149, "transfer_to_human": false },
        "came_from_action": null,
    })
}

/// The parts of a message. HTML stands in `text`.
fn content(parts: &Value) -> Value {
    let parts = parts.as_array().into_iter().flatten().cloned();
    let parts = parts.map(|mut part| {
        if part["type"] == "html" {
            part["text"] = part["html"].take();
        }
        part
    });
    parts.collect()
}
