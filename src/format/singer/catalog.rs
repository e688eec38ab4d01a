//! What a Singer catalog selects.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use super::stream::Stream;
use crate::usage::usage;

/// The selected columns of each stream, or `None` for a stream that is not selected.
#[derive(Clone, Debug)]
pub struct Catalog {
    conversations: Option<BTreeSet<&'static str>>,
    messages: Option<BTreeSet<&'static str>>,
}

impl Catalog {
    /// Selects everything.
    #[must_use]
    pub fn everything() -> Self {
        let columns = |stream: Stream| Some(stream.columns().iter().copied().collect());
        Self {
            conversations: columns(Stream::Conversations),
            messages: columns(Stream::Messages),
        }
    }

    /// Reads what a catalog file selects.
    ///
    /// # Errors
    /// A usage error when it is not a catalog, selects an unknown stream, or selects nothing.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let wire: Wire = serde_json::from_slice(text)
            .map_err(|error| usage!("it is no Singer catalog: {error}"))?;
        let mut catalog = Self {
            conversations: None,
            messages: None,
        };
        for entry in wire.streams.iter().filter(|entry| entry.is_selected()) {
            match Stream::ALL.iter().find(|stream| entry.is(**stream)) {
                Some(Stream::Conversations) => {
                    catalog.conversations = Some(entry.columns(Stream::Conversations));
                }
                Some(Stream::Messages) => catalog.messages = Some(entry.columns(Stream::Messages)),
                None => bail!(usage!(
                    "there is no stream {}: there are conversations and messages",
                    entry.name()
                )),
            }
        }
        if catalog.streams().next().is_none() {
            bail!(usage!("it selects no stream"));
        }
        Ok(catalog)
    }

    /// The same selection without the vendors' records.
    #[must_use]
    pub fn without_raw(mut self) -> Self {
        let streams = [&mut self.conversations, &mut self.messages];
        for columns in streams.into_iter().flatten() {
            columns.remove("raw");
        }
        self
    }

    /// The streams that are selected.
    pub fn streams(&self) -> impl Iterator<Item = Stream> + use<> {
        let selected = Stream::ALL.map(|stream| self.columns(stream).map(|_| stream));
        selected.into_iter().flatten()
    }

    /// The selected columns of a stream.
    #[must_use]
    pub fn columns(&self, stream: Stream) -> Option<&BTreeSet<&'static str>> {
        match stream {
            Stream::Conversations => self.conversations.as_ref(),
            Stream::Messages => self.messages.as_ref(),
        }
    }

    /// The JSON Schema of the selected columns of a stream.
    #[must_use]
    pub fn schema(&self, stream: Stream) -> Value {
        let columns = self.columns(stream).map(|columns| stream.schema(columns));
        columns.unwrap_or_default()
    }
}

/// The catalog of all streams and columns, with everything selected.
#[must_use]
pub fn discovered() -> Value {
    let stream = |stream: Stream| {
        let columns: BTreeSet<_> = stream.columns().iter().copied().collect();
        let whole = json!({"breadcrumb": [], "metadata": {
            "inclusion": "available", "selected-by-default": true, "table-key-properties": stream.keys(),
        }});
        let column = |name: &&'static str| {
            let automatic = stream.keys().contains(name);
            let inclusion = if automatic { "automatic" } else { "available" };
            json!({"breadcrumb": ["properties", name], "metadata": {
                "inclusion": inclusion, "selected-by-default": true,
            }})
        };
        let metadata: Vec<_> = [whole]
            .into_iter()
            .chain(stream.columns().iter().map(column))
            .collect();
        json!({
            "tap_stream_id": stream.name(), "stream": stream.name(), "key_properties": stream.keys(),
            "schema": stream.schema(&columns), "metadata": metadata,
        })
    };
    json!({"streams": Stream::ALL.map(stream)})
}

/// The catalog file.
#[derive(Deserialize)]
struct Wire {
    streams: Vec<Entry>,
}

/// A stream in the file. Older programs mark what is selected in the entry or its schema, newer ones in its metadata.
#[derive(Deserialize)]
struct Entry {
    tap_stream_id: Option<String>,
    stream: Option<String>,
    selected: Option<bool>,
    #[serde(default)]
    schema: Value,
    #[serde(default)]
    metadata: Vec<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    breadcrumb: Vec<String>,
    metadata: Marks,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Marks {
    selected: Option<bool>,
    selected_by_default: Option<bool>,
    inclusion: Option<String>,
}

impl Marks {
    fn selects(&self) -> Option<bool> {
        let supported = self.inclusion.as_deref() != Some("unsupported");
        let selected = self.selected.or(self.selected_by_default);
        if supported { selected } else { Some(false) }
    }
}

impl Entry {
    fn name(&self) -> &str {
        let name = self.tap_stream_id.as_ref().or(self.stream.as_ref());
        name.map_or("without a name", String::as_str)
    }

    fn is(&self, stream: Stream) -> bool {
        self.name() == stream.name()
    }

    fn marks(&self, breadcrumb: &[&str]) -> Option<bool> {
        let mut all = self.metadata.iter();
        let found = all.find(|entry| entry.breadcrumb == breadcrumb)?;
        found.metadata.selects()
    }

    fn is_selected(&self) -> bool {
        let older = self.selected.or(self.schema["selected"].as_bool());
        self.marks(&[]).or(older).unwrap_or(false)
    }

    /// The keys, and all columns that are not deselected.
    fn columns(&self, stream: Stream) -> BTreeSet<&'static str> {
        let is_selected = |name: &str| {
            let older = self.schema["properties"][name]["selected"].as_bool();
            let marked = self.marks(&["properties", name]).or(older);
            stream.keys().contains(&name) || marked.unwrap_or(true)
        };
        let columns = stream.columns().iter().copied();
        columns.filter(|name| is_selected(name)).collect()
    }
}
