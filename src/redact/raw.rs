//! A record without what is personal in it: each string and each number is looked at. Of a vendor's record, what nobody can
//! tell to be harmless is dropped.

use super::conversation::{Pass, is_replaced, is_time};
use super::documented::is_documented;
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
    /// Whether texts of keys that no document names are dropped.
    is_strict: bool,
    /// Whether a document names the key.
    is_documented: bool,
}

impl Place {
    fn top(fact: Option<Fact>, of_person: bool, is_strict: bool) -> Self {
        Self {
            fact,
            of_person,
            depth: DEEPEST,
            is_strict,
            is_documented: false,
        }
    }
}

impl Pass<'_> {
    /// A vendor's record without what is personal, and without what cannot be told. `None` when it cannot be read.
    pub(super) fn vendor_record(&mut self, record: &str) -> Option<Record> {
        let json = self.redacted(record, Place::top(None, false, true))?;
        Some(Record::of_json(&json))
    }

    /// A value without what is personal, as JSON. `None` when it cannot be read.
    pub(super) fn value_json(
        &mut self,
        value: &str,
        fact: Option<Fact>,
        of_person: bool,
    ) -> Option<String> {
        self.redacted(value, Place::top(fact, of_person, false))
    }

    fn redacted(&mut self, value: &str, place: Place) -> Option<String> {
        let mut out = Vec::with_capacity(value.len());
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
                self.words(place, &text, out);
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
                is_documented: is_documented(&key),
                ..place
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

    /// A string. Under a key that no document names it stays only if it is a pseudonym, an id of this conversation or a time.
    fn words(&mut self, place: Place, text: &str, out: &mut Vec<u8>) {
        let shown = self.string(place.fact, text);
        let is_harmless = || {
            shown.is_empty()
                || is_replaced(&shown)
                || is_time(&shown)
                || self.own.label(text).is_some()
        };
        if place.is_strict && !place.is_documented && !is_harmless() {
            out.extend_from_slice(b"null");
        } else {
            write_string(&shown, out);
        }
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
