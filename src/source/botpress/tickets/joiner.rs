//! Joins each ticket with the customer's conversation that it belongs to.
//!
//! A ticket can come before or after its customer's conversation, and the tags that link them may be missing. So all
//! conversations wait until the last one came.

use std::collections::HashMap;

use anyhow::Result;

use super::spool::{Place, Spool};
use super::unite::{self, has_records, links};
use crate::model::Conversation;

/// Joins the tickets of an export with the conversations that it has.
pub struct Joiner {
    spool: Spool,
    entries: Vec<Entry>,
    keep_raw: bool,
}

/// A conversation that waits.
struct Entry {
    place: Place,
    /// The account and the id.
    key: Key,
    is_ticket: bool,
    /// The other side of its handover, if a tag names it.
    other: Option<Key>,
    has_records: bool,
}

type Key = (Option<String>, String);

/// What becomes of a conversation.
pub enum Joined {
    /// It is written, perhaps with messages of tickets.
    Conversation(Box<Conversation>),
    /// A ticket that is in the customer's conversation now, by its id.
    Ticket(String),
}

/// What the messages of tickets tell, for those that no tag of a conversation links: the ticket, by the ids of its own
/// messages and of the customer's messages that it has copies of.
#[derive(Default)]
struct Traces(HashMap<String, usize>);

impl Joiner {
    /// Begins without conversations. They are returned with the vendor's records if `keep_raw`.
    ///
    /// # Errors
    /// When there is no room for a temporary file.
    pub fn new(keep_raw: bool) -> Result<Self> {
        Ok(Self {
            spool: Spool::new()?,
            entries: Vec::new(),
            keep_raw,
        })
    }

    /// Adds a conversation, with the vendor's records.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn add(&mut self, conversation: &Conversation) -> Result<()> {
        let account = &conversation.account;
        let key = |id: &String| (account.clone(), id.clone());
        let handover = conversation.handover.as_ref();
        self.entries.push(Entry {
            place: self.spool.add(conversation)?,
            key: key(&conversation.id),
            is_ticket: conversation.is_ticket(),
            other: handover.and_then(|handover| handover.conversation_id.as_ref().map(key)),
            has_records: has_records(conversation),
        });
        Ok(())
    }

    /// Calls `take` with every conversation, in the order in which they came. Returns how many tickets could not be joined
    /// because an export without the vendor's records does not tell which messages are copies.
    ///
    /// # Errors
    /// The errors of `take`, or when the temporary file cannot be read.
    pub fn finish(mut self, mut take: impl FnMut(Joined) -> Result<()>) -> Result<u64> {
        let mut owners = self.owners_by_tags();
        self.find_owners_by_messages(&mut owners)?;
        let mut unreadable = 0;
        let mut tickets: HashMap<usize, Vec<usize>> = HashMap::new();
        for (ticket, owner) in owners.iter_mut().enumerate() {
            let Some(customer) = *owner else { continue };
            if self.entries[ticket].has_records && self.entries[customer].has_records {
                tickets.entry(customer).or_default().push(ticket);
            } else {
                *owner = None;
                unreadable += 1;
            }
        }
        for (index, owner) in owners.into_iter().enumerate() {
            if owner.is_some() {
                let (_, id) = self.entries[index].key.clone();
                take(Joined::Ticket(id))?;
                continue;
            }
            let mut conversation = self.read(index)?;
            for ticket in tickets.remove(&index).unwrap_or_default() {
                let ticket = self.read(ticket)?;
                unite::unite(&mut conversation, ticket);
            }
            if !self.keep_raw {
                without_raw(&mut conversation);
            }
            take(Joined::Conversation(Box::new(conversation)))?;
        }
        Ok(unreadable)
    }

    fn read(&mut self, index: usize) -> Result<Conversation> {
        self.spool.read(self.entries[index].place)
    }

    /// The customer's conversation of each ticket, as far as the tags of one of the two tell.
    fn owners_by_tags(&self) -> Vec<Option<usize>> {
        let customers = || {
            let all = self.entries.iter().enumerate();
            all.filter(|(_, entry)| !entry.is_ticket)
        };
        let by_key: HashMap<&Key, usize> = customers()
            .map(|(index, entry)| (&entry.key, index))
            .collect();
        let by_ticket: HashMap<&Key, usize> = customers()
            .filter_map(|(index, entry)| Some((entry.other.as_ref()?, index)))
            .collect();
        let owner = |entry: &Entry| {
            let named = entry.other.as_ref().and_then(|other| by_key.get(other));
            let owner = named.or_else(|| by_ticket.get(&entry.key));
            owner.copied().filter(|_| entry.is_ticket)
        };
        self.entries.iter().map(owner).collect()
    }

    /// Finds the others by their messages: either side has copies that name the other's originals.
    fn find_owners_by_messages(&mut self, owners: &mut [Option<usize>]) -> Result<()> {
        let mut traces = Traces::default();
        for (index, owner) in owners.iter().enumerate() {
            if self.entries[index].is_ticket && owner.is_none() {
                traces.add(&self.read(index)?, index);
            }
        }
        for index in 0..self.entries.len() {
            if !self.entries[index].is_ticket && !traces.0.is_empty() {
                let customer = self.read(index)?;
                for ticket in traces.tickets_of(&customer) {
                    owners[ticket].get_or_insert(index);
                }
            }
        }
        Ok(())
    }
}

impl Traces {
    fn add(&mut self, ticket: &Conversation, index: usize) {
        for message in &ticket.messages {
            let original = links(message).and_then(|links| links.in_customer);
            self.0
                .insert(original.unwrap_or_else(|| message.id.clone()), index);
        }
    }

    fn tickets_of(&self, customer: &Conversation) -> Vec<usize> {
        let trace = |message: &crate::model::Message| {
            let original = links(message).and_then(|links| links.in_ticket);
            self.0
                .get(&original.unwrap_or_else(|| message.id.clone()))
                .copied()
        };
        customer.messages.iter().filter_map(trace).collect()
    }
}

fn without_raw(conversation: &mut Conversation) {
    conversation.raw = None;
    for message in &mut conversation.messages {
        message.raw = None;
    }
}
