//! A set of ids that is compact for the ids that the vendors use.

use std::collections::HashSet;

/// A set of ids. An integer takes 8 bytes and a UUID 16 bytes, if they have the usual spelling. Different ids always
/// stay different.
#[derive(Debug, Default)]
pub struct IdSet {
    integers: HashSet<u64>,
    uuids: HashSet<u128>,
    others: HashSet<Box<str>>,
}

impl IdSet {
    /// Adds an id. Returns false when the set has it already.
    pub fn insert(&mut self, id: &str) -> bool {
        if let Some(number) = integer(id) {
            self.integers.insert(number)
        } else if let Some(number) = uuid(id) {
            self.uuids.insert(number)
        } else {
            self.others.insert(id.into())
        }
    }

    /// Adds the ids of another set.
    pub fn add_all(&mut self, other: Self) {
        if self.len() == 0 {
            *self = other;
            return;
        }
        self.integers.extend(other.integers);
        self.uuids.extend(other.uuids);
        self.others.extend(other.others);
    }

    /// Removes all ids, and keeps the memory for others.
    pub fn clear(&mut self) {
        self.integers.clear();
        self.uuids.clear();
        self.others.clear();
    }

    /// The ids, in any order.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        let integers = self.integers.iter().map(u64::to_string);
        let uuids = self.uuids.iter().map(|number| hyphenated(*number));
        let others = self.others.iter().map(|id| id.clone().into_string());
        integers.chain(uuids).chain(others)
    }

    /// How many ids it has.
    #[must_use]
    pub fn len(&self) -> u64 {
        let count = self.integers.len() + self.uuids.len() + self.others.len();
        count as u64
    }

    /// Whether the set has the id.
    pub fn contains(&self, id: &str) -> bool {
        match (integer(id), uuid(id)) {
            (Some(number), _) => self.integers.contains(&number),
            (_, Some(number)) => self.uuids.contains(&number),
            _ => self.others.contains(id),
        }
    }
}

impl<'a> FromIterator<&'a String> for IdSet {
    fn from_iter<I: IntoIterator<Item = &'a String>>(ids: I) -> Self {
        let mut set = Self::default();
        for id in ids {
            set.insert(id);
        }
        set
    }
}

/// Accepts only the usual spelling, so that `7` and `07` stay two ids.
fn integer(id: &str) -> Option<u64> {
    id.parse()
        .ok()
        .filter(|number: &u64| number.to_string() == id)
}

/// Accepts only the usual spelling: lower case, with hyphens in the usual places.
fn uuid(id: &str) -> Option<u128> {
    let hyphens = [8, 13, 18, 23];
    let usual = id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match byte {
            b'-' => hyphens.contains(&at),
            byte => !hyphens.contains(&at) && matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    usual
        .then(|| u128::from_str_radix(&id.replace('-', ""), 16).ok())
        .flatten()
}

/// The usual spelling of a UUID.
fn hyphenated(uuid: u128) -> String {
    let digits = format!("{uuid:032x}");
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &digits[part]);
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_look_alike_stay_apart() {
        let uuid = "712af378-8621-4948-885e-51660424c04a";
        let ids = [
            "7",
            "07",
            "+7",
            " 7",
            uuid,
            &uuid.to_uppercase(),
            &uuid.replace('-', ""),
            "",
            "é",
        ];
        let mut seen = IdSet::default();
        assert!(ids.iter().all(|id| seen.insert(id)));
        assert!(!ids.iter().any(|id| seen.insert(id)));
        assert_eq!((seen.integers.len(), seen.uuids.len()), (1, 1));
        let returned: HashSet<_> = seen.iter().collect();
        assert_eq!(returned, ids.iter().map(ToString::to_string).collect());
    }
}
