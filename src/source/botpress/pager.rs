//! Reads a list page by page, with `nextToken` (vendors/botpress.md, Requests).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::marker::PhantomData;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::record_id;
use super::seen::Seen;
use crate::http::{Advice, Client};
use crate::source::id_set::IdSet;

/// After this many pages in a row whose records came before, the list is taken to be a loop, even if its tokens differ.
const MAX_STALE_PAGES: u32 = 50;

/// After this many empty pages in a row, too. An API may filter after it has cut the list into pages.
const MAX_EMPTY_PAGES: u32 = 10_000;

/// Reads a list page by page.
#[derive(Debug)]
pub struct Pager<P> {
    purpose: String,
    advice: Advice,
    query: Vec<(String, String)>,
    next: Next,
    tokens: HashSet<u64>,
    seen: Seen,
    /// The id of the last record that came.
    last: Option<String>,
    /// How many pages in a row had only records that came before.
    stale_pages: u32,
    /// How many pages in a row had no record.
    empty_pages: u32,
    moved: bool,
    page: PhantomData<P>,
}

#[derive(Debug)]
enum Next {
    First,
    Token(String),
    /// A token that was used before.
    Repeated,
    End,
}

/// A page of a list, as the API sends it.
pub trait Page: DeserializeOwned {
    /// The list's name in the address.
    const LIST: &'static str;

    /// The records, and the token of the next page.
    fn into_parts(self) -> (Vec<Box<RawValue>>, Meta);
}

impl<P: Page> Pager<P> {
    /// Makes a pager that begins at the first page. `purpose` is in words that follow "could not".
    pub fn new(purpose: String, advice: Advice, query: Vec<(String, String)>) -> Self {
        Self {
            purpose,
            advice,
            query,
            next: Next::First,
            tokens: HashSet::new(),
            seen: Seen::default(),
            last: None,
            stale_pages: 0,
            empty_pages: 0,
            moved: false,
            page: PhantomData,
        }
    }

    /// Fetches the next page and returns its new records. Returns `None` after the last page.
    ///
    /// # Errors
    /// When the page cannot be fetched, or when the list has no end: a token is repeated, or too many pages have
    /// nothing new.
    pub async fn next_page(&mut self, client: &Client) -> Result<Option<Vec<Box<RawValue>>>> {
        let mut query = self.query.clone();
        match &self.next {
            Next::First => {}
            Next::Token(token) => query.push(("nextToken".to_owned(), token.clone())),
            Next::Repeated => return self.endless("the API gave the same nextToken twice"),
            Next::End => return Ok(None),
        }
        if self.stale_pages == MAX_STALE_PAGES || self.empty_pages == MAX_EMPTY_PAGES {
            return self.endless("page after page brings nothing new");
        }
        let mut call = client.call(self.purpose.clone(), &["v1", "chat", P::LIST], &query)?;
        call.advice = self.advice;
        let (records, meta) = client.get::<P>(&call).await?.into_parts();
        self.next = match meta.next_token.filter(|token| !token.is_empty()) {
            None => Next::End,
            Some(token) if self.tokens.insert(hash(&token)) => Next::Token(token),
            Some(_) => Next::Repeated,
        };
        let count = records.len();
        let new = self.new_of(records)?;
        match (count, new.len()) {
            (0, _) => self.empty_pages += 1,
            (_, 0) => self.stale_pages += 1,
            _ => (self.empty_pages, self.stale_pages) = (0, 0),
        }
        Ok(Some(new))
    }

    /// Returns the records of a page that did not come before. One without an id is new; the caller reports it as an
    /// error.
    ///
    /// When a list grows at its beginning, a page begins with what the page before ended with, and then goes on. Nothing
    /// is missing in such a list. Any other record that comes twice shows that the list moved.
    fn new_of(&mut self, records: Vec<Box<RawValue>>) -> io::Result<Vec<Box<RawValue>>> {
        let (mut new, mut repeated) = (Vec::with_capacity(records.len()), None);
        let end_of_page_before = self.last.clone();
        for record in records {
            let id = record_id::id(&record);
            let is_new = match &id {
                Some(id) => self.seen.insert(id, record_id::created(&record))?,
                None => true,
            };
            self.moved |= !is_new && !new.is_empty();
            if is_new {
                self.last = id;
                new.push(record);
            } else {
                repeated = id;
            }
        }
        self.moved |= repeated.is_some() && (new.is_empty() || repeated != end_of_page_before);
        Ok(new)
    }

    /// Whether the list moved while it was read, so that something may be missing.
    pub fn has_moved(&self) -> bool {
        self.moved
    }

    /// Whether there is no further page.
    pub fn is_at_end(&self) -> bool {
        matches!(self.next, Next::End)
    }

    /// The ids of all records that came.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub fn into_ids(self) -> io::Result<IdSet> {
        self.seen.into_ids()
    }

    fn endless<T>(&self, why: &str) -> Result<T> {
        let (purpose, list) = (&self.purpose, P::LIST);
        bail!("could not {purpose}: {why}, so the list has no end (GET /v1/chat/{list})")
    }
}

fn hash(token: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    token.hash(&mut hasher);
    hasher.finish()
}

/// A page of the list of conversations.
#[derive(Debug, Deserialize)]
pub struct Conversations {
    conversations: Vec<Box<RawValue>>,
    meta: Meta,
}

impl Page for Conversations {
    const LIST: &'static str = "conversations";

    fn into_parts(self) -> (Vec<Box<RawValue>>, Meta) {
        (self.conversations, self.meta)
    }
}

/// A page of the list of messages.
#[derive(Debug, Deserialize)]
pub struct Messages {
    messages: Vec<Box<RawValue>>,
    meta: Meta,
}

impl Page for Messages {
    const LIST: &'static str = "messages";

    fn into_parts(self) -> (Vec<Box<RawValue>>, Meta) {
        (self.messages, self.meta)
    }
}

/// The part of a page that is the same for all lists.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    next_token: Option<String>,
}
