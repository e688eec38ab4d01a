//! Reads a list page by page, with `nextToken` (vendors/botpress.md, Requests).

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::record_id;
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
    seen: IdSet,
    /// How many pages in a row had only records that came before.
    stale_pages: u32,
    /// How many pages in a row had no record.
    empty_pages: u32,
    repeated: bool,
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
            seen: IdSet::default(),
            stale_pages: 0,
            empty_pages: 0,
            repeated: false,
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
        let (mut records, meta) = client.get::<P>(&call).await?.into_parts();
        self.next = match meta.next_token.filter(|token| !token.is_empty()) {
            None => Next::End,
            Some(token) if self.tokens.insert(hash(&token)) => Next::Token(token),
            Some(_) => Next::Repeated,
        };
        let count = records.len();
        // A record without an id is kept; the caller reports it as an error.
        records.retain(|record| record_id::id(record).is_none_or(|id| self.seen.insert(&id)));
        self.repeated |= records.len() < count;
        match (count, records.len()) {
            (0, _) => self.empty_pages += 1,
            (_, 0) => self.stale_pages += 1,
            _ => (self.empty_pages, self.stale_pages) = (0, 0),
        }
        Ok(Some(records))
    }

    /// Whether a record came twice, because the list moved while it was read.
    pub fn has_repeated(&self) -> bool {
        self.repeated
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
