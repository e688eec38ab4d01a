//! A vendor's record without what is personal in it: each string and each number is looked at, and what may be personal but
//! cannot be told is dropped.

use super::conversation::Pass;
use super::identity::Fact;
use crate::json::lenient::TextOrNone;
use crate::json::{Cursor, write_string};
use crate::model::Record;

/// Values that are nested deeper than this are dropped.
const DEEPEST: u8 = 64;

/// A number with more digits than this may be somebody's.
const MOST_DIGITS: usize = 6;

/// Where a value is.
#[derive(Clone, Copy)]
struct Place {
    fact: Option<Fact>,
    of_person: bool,
    depth: u8,
}

impl Pass<'_> {
    /// The record without what is personal. `None` when it cannot be read.
    pub(super) fn json(&mut self, record: &str, of_person: bool) -> Option<Record> {
        let json = self.value_json(record, None, of_person)?;
        Some(Record::of_json(&json))
    }

    /// The value, as JSON, without what is personal. `None` when it cannot be read.
    pub(super) fn value_json(
        &mut self,
        value: &str,
        fact: Option<Fact>,
        of_person: bool,
    ) -> Option<String> {
        let mut out = Vec::with_capacity(value.len());
        let place = Place {
            fact,
            of_person,
            depth: DEEPEST,
        };
        self.value(&mut Cursor::new(value), place, &mut out)?;
        String::from_utf8(out).ok()
    }

    fn value(&mut self, cursor: &mut Cursor, place: Place, out: &mut Vec<u8>) -> Option<()> {
        match cursor.peek()? {
            b'{' | b'[' if place.depth == 0 => {
                cursor.value()?;
                out.extend_from_slice(b"null");
            }
            b'{' => self.object(cursor, place, out)?,
            b'[' => self.array(cursor, place, out)?,
            b'"' => {
                let text = TextOrNone::of(cursor.value()?).0?;
                write_string(&self.string(place.fact, &text), out);
            }
            b'-' | b'0'..=b'9' => {
                let number = cursor.value()?;
                self.number(place.fact, number, out);
            }
            _ => out.extend_from_slice(cursor.value()?.as_bytes()),
        }
        Some(())
    }

    fn object(&mut self, cursor: &mut Cursor, place: Place, out: &mut Vec<u8>) -> Option<()> {
        out.push(b'{');
        let mut first = true;
        cursor.members(|cursor, key| {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            write_string(&self.text(&key, ""), out);
            out.push(b':');
            let meaning = self.keys.meaning(&key);
            let of_person = place.of_person || meaning.is_about_person;
            let inner = Place {
                fact: meaning.fact(of_person).or(place.fact),
                of_person,
                depth: place.depth - 1,
            };
            self.value(cursor, inner, out)
        })?;
        out.push(b'}');
        Some(())
    }

    fn array(&mut self, cursor: &mut Cursor, place: Place, out: &mut Vec<u8>) -> Option<()> {
        out.push(b'[');
        let mut first = true;
        cursor.items(|cursor| {
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            let depth = place.depth - 1;
            self.value(cursor, Place { depth, ..place }, out)
        })?;
        out.push(b']');
        Some(())
    }

    /// A number stays when it is short. A long one stays when it is an id of this conversation, and is dropped when nobody can
    /// tell what it is.
    fn number(&mut self, fact: Option<Fact>, number: &str, out: &mut Vec<u8>) {
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        if fact.is_none() && digits <= MOST_DIGITS {
            out.extend_from_slice(number.as_bytes());
            return;
        }
        let replaced = self.string(fact, number);
        if replaced != number {
            write_string(&replaced, out);
        } else if self.own.label(number).is_some() {
            out.extend_from_slice(number.as_bytes());
        } else {
            out.extend_from_slice(b"null");
        }
    }
}
