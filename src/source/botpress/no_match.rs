//! Says which values there are when no conversation passes the filter: most likely one of the filter's is misspelt.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::value::RawValue;

use super::fetch::Start;
use super::filter::{Facts, Filter, Range};
use super::list::Lister;
use crate::text::counted;
use crate::time::Timestamp;

/// At most this many pages of the list are looked at: 200 conversations, unless the API or `--page-size` says otherwise.
const PAGES: usize = 10;

/// More values than this help nobody, and may be about persons.
const SHOWN: usize = 10;

/// The longest value that is shown, in characters.
const LONGEST: usize = 60;

impl Lister<'_> {
    /// Reports that no conversation passes the filter. Without a filter there is nothing to report.
    pub(super) async fn report_no_match(&mut self) {
        if self.filter.is_empty() {
            return;
        }
        let text = match self.sample().await {
            Ok(sample) => sample.in_words(self.filter),
            Err(error) => {
                self.console.detail(|| format!("{error:#}"));
                format!("no conversation matches {}", self.filter.in_words())
            }
        };
        self.queue.push(Start::NoMatch(text)).await;
    }

    /// Looks at the newest conversations of the bot.
    async fn sample(&self) -> Result<Sample> {
        let mut sample = Sample::default();
        let api = &self.fetcher.api;
        let mut pager = api.conversations(Filter::default().query(&Range::default()));
        for _ in 0..PAGES {
            let Some(page) = pager.next_page(api.client()).await? else {
                break;
            };
            for record in &page {
                sample.note(record);
            }
        }
        sample.is_cut = !pager.is_at_end();
        Ok(sample)
    }
}

/// The newest conversations of a bot.
#[derive(Default)]
struct Sample {
    count: u64,
    /// Whether there are more.
    is_cut: bool,
    /// When the newest was created.
    newest: Option<Timestamp>,
    integrations: BTreeSet<String>,
    channels: BTreeSet<String>,
    tags: BTreeMap<String, BTreeSet<String>>,
}

impl Sample {
    fn note(&mut self, record: &RawValue) {
        self.count += 1;
        let Some(facts) = Facts::of(record) else {
            return;
        };
        self.newest = self.newest.max(facts.created_at);
        self.integrations.extend(facts.integration);
        self.channels.extend(facts.channel);
        for (name, value) in facts.tags.as_object().into_iter().flatten() {
            let values = self.tags.entry(name.clone()).or_default();
            values.extend(value.as_str().map(str::to_owned));
        }
    }

    fn in_words(&self, filter: &Filter) -> String {
        let wanted = filter.in_words();
        let (of, whose) = match (self.count, self.is_cut) {
            (0, false) => return format!("no conversation matches {wanted}: the bot has none"),
            (count, false) => (
                format!("0 of {} match {wanted}", counted(count, "conversation")),
                "the bot has".to_owned(),
            ),
            (count, true) => (
                format!("no conversation matches {wanted}"),
                format!("the newest {count} have"),
            ),
        };
        let mut known = self.known(filter);
        if let Some(first) = known.first_mut() {
            first.insert_str(0, &format!("{whose} "));
        }
        if let Some(newest) = self.newest.filter(|_| filter.has_times()) {
            known.push(format!("the newest was created {}", newest.to_query()));
        }
        known.insert(0, of);
        known.join("; ")
    }

    /// The values that there are, for each that the filter asks for.
    fn known(&self, filter: &Filter) -> Vec<String> {
        let integrations = filter
            .integration
            .iter()
            .map(|_| listed(&self.integrations));
        let channels = filter.channel.iter();
        let channels = channels.map(|_| format!("the channels {}", listed(&self.channels)));
        let tags = filter
            .tags
            .iter()
            .map(|(name, _)| match self.tags.get(name) {
                Some(values) => format!("the tag {name} with {}", listed(values)),
                None => format!("no tag {name}, but {}", listed(self.tags.keys())),
            });
        integrations.chain(channels).chain(tags).collect()
    }
}

/// The values in words.
fn listed<'a>(values: impl IntoIterator<Item = &'a String>) -> String {
    let values: Vec<_> = values.into_iter().collect();
    let short = |value: &&String| {
        let words: Vec<_> = value.split_whitespace().collect();
        words.join(" ").chars().take(LONGEST).collect::<String>()
    };
    match values.len() {
        0 => "none".to_owned(),
        1..=SHOWN => values.iter().map(short).collect::<Vec<_>>().join(", "),
        count => format!("{count} values"),
    }
}
