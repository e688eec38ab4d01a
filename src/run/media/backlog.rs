//! The files that an archive lacks. It is asked for them again and again while a run brings messages, so that those come
//! first that expire first, and nothing is lost when the run is killed.

use std::collections::{HashMap, HashSet};

use anyhow::Result;

use super::tally::Tally;
use crate::archive::{WantedMedia, Writer};
use crate::media::{Fetched, Fetcher, Kind, Options, Request};
use crate::model::{MediaFile, Vendor};

/// How many downloads are begun at once. Most of them wait for their turn.
const AHEAD: usize = 256;

/// The files that an archive lacks.
#[derive(Debug)]
pub struct Backlog {
    fetcher: Fetcher,
    options: Options,
    account: Option<(Vendor, String)>,
    under_way: HashSet<u128>,
    /// What a killed run downloaded and could not note in the archive.
    finished: HashMap<u128, MediaFile>,
    /// Whether the archive may lack files that are not under way.
    has_more: bool,
    tally: Tally,
}

impl Backlog {
    /// Makes a backlog of which nothing is under way.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn new(
        fetcher: Fetcher,
        options: Options,
        account: Option<(Vendor, String)>,
    ) -> Result<Self> {
        let finished = fetcher.store().finished()?.into_iter().collect();
        Ok(Self {
            fetcher,
            options,
            account,
            under_way: HashSet::new(),
            finished,
            has_more: true,
            tally: Tally::default(),
        })
    }

    /// Notes that a conversation with files has come.
    pub fn note_new(&mut self) {
        self.has_more = true;
    }

    /// Begins to download what the archive lacks, if there is room.
    ///
    /// # Errors
    /// When the archive cannot be read or written.
    pub fn refill(&mut self, writer: &mut Writer) -> Result<()> {
        while self.has_more && self.under_way.len() < AHEAD / 2 {
            let types: Vec<_> = self.options.kinds.iter().copied().map(Kind::name).collect();
            let account = self.account.as_ref();
            let wanted = writer.wanted_media(&WantedMedia {
                account: account.map(|(vendor, account)| (*vendor, account.as_str())),
                types: &types,
                max_size: self.options.max_size,
                most: AHEAD,
            })?;
            // Some of these may be under way.
            self.has_more = wanted.len() == AHEAD;
            for medium in wanted {
                if let Some(file) = self.finished.remove(&medium.key) {
                    writer.note_medium(medium.key, &Ok(file), self.options.max_size)?;
                    self.has_more = true;
                } else if self.under_way.insert(medium.key) {
                    self.fetcher.start(Request {
                        key: medium.key,
                        address: medium.address,
                        expires_at: medium.expires_at,
                    });
                }
            }
        }
        Ok(())
    }

    /// Notes what became of a file.
    ///
    /// # Errors
    /// When the archive cannot be written, or this machine cannot store files.
    pub fn note(&mut self, mut fetched: Fetched, writer: &mut Writer) -> Result<()> {
        self.tally.note(&mut fetched)?;
        self.under_way.remove(&fetched.key);
        writer.note_medium(fetched.key, &fetched.result, self.options.max_size)?;
        self.refill(writer)
    }

    /// Waits until it is known what became of a file.
    pub async fn fetched(&mut self) -> Fetched {
        self.fetcher.next().await
    }

    /// Whether nothing is under way.
    pub fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Ends a run that has committed what it brought. Returns what was counted.
    ///
    /// # Errors
    /// When the archive cannot be read, or the folder cannot be written.
    pub fn end(self, writer: &Writer) -> Result<Tally> {
        if self.is_empty() {
            // A killed run has brought them, and their conversations did not come again: they may be forgotten.
            for file in self.finished.values() {
                if !writer.has_medium(&file.file)? {
                    self.fetcher.store().remove(file)?;
                }
            }
            self.fetcher.store().forget_journal()?;
        }
        Ok(self.tally)
    }
}
