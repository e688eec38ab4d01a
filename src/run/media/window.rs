//! Conversations that wait for their files. They go on in the order in which they came, each when its own files and those
//! before it are there. Meanwhile others are fetched, as many as the window has room for.

use std::collections::{HashMap, VecDeque};

use anyhow::Result;

use super::tally::{self, Tally};
use crate::cli::Download;
use crate::console::Console;
use crate::media::{Fetched, Fetcher, Options, Request, key};
use crate::model::{Conversation, MediaFile, Missing, expires_at};
use crate::report::MediaCounts;
use crate::run::exit::Exit;

/// How many bytes of conversations may wait.
const BYTES: usize = 4 << 20;

/// Conversations that wait for their files.
#[derive(Debug)]
pub struct Window {
    fetcher: Fetcher,
    options: Options,
    /// Whether a missing file makes the run incomplete.
    required: bool,
    /// The path from the folder of the output to that of the files.
    prefix: String,
    /// What became of each address. `None` while its file is on the way.
    known: HashMap<u128, Option<Result<MediaFile, Missing>>>,
    waiting: VecDeque<Conversation>,
    /// How many bytes wait.
    held: usize,
    tally: Tally,
}

impl Window {
    /// Makes a window in which nothing waits. What a killed run downloaded is known already.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn new(fetcher: Fetcher, download: &Download, prefix: String) -> Result<Self> {
        let finished = fetcher.store().finished()?.into_iter();
        let known = finished.map(|(key, file)| (key, Some(Ok(file)))).collect();
        Ok(Self {
            fetcher,
            options: download.options.clone(),
            required: download.required,
            prefix,
            known,
            waiting: VecDeque::new(),
            held: 0,
            tally: Tally::default(),
        })
    }

    /// Adds a conversation, and begins to download its files.
    pub fn add(&mut self, conversation: Conversation) {
        let channel = conversation.channel.as_deref();
        for message in &conversation.messages {
            let links = message.attachments.iter();
            for link in links.filter(|link| self.options.wants(&link.kind)) {
                let key = key(&link.url);
                if self.known.contains_key(&key) {
                    continue;
                }
                self.known.insert(key, None);
                self.fetcher.start(Request {
                    key,
                    address: link.url.clone(),
                    expires_at: expires_at(&link.url, channel, message.created_at),
                });
            }
        }
        self.held += conversation.heap_size();
        self.waiting.push_back(conversation);
    }

    /// Takes the first conversation, if its files are there or known to be missing.
    pub fn next_ready(&mut self) -> Option<Conversation> {
        let is_known = |url: &str| self.known.get(&key(url)).is_none_or(Option::is_some);
        let first = self.waiting.front()?;
        if !first.attachments().all(|link| is_known(&link.url)) {
            return None;
        }
        self.take()
    }

    /// Takes the first conversation. A file that is not there yet is left for later.
    pub fn take(&mut self) -> Option<Conversation> {
        let mut conversation = self.waiting.pop_front()?;
        self.held = self.held.saturating_sub(conversation.heap_size());
        for link in conversation.attachments_mut() {
            if let Some(known) = self.known.get(&key(&link.url)) {
                let result = known.as_ref().unwrap_or(&Err(Missing::LeftForLater));
                let place = |file| format!("{}{file}", self.prefix);
                let result = result.as_ref().map(|file| (place(&file.file), file));
                link.set_media(result.map_err(|missing| *missing));
            }
        }
        Some(conversation)
    }

    /// Notes what became of a file.
    ///
    /// # Errors
    /// When this machine cannot store files.
    pub fn note(&mut self, mut fetched: Fetched) -> Result<()> {
        self.tally.note(&mut fetched)?;
        self.known.insert(fetched.key, Some(fetched.result));
        Ok(())
    }

    /// Waits until it is known what became of a file.
    pub async fn fetched(&mut self) -> Fetched {
        self.fetcher.next().await
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Whether no more conversations should come for now.
    pub fn is_full(&self) -> bool {
        self.held > BYTES
    }

    /// Says which files are missing.
    pub fn tell(&self, console: &Console) -> MediaCounts {
        self.tally.tell(console)
    }

    /// Ends a run that has written its output, in which the files are named. Returns how it ends if files are missing.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn end(self, exit: Exit, is_lacking: bool, console: &Console) -> Result<Exit> {
        self.fetcher.store().forget_journal()?;
        Ok(tally::exit(exit, is_lacking && self.required, console))
    }
}
