//! Makes a formatter for each document of an export.

use super::formatter::{Formatter, PagedFormatter};
use super::kind::Format;
use super::options::Options;
use super::{
    chat, conversations, csv, html, json, jsonl, list, markdown, messages, singer, text, xlsx,
};

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
            rows,
            system,
            agent_as,
            chat_media,
            catalog,
            ..
        } = &self.0;
        if let Some(template) = template {
            return Box::new(template.clone());
        }
        match format {
            Format::Text => Box::new(text::Text::new(times.clone())),
            Format::Markdown => Box::new(markdown::Markdown::new(times.clone())),
            Format::Html => Box::new(self.html(false)),
            Format::Json => Box::<json::Json>::default(),
            Format::Jsonl => Box::new(jsonl::Jsonl),
            Format::Messages => Box::new(messages::Messages),
            Format::Conversations => Box::new(conversations::Conversations),
            Format::Csv => Box::new(csv::Csv::new(*rows, times.clone(), *excel)),
            Format::Xlsx => Box::new(xlsx::Xlsx::new(times.clone())),
            Format::Chat => Box::new(chat::Chat::new(system.clone(), *agent_as, *chat_media)),
            Format::List => Box::new(list::List),
            Format::Singer => Box::new(singer::Singer::new(catalog.clone())),
        }
    }

    /// Creates a formatter for a document with pages beside it. Returns `None` for a format that has no pages.
    #[must_use]
    pub fn paged(&self) -> Option<Box<dyn PagedFormatter>> {
        (self.0.format == Format::Html)
            .then(|| Box::new(self.html(true)) as Box<dyn PagedFormatter>)
    }

    fn html(&self, paged: bool) -> html::Html {
        let Options {
            times,
            asked,
            remote_media,
            local_media,
            ..
        } = &self.0;
        let media = html::Media {
            remote: *remote_media,
            local: *local_media,
        };
        html::Html::new(times.clone(), asked, media, paged)
    }
}
