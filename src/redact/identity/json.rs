//! Walks through a record, and tells of each value what its key says about it.

use std::borrow::Cow;

use super::facts::Fact;
use super::key_cache::KeyCache;
use crate::json::Cursor;
use crate::json::lenient::TextOrNone;

/// How deep values may be nested that are looked at.
const DEEPEST: u8 = 64;

/// A string or number of a record.
#[derive(Debug)]
pub struct Leaf<'a> {
    /// What its key says about it.
    pub fact: Fact,
    /// The text; a number as it is written.
    pub text: Cow<'a, str>,
}

/// Calls `take` with each string and number whose key says what it is. `of_person` says whether the record is about a
/// person.
pub fn facts<'a>(
    record: &'a str,
    of_person: bool,
    keys: &mut KeyCache,
    take: &mut dyn FnMut(Leaf<'a>),
) {
    let place = Place {
        fact: None,
        of_person,
        depth: DEEPEST,
    };
    // What comes after damage is not seen; the vendors' readers have refused it before.
    let _ = walk(&mut Cursor::new(record), place, keys, take);
}

#[derive(Clone, Copy)]
struct Place {
    fact: Option<Fact>,
    of_person: bool,
    depth: u8,
}

fn walk<'a>(
    cursor: &mut Cursor<'a>,
    place: Place,
    keys: &mut KeyCache,
    take: &mut dyn FnMut(Leaf<'a>),
) -> Option<()> {
    match cursor.peek()? {
        b'{' if place.depth > 0 => cursor.members(|cursor, key| {
            let meaning = keys.meaning(&key);
            let of_person = place.of_person || meaning.is_about_person;
            let inner = Place {
                fact: meaning
                    .fact(of_person)
                    .or(place.fact.filter(|fact| is_inherited(*fact))),
                of_person,
                depth: place.depth - 1,
            };
            walk(cursor, inner, keys, take)
        }),
        b'[' if place.depth > 0 => cursor.items(|cursor| {
            let inner = Place {
                depth: place.depth - 1,
                ..place
            };
            walk(cursor, inner, keys, take)
        }),
        byte => {
            let value = cursor.value()?;
            let text = match byte {
                b'"' => TextOrNone::of(value).0,
                b'-' | b'0'..=b'9' => Some(Cow::Borrowed(value)),
                _ => None,
            };
            if let (Some(text), Some(fact)) = (text, place.fact) {
                take(Leaf { fact, text });
            }
            Some(())
        }
    }
}

/// Whether the values of an object are what the key of the object says: `address: {street: ...}`.
fn is_inherited(fact: Fact) -> bool {
    matches!(fact, Fact::Address | Fact::Number)
}
