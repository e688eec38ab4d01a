//! One page of a list, and the opaque token of the next page. A token names the last item of its page, so new and
//! deleted items elsewhere do not move the pages.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::mem;

use super::http::Request;
use super::world::World;

/// How a page may be wrong.
#[derive(Debug, Clone, Copy)]
pub enum Twist {
    None,
    /// Repeats an earlier token.
    Loop,
    /// Repeats the last N items of the page before.
    Repeat(usize),
}

/// The position of an item in its list: by time, and then by the order in which the items were made.
pub type Key = (i64, u64);

/// A list that is divided into pages.
pub struct List<T> {
    /// The name of the array in the answer.
    pub name: &'static str,
    pub items: Vec<(Key, T)>,
    pub ascending: bool,
}

impl<T> List<T> {
    /// A list that has the newest items first.
    pub fn new(name: &'static str, items: Vec<(Key, T)>) -> Self {
        Self {
            name,
            items,
            ascending: false,
        }
    }

    fn compare(ascending: bool, left: Key, right: Key) -> Ordering {
        if ascending {
            left.cmp(&right)
        } else {
            right.cmp(&left)
        }
    }

    fn sort(items: &mut [(Key, T)], ascending: bool) {
        items.sort_unstable_by(|left, right| Self::compare(ascending, left.0, right.0));
    }

    /// Removes the items that a client at `reached` has seen, and returns them.
    fn split_seen(&mut self, reached: Key) -> Vec<(Key, T)> {
        let items = mem::take(&mut self.items);
        let seen = |item: &(Key, T)| Self::compare(self.ascending, item.0, reached).is_le();
        let (seen, rest) = items.into_iter().partition(seen);
        self.items = rest;
        seen
    }

    /// Keeps only one page of items, in order. Returns whether there are more.
    fn keep(&mut self, size: usize) -> bool {
        let ascending = self.ascending;
        let more = self.items.len() > size;
        if more {
            // Only this page must be in order, so the thousands of items after it are not sorted.
            let compare =
                |left: &(Key, T), right: &(Key, T)| Self::compare(ascending, left.0, right.0);
            self.items.select_nth_unstable_by(size, compare);
            self.items.truncate(size);
        }
        Self::sort(&mut self.items, ascending);
        more
    }
}

/// The first token of each list that a client reads.
#[derive(Debug, Default)]
pub struct Walks(RefCell<HashMap<String, String>>);

/// Finds the page that a request asks for.
pub struct Pager<'a> {
    pub request: &'a Request,
    pub world: &'a World,
    pub twist: Twist,
}

impl Pager<'_> {
    /// The page as JSON. An error says what is wrong with the query.
    pub fn page<T>(
        &self,
        mut list: List<T>,
        json: impl Fn(&T) -> String,
    ) -> Result<String, String> {
        let size = size(self.request, self.world.page_size)?;
        let given = self.request.param("nextToken").map(read_token);
        let mut seen = match given.transpose()? {
            Some(reached) => list.split_seen(reached),
            None => Vec::new(),
        };
        let more = list.keep(size);
        let next = list.items.last().filter(|_| more).map(|item| token(item.0));
        if let Twist::Repeat(items) = self.twist {
            List::sort(&mut seen, list.ascending);
            let repeated = seen.split_off(seen.len() - items.min(seen.len()));
            list.items.splice(0..0, repeated);
        }
        let items: Vec<String> = list.items.iter().map(|(_, item)| json(item)).collect();
        Ok(body(list.name, &items, self.next(next).as_deref()))
    }

    /// The token of the next page: usually the right one, or the first token again for a loop.
    fn next(&self, next: Option<String>) -> Option<String> {
        let query = self.request.query.iter();
        let filters: Vec<_> = query.filter(|(name, _)| name != "nextToken").collect();
        let walk = format!("{}?{filters:?}", self.request.path);
        let mut walks = self.world.walks.0.borrow_mut();
        if self.request.param("nextToken").is_none() {
            if let Some(next) = &next {
                walks.insert(walk, next.clone());
            }
            return next;
        }
        match (self.twist, walks.get(&walk)) {
            (Twist::Loop, Some(first)) => Some(first.clone()),
            _ => next,
        }
    }
}

fn size(request: &Request, default: usize) -> Result<usize, String> {
    let Some(text) = request.param("pageSize") else {
        return Ok(default);
    };
    match text.parse() {
        Ok(size @ 1..) => Ok(usize::min(size, 100)),
        _ => Err(format!("pageSize must be a positive number, not {text:?}")),
    }
}

fn body(name: &str, items: &[String], next: Option<&str>) -> String {
    let meta = next.map_or(String::new(), |token| format!("\"nextToken\":\"{token}\""));
    format!("{{\"{name}\":[{}],\"meta\":{{{meta}}}}}", items.join(","))
}

/// The bytes that make tokens begin with `+///`. They also end with `=`, so a client must percent-encode them.
const MARK: [u8; 3] = [0xfb, 0xff, 0xff];

fn token(key: Key) -> String {
    let mut bytes = MARK.to_vec();
    bytes.extend(format!("{}:{}", key.0, key.1).bytes());
    while bytes.len() % 3 != 1 {
        bytes.push(b' ');
    }
    base64(&bytes)
}

fn read_token(text: &str) -> Result<Key, String> {
    let key = || {
        let bytes = from_base64(text)?;
        let text = std::str::from_utf8(bytes.strip_prefix(&MARK)?).ok()?;
        let (at, order) = text.trim_end().split_once(':')?;
        Some((at.parse().ok()?, order.parse().ok()?))
    };
    key().ok_or_else(|| format!("nextToken is malformed: {text:?}"))
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let byte = |at: usize| u32::from(group.get(at).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let index = (bits >> (18 - 6 * digit)) as usize & 63;
            let shown = digit <= group.len();
            text.push(if shown { ALPHABET[index] as char } else { '=' });
        }
    }
    text
}

/// Decodes base64 with the standard alphabet and padding. Returns `None` for anything else.
pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - digits.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for digit in digits.bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits = bits << 6 | u32::try_from(value).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 255) as u8);
        }
    }
    Some(bytes)
}
