//! Which records of a list came before, in little memory.
//!
//! A list has its newest records first, and a record keeps the time at which it was created. So one that is older than
//! all before it is new, and only the ids of the last ones have to be looked at. Earlier ids wait in a spool, for a list
//! that turns out to be in another order.

use std::io::{self, Write};

use serde_json::Deserializer;

use crate::io::Spool;
use crate::source::id_set::IdSet;
use crate::time::Timestamp;

/// How many ids a generation has. The last two generations are in memory.
const GENERATION: u64 = if cfg!(test) { 64 } else { 1 << 10 };

/// The ids of the records that came.
#[derive(Debug, Default)]
pub struct Seen {
    young: Generation,
    old: Generation,
    /// The ids of all earlier generations, one JSON string per line.
    spool: Spool,
    /// The earliest time of the records whose ids are in the spool.
    spooled: Option<Timestamp>,
    /// Whether all ids stay in memory, since their order proves nothing.
    is_unsorted: bool,
}

#[derive(Debug, Default)]
struct Generation {
    ids: IdSet,
    earliest: Option<Timestamp>,
}

impl Seen {
    /// Adds the id of a record, which was created at this time. Returns false when it came before.
    ///
    /// # Errors
    /// When the temporary file cannot be written or read.
    pub fn insert(&mut self, id: &str, created: Option<Timestamp>) -> io::Result<bool> {
        let is_older =
            created.is_some() && self.spooled.is_none_or(|spooled| created < Some(spooled));
        if !is_older && !self.is_unsorted {
            self.load()?;
        }
        if self.old.ids.contains(id) || !self.young.ids.insert(id) {
            return Ok(false);
        }
        let earliest = &mut self.young.earliest;
        *earliest = earliest.map_or(created, |earliest| created.min(Some(earliest)));
        if self.young.ids.len() >= GENERATION && !self.is_unsorted {
            self.forget()?;
        }
        Ok(true)
    }

    /// All ids.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub fn into_ids(mut self) -> io::Result<IdSet> {
        self.load()?;
        Ok(self.young.ids)
    }

    /// Moves the old generation to the spool.
    fn forget(&mut self) -> io::Result<()> {
        for id in self.old.ids.iter() {
            serde_json::to_writer(&mut self.spool, &id)?;
            self.spool.write_all(b"\n")?;
        }
        // The list was in order so far, so this is earlier than all that were spooled before.
        self.spooled = self.old.earliest.or(self.spooled);
        // The memory of the old generation serves the next.
        self.old.ids.clear();
        self.old.earliest = None;
        std::mem::swap(&mut self.old, &mut self.young);
        Ok(())
    }

    /// Takes all ids into memory, for good.
    fn load(&mut self) -> io::Result<()> {
        self.is_unsorted = true;
        self.young.ids.add_all(std::mem::take(&mut self.old.ids));
        let mut spool = std::mem::take(&mut self.spool);
        for id in Deserializer::from_reader(spool.read()?).into_iter::<String>() {
            self.young.ids.insert(&id?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Records of a list, the newest first: their ids and times.
    fn list(count: u32) -> impl Iterator<Item = (String, Option<Timestamp>)> {
        let newest = Timestamp::now();
        (0..count).map(move |number| {
            let id = format!("{number:08x}-0000-4000-8000-000000000000");
            (
                id,
                Some(newest.minus(crate::time::Span::minutes(number.into()))),
            )
        })
    }

    fn filled(count: u32) -> Seen {
        let mut seen = Seen::default();
        for (id, created) in list(count) {
            assert!(seen.insert(&id, created).unwrap());
        }
        seen
    }

    #[test]
    fn a_list_in_order_keeps_only_the_last_ids_in_memory() {
        let seen = filled(1000);
        let in_memory = seen.young.ids.len() + seen.old.ids.len();
        assert!(in_memory < 2 * GENERATION, "{in_memory}");
        assert_eq!(seen.into_ids().unwrap().len(), 1000);
    }

    #[test]
    fn each_record_that_comes_again_is_known() {
        let all: Vec<_> = list(300).collect();
        for place in [0, 1, 63, 64, 200, 298, 299] {
            let mut seen = filled(300);
            let (id, created) = &all[place];
            assert!(!seen.insert(id, *created).unwrap(), "{place}");
            assert!(seen.insert("another", *created).unwrap());
            let (first, created) = &all[0];
            assert!(!seen.insert(first, *created).unwrap());
        }
    }

    #[test]
    fn records_without_a_time_are_remembered() {
        let mut seen = filled(300);
        for number in 0..300 {
            assert!(seen.insert(&number.to_string(), None).unwrap());
        }
        let (first, created) = list(1).next().unwrap();
        assert!(!seen.insert(&first, created).unwrap());
        assert!(!seen.insert("0", None).unwrap());
    }

    #[test]
    fn records_of_one_moment_are_remembered() {
        let mut seen = Seen::default();
        let moment = Some(Timestamp::now());
        for number in 0..300 {
            assert!(seen.insert(&number.to_string(), moment).unwrap());
        }
        assert!((0..300).all(|number| !seen.insert(&number.to_string(), moment).unwrap()));
    }
}
