//! Remembers what keys say about their values, since records have few keys, over and over.

use std::collections::HashMap;

use super::facts::{Fact, fact, is_about_person};

/// The keys that were met before, and what they say.
#[derive(Debug, Default)]
pub struct KeyCache(HashMap<String, Meaning>);

/// What a key says.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// Whether the object of this key is about a person.
    pub is_about_person: bool,
    fact: Option<Fact>,
    fact_of_person: Option<Fact>,
}

/// More keys than this are not remembered: some bots have ids as keys.
const MOST_KEYS: usize = 4096;

impl KeyCache {
    /// What a key says.
    pub fn meaning(&mut self, key: &str) -> Meaning {
        if let Some(known) = self.0.get(key) {
            return *known;
        }
        // What an earlier redaction put in the place of a key says nothing about the value.
        let is_replaced = key.starts_with('[') && key.ends_with(']');
        let fact = |of_person| fact(key, of_person).filter(|_| !is_replaced);
        let meaning = Meaning {
            is_about_person: is_about_person(key),
            fact: fact(false),
            fact_of_person: fact(true),
        };
        if self.0.len() < MOST_KEYS {
            self.0.insert(key.to_owned(), meaning);
        }
        meaning
    }
}

impl Meaning {
    /// What the value of the key is. `of_person` says whether the object around it is about a person.
    pub fn fact(self, of_person: bool) -> Option<Fact> {
        if of_person {
            self.fact_of_person
        } else {
            self.fact
        }
    }
}
