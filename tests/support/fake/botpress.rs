//! Botpress Cloud's chat API: the calls that an export makes, with the vendor's errors and strict checks of queries.

use super::answer::Answer;
use super::botpress_json::{conversation_json, error_json, state_json, user_json};
use super::http::Request;
use super::page::{List, Pager, Twist};
use super::time;
use super::world::{Conversation, World};

/// The status and message of a refusal.
type Refusal = (u16, String);

/// A parameter that is an object (`tags.K=V`), and one that may be repeated.
const TAGS: &str = "tags.";
const PARTICIPANTS: &str = "participantIds";

/// Answers a request under `/v1/`.
pub fn answer(request: &Request, world: &World, twist: Twist) -> Answer {
    match authorize(request, world).and_then(|()| route(request, world, twist)) {
        Ok(body) => Answer::json(200, body),
        Err((code, message)) => Answer::json(code, error_json(code, &message)),
    }
}

/// Deletes the conversation that a request is about.
pub fn vanish(request: &Request, world: &mut World) {
    let segments = request.segments();
    let named = segments
        .iter()
        .skip(3)
        .find(|part| world.find(part).is_some());
    let id = request.param("conversationId").map(str::to_owned);
    if let Some(id) = id.or_else(|| named.cloned()) {
        world.delete_conversation(&id);
    }
}

fn authorize(request: &Request, world: &World) -> Result<(), Refusal> {
    if request.bearer() != Some(world.token.as_str()) {
        return Err((401, "The token is missing or invalid.".to_owned()));
    }
    match request.header("x-bot-id") {
        None => Err((400, "The header x-bot-id is required.".to_owned())),
        Some(bot) if bot != world.bot_id => Err((403, format!("No access to the bot {bot:?}."))),
        Some(_) => Ok(()),
    }
}

fn route(request: &Request, world: &World, twist: Twist) -> Result<String, Refusal> {
    if request.malformed {
        return Err((400, "The query is not percent-encoded.".to_owned()));
    }
    if request.method != "GET" {
        return Err((404, "There is no such operation.".to_owned()));
    }
    let segments = request.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["v1", "chat", "conversations"] => conversations(request, world, twist),
        ["v1", "chat", "conversations", id] => conversation(request, world, id),
        ["v1", "chat", "conversations", id, "participants"] => {
            participants(request, world, twist, id)
        }
        ["v1", "chat", "messages"] => messages(request, world, twist),
        ["v1", "chat", "states", kind, id, name] => state(request, world, [kind, id, name]),
        ["v1", "chat", "users"] => users(request, world, twist),
        ["v1", "chat", "users", id] => user(request, world, id),
        _ => Err((404, format!("There is nothing at {}.", request.path))),
    }
}

fn conversations(request: &Request, world: &World, twist: Twist) -> Result<String, Refusal> {
    allow(
        request,
        &[
            "nextToken",
            "pageSize",
            "sortField",
            "sortDirection",
            TAGS,
            PARTICIPANTS,
            "integrationName",
            "channel",
            "afterDate",
            "beforeDate",
            "minMessageCount",
            "maxMessageCount",
        ],
    )?;
    let by_update = choice(request, "sortField", ["createdAt", "updatedAt"])? == 1;
    let ascending = choice(request, "sortDirection", ["desc", "asc"])? == 1;
    let range = Range::of(request)?;
    let least = count(request, "minMessageCount")?.unwrap_or(0);
    let most = count(request, "maxMessageCount")?.unwrap_or(usize::MAX);
    let wanted = |known: &Conversation| {
        range.holds(known.created_at)
            && (least..=most).contains(&known.messages.len())
            && is(request, "integrationName", &known.integration)
            && is(request, "channel", &known.channel)
            && tagged(request, &known.tags)
            && request
                .params(PARTICIPANTS)
                .iter()
                .all(|id| known.participants.iter().any(|known| known == *id))
    };
    let items = (0..).zip(&world.conversations);
    let items = items
        .filter(|(_, known)| wanted(known))
        .map(|(order, known)| {
            let at = if by_update {
                known.updated_at
            } else {
                known.created_at
            };
            ((at, order), known)
        });
    let mut list = List::new("conversations", items.collect());
    list.ascending = ascending;
    let pager = Pager {
        request,
        world,
        twist,
    };
    invalid(pager.page(list, |known| conversation_json(known)))
}

fn conversation(request: &Request, world: &World, id: &str) -> Result<String, Refusal> {
    allow(request, &[])?;
    let known = existing(world, id)?;
    Ok(format!(
        r#"{{"conversation":{}}}"#,
        conversation_json(known)
    ))
}

fn participants(
    request: &Request,
    world: &World,
    twist: Twist,
    id: &str,
) -> Result<String, Refusal> {
    allow(request, &["nextToken"])?;
    let ids = &existing(world, id)?.participants;
    let users = (0..).zip(&world.users);
    let users = users.filter(|(_, user)| ids.contains(&user.id));
    let items = users.map(|(order, user)| ((user.created_at, order), user));
    let list = List::new("participants", items.collect());
    let pager = Pager {
        request,
        world,
        twist,
    };
    invalid(pager.page(list, |user| user_json(user)))
}

fn messages(request: &Request, world: &World, twist: Twist) -> Result<String, Refusal> {
    let names = [
        "nextToken",
        "pageSize",
        "conversationId",
        TAGS,
        "afterDate",
        "beforeDate",
    ];
    allow(request, &names)?;
    let only = request.param("conversationId");
    if let Some(id) = only {
        existing(world, id)?;
    }
    let range = Range::of(request)?;
    let mut items = Vec::new();
    for (outer, known) in (0_u64..).zip(&world.conversations) {
        if only.is_some_and(|id| id != known.id) {
            continue;
        }
        let messages = (0_u64..).zip(&known.messages);
        let wanted = messages.filter(|(_, message)| {
            range.holds(message.created_at) && tagged(request, &message.tags)
        });
        // Messages with the same time keep the order in which they were made.
        items.extend(
            wanted.map(|(inner, message)| ((message.created_at, outer << 32 | inner), message)),
        );
    }
    let pager = Pager {
        request,
        world,
        twist,
    };
    invalid(pager.page(List::new("messages", items), |message| message.raw.clone()))
}

fn state(request: &Request, world: &World, path: [&str; 3]) -> Result<String, Refusal> {
    allow(request, &[])?;
    let mut states = world.states.iter();
    let found = states.find(|state| [&state.kind, &state.id, &state.name] == path);
    let found = found.ok_or_else(|| (404, format!("State {path:?} does not exist.")))?;
    Ok(state_json(found, &world.bot_id))
}

fn users(request: &Request, world: &World, twist: Twist) -> Result<String, Refusal> {
    allow(request, &["nextToken", "pageSize", TAGS])?;
    let users = (0..).zip(&world.users);
    let users = users.filter(|(_, user)| tagged(request, &user.tags));
    let items = users.map(|(order, user)| ((user.created_at, order), user));
    let list = List::new("users", items.collect());
    let pager = Pager {
        request,
        world,
        twist,
    };
    invalid(pager.page(list, |user| user_json(user)))
}

fn user(request: &Request, world: &World, id: &str) -> Result<String, Refusal> {
    allow(request, &[])?;
    let found = world.users.iter().find(|user| user.id == id);
    let found = found.ok_or_else(|| (404, format!("User {id:?} does not exist.")))?;
    Ok(format!(r#"{{"user":{}}}"#, user_json(found)))
}

fn existing<'a>(world: &'a World, id: &str) -> Result<&'a Conversation, Refusal> {
    let missing = || (404, format!("Conversation {id:?} does not exist."));
    world.find(id).ok_or_else(missing)
}

/// The range of `afterDate` and `beforeDate` in milliseconds. It includes both ends.
struct Range {
    after: i64,
    before: i64,
}

impl Range {
    fn of(request: &Request) -> Result<Self, Refusal> {
        Ok(Self {
            after: date(request, "afterDate")?.unwrap_or(i64::MIN),
            before: date(request, "beforeDate")?.unwrap_or(i64::MAX),
        })
    }

    fn holds(&self, millis: i64) -> bool {
        (self.after..=self.before).contains(&(millis * 1000))
    }
}

fn date(request: &Request, name: &str) -> Result<Option<i64>, Refusal> {
    let Some(text) = request.param(name) else {
        return Ok(None);
    };
    // The parser accepts a date without a time, but the vendor does not.
    let time = text
        .contains('T')
        .then(|| time::parse(text, None))
        .flatten();
    let wrong = || {
        (
            400,
            format!("{name} must be an ISO 8601 time, not {text:?}."),
        )
    };
    time.map(Some).ok_or_else(wrong)
}

fn count(request: &Request, name: &str) -> Result<Option<usize>, Refusal> {
    let number = request.param(name).map(str::parse).transpose();
    number.map_err(|_| (400, format!("{name} must be a number.")))
}

/// Which of two words a parameter is. Returns the first when it is missing.
fn choice(request: &Request, name: &str, words: [&str; 2]) -> Result<usize, Refusal> {
    let Some(given) = request.param(name) else {
        return Ok(0);
    };
    let place = words.iter().position(|word| *word == given);
    place.ok_or_else(|| (400, format!("{name} must be one of {words:?}.")))
}

fn is(request: &Request, name: &str, value: &str) -> bool {
    request.param(name).is_none_or(|wanted| wanted == value)
}

fn tagged(request: &Request, tags: &[(String, String)]) -> bool {
    let mut wanted = request.query.iter().filter_map(|(name, value)| {
        let name = name.strip_prefix(TAGS)?;
        Some((name, value))
    });
    wanted.all(|(name, value)| tags.iter().any(|tag| tag.0 == name && tag.1 == *value))
}

/// Refuses unknown parameters, and repeated ones that are not lists.
fn allow(request: &Request, names: &[&str]) -> Result<(), Refusal> {
    for (at, (name, _)) in request.query.iter().enumerate() {
        let is_tag = name.starts_with(TAGS) && name.len() > TAGS.len();
        if !(names.contains(&name.as_str()) || is_tag && names.contains(&TAGS)) {
            return Err((400, format!("There is no parameter {name:?}.")));
        }
        let again = request.query[..at].iter().any(|(other, _)| other == name);
        if again && name != PARTICIPANTS {
            return Err((400, format!("The parameter {name:?} came twice.")));
        }
    }
    Ok(())
}

fn invalid(page: Result<String, String>) -> Result<String, Refusal> {
    page.map_err(|message| (400, message))
}
