//! The filter for conversations. The API applies it to its list; other conversations are checked here.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::options::Options;
use crate::json::lenient::{Maybe, TextOrNone};
use crate::json::raw;
use crate::source::selection::Selection;
use crate::time::Timestamp;

/// A part of the list, by creation. The API includes both ends.
#[derive(Clone, Copy, Debug, Default)]
pub struct Range {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

/// The values of the flags that select conversations.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    active_since: Option<Timestamp>,
    pub channel: Option<String>,
    pub integration: Option<String>,
    pub tags: Vec<(String, String)>,
    participants: Vec<String>,
}

impl Filter {
    /// Makes a filter from the options and the range of the selection.
    pub fn new(options: &Options, selection: &Selection) -> Self {
        Self {
            since: selection.since,
            until: selection.until,
            active_since: selection.active_since,
            channel: options.channel.clone(),
            integration: options.integration.clone(),
            tags: options.tags.clone(),
            participants: options.participants.clone(),
        }
    }

    /// Replaces the beginning of the range.
    pub fn beginning(self, since: Option<Timestamp>) -> Self {
        Self { since, ..self }
    }

    /// The query for the list, written as the official client does: arrays as repeated keys, tags with dots. The list
    /// is cut to `range`. It is sorted by creation, so that a new message moves nothing.
    pub fn query(&self, range: &Range) -> Vec<(String, String)> {
        let until = [self.until, range.to].into_iter().flatten().min();
        let one = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
        let tags = self
            .tags
            .iter()
            .map(|(key, value)| (format!("tags.{key}"), value.clone()));
        let participants = self
            .participants
            .iter()
            .map(|id| ("participantIds".to_owned(), id.clone()));
        [
            one("sortField", Some("createdAt".to_owned())),
            one(
                "afterDate",
                self.since.max(range.from).map(Timestamp::to_query),
            ),
            one("beforeDate", until.map(Timestamp::to_query)),
            one("channel", self.channel.clone()),
            one("integrationName", self.integration.clone()),
        ]
        .into_iter()
        .flatten()
        .chain(tags)
        .chain(participants)
        .collect()
    }

    /// Whether the filter accepts everything.
    pub fn is_empty(&self) -> bool {
        self.active_since.is_none() && !self.narrows_list()
    }

    /// Whether the list of the API has only a part of the conversations with this filter.
    pub fn narrows_list(&self) -> bool {
        self.query(&Range::default()).len() > 1
    }

    /// Whether the filter goes by times.
    pub fn has_times(&self) -> bool {
        self.since.is_some() || self.until.is_some() || self.active_since.is_some()
    }

    /// The filter as the flags of a command line.
    pub fn in_words(&self) -> String {
        let time = |flag: &str, time: Option<Timestamp>| {
            time.map(|time| format!("--{flag} {}", time.to_query()))
        };
        let text = |flag: &str, text: &Option<String>| {
            text.as_ref().map(|text| format!("--{flag} {text}"))
        };
        let single = [
            time("since", self.since),
            time("until", self.until),
            time("active-since", self.active_since),
            text("channel", &self.channel),
            text("integration", &self.integration),
        ];
        let tags = self.tags.iter();
        let tags = tags.map(|(key, value)| format!("--tag {key}={value}"));
        let participants = self.participants.iter();
        let participants = participants.map(|id| format!("--participant {id}"));
        let flags = single.into_iter().flatten().chain(tags).chain(participants);
        flags.collect::<Vec<_>>().join(" ")
    }

    /// Whether the filter depends on who takes part, which the record of a conversation does not tell.
    pub fn has_participants(&self) -> bool {
        !self.participants.is_empty()
    }

    /// Whether a conversation can begin to pass the filter without a new message: by a new tag or participant.
    pub fn may_change(&self) -> bool {
        !self.participants.is_empty() || !self.tags.is_empty()
    }

    /// Whether a creation time is in the half-open range. The API includes both ends. A conversation without a time that
    /// can be written is not left out.
    pub fn in_range(&self, created: Option<Timestamp>) -> bool {
        created.is_none_or(|created| {
            self.since.is_none_or(|since| created >= since)
                && self.until.is_none_or(|until| created < until)
        })
    }

    /// Whether the filter accepts the record of a conversation. Participants are not checked.
    pub fn accepts(&self, record: &RawValue) -> bool {
        let Some(found) = Facts::of(record) else {
            return true;
        };
        let same =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        self.in_range(found.created_at)
            && same(&self.channel, &found.channel)
            && same(&self.integration, &found.integration)
            && self
                .tags
                .iter()
                .all(|(key, value)| found.tags[key.as_str()] == value.as_str())
    }
}

/// What the record of a conversation tells that a filter goes by.
pub struct Facts {
    pub created_at: Option<Timestamp>,
    pub channel: Option<String>,
    pub integration: Option<String>,
    pub tags: Value,
}

impl Facts {
    /// Reads a record. Returns `None` when it is no object.
    pub fn of(record: &RawValue) -> Option<Self> {
        let wire = raw::parse::<Wire>(record).ok()?;
        let integration = wire.integration.map(raw::value).unwrap_or_default();
        let integration = integration["name"].as_str().or(integration.as_str());
        Some(Self {
            created_at: wire.created_at.0,
            channel: wire.channel.0.map(Cow::into_owned),
            integration: integration.map(str::to_owned),
            tags: wire.tags.map(raw::value).unwrap_or_default(),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire<'a> {
    #[serde(default)]
    created_at: Maybe<Timestamp>,
    #[serde(borrow, default)]
    channel: TextOrNone<'a>,
    #[serde(borrow, default)]
    integration: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tags: Option<&'a RawValue>,
}
