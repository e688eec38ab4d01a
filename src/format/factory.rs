//! Makes a formatter for each document of an export.

use std::io::{self, BufRead};

use super::formatter::{Formatter, PagedFormatter};
use super::kind::Format;
use super::options::Options;
use super::{chat, count, csv, html, json, jsonl, list, markdown, messages, singer, text};

/// Makes a formatter for each document of an export.
#[derive(Clone, Debug)]
pub struct FormatterFactory(Options);

impl FormatterFactory {
    /// Creates a factory for documents with these options.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self(options)
    }

    /// The extension of files in this format.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        self.0.format.extension()
    }

    /// Whether the documents are in the format `text`, which a terminal may show in colours.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.0.format == Format::Text && self.0.template.is_none()
    }

    /// Creates a formatter for one document.
    #[must_use]
    pub fn formatter(&self) -> Box<dyn Formatter> {
        let Options {
            format,
            times,
            template,
            excel,
            system,
            agent_as,
            catalog,
        } = &self.0;
        if let Some(template) = template {
            return Box::new(template.clone());
        }
        match format {
            Format::Text => Box::new(text::Text::new(times.clone())),
            Format::Markdown => Box::new(markdown::Markdown::new(times.clone())),
            Format::Html => Box::new(html::Html::new(times.clone())),
            Format::Json => Box::<json::Json>::default(),
            Format::Jsonl => Box::new(jsonl::Jsonl),
            Format::Messages => Box::new(messages::Messages),
            Format::Csv => Box::new(csv::Csv::new(*excel)),
            Format::Chat => Box::new(chat::Chat::new(system.clone(), *agent_as)),
            Format::List => Box::new(list::List),
            Format::Singer => Box::new(singer::Singer::new(catalog.clone())),
        }
    }

    /// Creates a formatter for a document that can be split into pages. Returns `None` for a format that has no pages.
    #[must_use]
    pub fn paged(&self) -> Option<Box<dyn PagedFormatter>> {
        let html = || html::Html::new(self.0.times.clone());
        (self.0.format == Format::Html).then(|| Box::new(html()) as Box<dyn PagedFormatter>)
    }

    /// Counts the conversations that earlier runs wrote to a document that is appended to.
    ///
    /// # Errors
    /// When the document cannot be read, or is not in this format.
    pub fn count(&self, written: &mut dyn BufRead) -> io::Result<u64> {
        match self.0.format {
            Format::Csv => count::csv_conversations(written, self.0.excel.unwrap_or_default()),
            Format::Messages => count::message_conversations(written),
            _ => count::lines(written),
        }
    }
}
