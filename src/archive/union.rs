//! Unites a conversation as it came with the same conversation as it is stored. No message is dropped.

use std::collections::HashMap;

use super::rows::{Runs, StoredMessage};
use crate::model::{CLICK, Conversation, Message, User, click_id};
use crate::time::Timestamp;

/// A run, as far as it matters for one conversation.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The run that brought it.
    pub run: i64,
    /// The last run before that brought it with all of its messages, if one did.
    pub whole: Option<i64>,
    /// Whether it comes from an earlier export. What is stored then counts more than what came.
    pub import: bool,
}

/// The row of a stored message, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct StoredRow {
    pub id: i64,
    pub seq: i64,
    pub last_run: Option<i64>,
}

impl From<&StoredMessage> for StoredRow {
    fn from(stored: &StoredMessage) -> Self {
        Self {
            id: stored.rowid,
            seq: stored.seq,
            last_run: stored.runs.last,
        }
    }
}

/// A message of the united conversation.
#[derive(Debug)]
pub struct Entry {
    pub message: Message,
    pub runs: Runs,
    /// The row that has it. `None` for a message that is new.
    pub row: Option<StoredRow>,
    /// Whether its contents differ from the row's.
    pub edited: bool,
}

/// Replaces the parts of a conversation by those that came, except what did not come.
pub fn unite_parts(stored: &mut Conversation, came: &Conversation, arrival: Arrival) {
    let is_older = arrival.import && came.updated_at <= stored.updated_at;
    if is_older {
        stored.users = stored.users.take().or_else(|| came.users.clone());
        stored.states = stored.states.take().or_else(|| came.states.clone());
        stored.raw = stored.raw.take().or_else(|| came.raw.clone());
        stored.handover = stored.handover.take().or_else(|| came.handover.clone());
        return;
    }
    stored.created_at = came.created_at.or(stored.created_at);
    stored.updated_at = came.updated_at.or(stored.updated_at);
    stored.channel = came.channel.clone().or(stored.channel.take());
    stored.title.clone_from(&came.title);
    stored.tags.clone_from(&came.tags);
    // The messages of a talk with an agent stay, so what is known of it stays too.
    stored.handover = came.handover.clone().or(stored.handover.take());
    stored.users = unite_users(stored.users.take(), came.users.clone());
    stored.states = came.states.clone().or(stored.states.take());
    stored.raw = came.raw.clone().or(stored.raw.take());
    stored.reported_count = came.reported_count.or(stored.reported_count);
}

/// Unites the people by their ids. One that the vendor returns no more stays.
fn unite_users(stored: Option<Vec<User>>, came: Option<Vec<User>>) -> Option<Vec<User>> {
    let (Some(stored), Some(mut came)) = (&stored, came.clone()) else {
        return came.or(stored);
    };
    let is_missing = |user: &&User| !came.iter().any(|other| other.id == user.id);
    let missing: Vec<_> = stored.iter().filter(is_missing).cloned().collect();
    came.extend(missing);
    Some(came)
}

/// Unites the messages, oldest first. `fetched_since` says from which time on messages were asked for; `None` when all
/// were.
///
/// Messages that came keep the order in which they came. A stored message that did not come stands before the one that
/// follows it in the stored order; if none follows, its time decides.
pub fn unite_messages(
    stored: Vec<StoredMessage>,
    came: Vec<Message>,
    fetched_since: Option<Timestamp>,
    arrival: Arrival,
) -> Vec<Entry> {
    let mut places: HashMap<(String, u32), usize> = HashMap::with_capacity(came.len());
    let mut copies = Copies::default();
    for (place, message) in came.iter().enumerate() {
        places.insert(copies.key(&message.id), place);
    }
    for (name, place) in clicks(came.iter()) {
        places.entry((name, 1)).or_insert(place);
    }
    let mut entries: Vec<Option<Entry>> = came
        .into_iter()
        .map(|message| Some(new(message, arrival)))
        .collect();
    // What stands before each message that came, and after the last.
    let mut before: Vec<Vec<Entry>> = Vec::new();
    before.resize_with(entries.len() + 1, Vec::new);
    let mut waiting = Vec::new();
    let mut anchor = 0;
    let mut copies = Copies::default();
    let stored_clicks = clicks(stored.iter().map(|stored| &stored.message));
    let mut stored_clicks = stored_clicks.into_iter().peekable();
    for (number, stored) in stored.into_iter().enumerate() {
        let click = stored_clicks.next_if(|(_, place)| *place == number);
        let known = places.get(&copies.key(&stored.message.id));
        let known = known.or_else(|| places.get(&(click?.0, 1)));
        // No message takes the place of two.
        match known.filter(|place| {
            entries[**place]
                .as_ref()
                .is_some_and(|entry| entry.row.is_none())
        }) {
            Some(&place) => {
                before[place].append(&mut waiting);
                anchor = place + 1;
                let came = entries[place].take().map(|entry| entry.message);
                entries[place] = came.map(|came| met(stored, came, arrival));
            }
            None => waiting.push(missed(stored, fetched_since, arrival)),
        }
    }
    for entry in waiting {
        let is_later = |other: &Option<Entry>| {
            other
                .as_ref()
                .is_some_and(|other| other.message.created_at > entry.message.created_at)
        };
        let place = entries[anchor..].iter().position(is_later);
        before[place.map_or(entries.len(), |place| anchor + place)].push(entry);
    }
    let came = entries.into_iter().map(Some).chain([None]);
    let groups = before.into_iter().zip(came);
    groups
        .flat_map(|(before, came)| before.into_iter().chain(came.flatten()))
        .collect()
}

/// The clicks of users among the messages, each named by the message that answers it, with their places.
///
/// A click has no id in boost.ai's API v3, so it is named by its answer. In API v4 it has an id of its own. It is one
/// message all the same.
fn clicks<'a>(messages: impl Iterator<Item = &'a Message>) -> Vec<(String, usize)> {
    let mut clicks = Vec::new();
    let mut before = None;
    for (place, message) in messages.enumerate() {
        if let Some(place) = before {
            clicks.push((click_id(&message.id), place));
        }
        before = (message.kind == CLICK).then_some(place);
    }
    clicks
}

/// Numbers the messages that have the same id, so that none takes another's place.
#[derive(Default)]
struct Copies(HashMap<String, u32>);

impl Copies {
    fn key(&mut self, id: &str) -> (String, u32) {
        let count = self.0.entry(id.to_owned()).or_default();
        *count += 1;
        (id.to_owned(), *count)
    }
}

/// A message that is not stored yet. The vendor did not return one that an earlier export brings.
fn new(message: Message, arrival: Arrival) -> Entry {
    let runs = Runs {
        first: arrival.run,
        last: arrival.import.then_some(arrival.run),
    };
    Entry {
        message,
        runs,
        row: None,
        edited: true,
    }
}

/// A stored message that came again.
fn met(stored: StoredMessage, mut came: Message, arrival: Arrival) -> Entry {
    let row = Some(StoredRow::from(&stored));
    let first = stored.runs.first;
    // A click may have come with another id.
    came.id.clone_from(&stored.message.id);
    if arrival.import {
        let adds_raw = stored.message.raw.is_none() && came.raw.is_some();
        return Entry {
            message: if adds_raw { came } else { stored.message },
            runs: stored.runs,
            row,
            edited: adds_raw,
        };
    }
    if came.raw.is_none() {
        came.raw.clone_from(&stored.message.raw);
    }
    if came.author.is_none() {
        // A later session of a handover takes the name of the agent out of the tags.
        came.author.clone_from(&stored.message.author);
    }
    let edited = stored.message != came;
    Entry {
        message: came,
        runs: Runs { first, last: None },
        row,
        edited,
    }
}

/// A stored message that did not come.
fn missed(stored: StoredMessage, fetched_since: Option<Timestamp>, arrival: Arrival) -> Entry {
    let was_asked_for = fetched_since.is_none_or(|since| stored.message.created_at >= Some(since));
    let row = Some(StoredRow::from(&stored));
    let mut runs = stored.runs;
    if was_asked_for && !arrival.import && runs.last.is_none() {
        // A run that brought only the newest messages does not tell of the others.
        runs.last = Some(arrival.whole.unwrap_or_default().max(runs.first));
    }
    Entry {
        message: stored.message,
        runs,
        row,
        edited: false,
    }
}
