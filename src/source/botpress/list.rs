//! Finds the conversations to fetch, and adds them to the queue in the order of the output.

use anyhow::Result;
use serde_json::value::RawValue;

use super::fetch::{Fetcher, RETENTION, Start};
use super::filter::{Filter, Range};
use super::pager::{Conversations, Pager};
use super::plan::Plan;
use super::record_id;
use super::walk::{End, Progress, Trust, Walk};
use crate::console::Console;
use crate::model::Conversation;
use crate::source::event::FailedConversation;
use crate::source::id_set::IdSet;
use crate::source::queue::Queue;

/// A list that moves while it is read is read again, at most this many times.
const WALKS: u32 = 3;

/// Lists the conversations of a plan.
pub struct Lister<'a> {
    pub fetcher: &'a Fetcher,
    pub filter: &'a Filter,
    pub console: &'a Console,
    pub queue: Queue<Start>,
    /// How many conversations were added to the queue.
    pub listed: u64,
}

/// How a walk went.
pub(super) struct Walked {
    /// How many conversations it found.
    pub found: u64,
    /// How it ended.
    pub end: End,
    /// The list, with the ids of all that it showed.
    pub pager: Pager<Conversations>,
}

impl Lister<'_> {
    /// Adds the conversations to the queue, until there are no more or the limit is reached.
    pub async fn list(mut self, plan: &Plan) -> Result<()> {
        let found = match plan {
            Plan::Ids(ids) => {
                self.console.expect(ids.ids.len() as u64);
                for id in &ids.ids {
                    if !self.queue.push(Start::Id(id.clone())).await {
                        break;
                    }
                }
                return Ok(());
            }
            Plan::All => {
                let mut fetched = IdSet::default();
                Some(self.walk_whole(Walk::default(), &mut fetched).await?)
            }
            Plan::Active { since, is_limited } => Some(self.active(*since, *is_limited).await?),
            Plan::Delta(delta) => {
                self.delta(delta).await?;
                None
            }
        };
        self.console.expect(self.listed);
        if found == Some(0) {
            self.report_no_match().await;
        }
        Ok(())
    }

    /// Adds a conversation to the queue. Returns false when no more are wanted.
    pub(super) async fn push(&mut self, start: Start) -> bool {
        self.listed += 1;
        self.console.expect_so_far(self.listed);
        self.queue.push(start).await
    }

    /// Walks the whole list, and again while it moves. Returns how many conversations it found.
    pub(super) async fn walk_whole(&mut self, walk: Walk<'_>, fetched: &mut IdSet) -> Result<u64> {
        let mut seen = IdSet::default();
        let mut found = 0;
        for _ in 0..WALKS {
            let walked = self.walk(walk, fetched, &seen).await?;
            found += walked.found;
            if walked.end != End::Moved {
                return Ok(found);
            }
            seen.add_all(walked.pager.into_ids()?);
            self.console
                .detail(|| "the list of conversations moved while it was read".to_owned());
        }
        self.queue.push(Start::Moved).await;
        Ok(found)
    }

    /// Adds the conversations of a walk to the queue, except those that the archive has like that, and those that
    /// earlier walks over the same list have `seen`.
    pub(super) async fn walk(
        &mut self,
        walk: Walk<'_>,
        fetched: &mut IdSet,
        seen: &IdSet,
    ) -> Result<Walked> {
        let query = self.filter.query(&walk.range);
        let mut pager = self.fetcher.api.conversations(query);
        let mut progress = Progress::default();
        let is_first = seen.len() == 0;
        let client = self.fetcher.api.client();
        let mut page = pager.next_page(client).await?;
        let end = loop {
            let Some(records) = page else {
                break progress.end(pager.has_moved(), is_first);
            };
            let reads_on = walk.sought.is_none() && self.queue.takes_more_than(records.len());
            let next = async {
                if reads_on {
                    Some(pager.next_page(client).await)
                } else {
                    None
                }
            };
            let adding = self.add(records, walk, fetched, seen, &mut progress);
            // Each page leads to the next, so the next is asked for before the conversations of this one are, unless this
            // one may be enough.
            let (next, is_open) = tokio::join!(biased; next, adding);
            if !is_open? {
                break End::Full;
            }
            progress.pages += 1;
            if let Some(end) = walk.sought.and_then(|sought| sought.end(&progress)) {
                break end;
            }
            page = match next {
                Some(next) => next?,
                None => pager.next_page(client).await?,
            };
        };
        let found = progress.found;
        Ok(Walked { found, end, pager })
    }

    /// Adds the conversations of a page. Returns false when no more are wanted.
    async fn add(
        &mut self,
        page: Vec<Box<RawValue>>,
        walk: Walk<'_>,
        fetched: &mut IdSet,
        seen: &IdSet,
        progress: &mut Progress,
    ) -> Result<bool> {
        for record in page {
            let (id, read) = (record_id::id(&record), self.fetcher.conversation(&record));
            let created = read.as_ref().ok().and_then(|found| found.created_at);
            progress.note_order(created);
            let is_wanted = match &id {
                Some(id) => !seen.contains(id) && walk.seeks(id),
                // The first walk reports it.
                None => seen.len() == 0,
            };
            if !is_wanted {
                continue;
            }
            let Some(start) = self.start(id, read, walk)? else {
                continue;
            };
            progress.note_found(created, self.fetcher.now());
            if let Start::Listed(conversation) = &start {
                if fetched.contains(&conversation.id) {
                    continue;
                }
                if walk.range.from.is_some() || walk.fetches_whole {
                    fetched.insert(&conversation.id);
                }
            }
            if !self.push(start).await {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the ids of all conversations that pass the filter.
    pub(super) async fn ids(&self) -> Result<IdSet> {
        let mut pager = self
            .fetcher
            .api
            .conversations(self.filter.query(&Range::default()));
        while pager.next_page(self.fetcher.api.client()).await?.is_some() {}
        Ok(pager.into_ids()?)
    }

    /// Returns what to add to the queue for a conversation of the list.
    fn start(
        &self,
        id: Option<String>,
        read: Result<Conversation>,
        walk: Walk<'_>,
    ) -> Result<Option<Start>> {
        match read {
            Ok(conversation) if !self.filter.in_range(conversation.created_at) => Ok(None),
            Ok(conversation) => self.compared(conversation, walk).map(Some),
            Err(error) => {
                let name = id.as_deref().unwrap_or("without an id");
                let error =
                    error.context(format!("could not read conversation {name} of the list"));
                Ok(Some(Start::Broken(FailedConversation { id, error })))
            }
        }
    }

    /// Compares a conversation of the list with the archive.
    fn compared(&self, conversation: Conversation, walk: Walk<'_>) -> Result<Start> {
        let Some(archive) = &self.fetcher.archive else {
            return Ok(Start::Listed(Box::new(conversation)));
        };
        let recent = self.fetcher.started.minus(RETENTION);
        // A run that began after the vendor's present was told a wrong time.
        let now = self.fetcher.now();
        let seen = match walk.trust {
            Trust::All => None,
            Trust::Since(time) => Some((time, now)),
            Trust::ThisRun => Some((now, now)),
        };
        let same = archive.get().is_as_listed(&conversation, recent, seen)?;
        let shows_all = !walk.needs_count || conversation.reported_count.is_some();
        Ok(match same {
            None => Start::Listed(Box::new(conversation)),
            Some(true) if shows_all => Start::Unchanged(conversation.id),
            Some(_) if walk.fetches_whole => Start::Listed(Box::new(conversation)),
            Some(_) => Start::Changed(conversation.id),
        })
    }
}
