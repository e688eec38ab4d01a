//! A form with all that the flags say of it.

use anyhow::Result;

use super::template::Template;
use super::{
    Catalog, Format, Formatter, chat, csv, html, index, json, jsonl, markdown, messages, singer,
    text,
};
use crate::cli::{FormArgs, OutputArgs};
use crate::time::TimeStyle;

/// How each document of an export is written.
#[derive(Clone, Debug)]
pub struct Form {
    format: Format,
    times: TimeStyle,
    args: FormArgs,
    template: Option<Template>,
    catalog: Catalog,
}

impl Form {
    /// The form that the flags ask for. A template is tried.
    ///
    /// # Errors
    /// As [`Format::of`], and that a template or catalog cannot be used.
    pub fn of(args: &OutputArgs) -> Result<Self> {
        let times = args.time_style()?;
        let template = args.template.as_deref();
        let template = template.map(|path| Template::read(path, times.clone()));
        Ok(Self {
            format: Format::of(args)?,
            times,
            args: args.form.clone(),
            template: template.transpose()?,
            catalog: Catalog::of(args.form.catalog.as_deref(), !args.no_raw)?,
        })
    }

    /// The extension of files in this form.
    #[must_use]
    pub fn extension(&self) -> &'static str {
        self.format.extension()
    }

    /// Whether the documents have the lines of `text`, which a terminal may show in colours.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.format == Format::Text && self.template.is_none()
    }

    /// A formatter for one document.
    #[must_use]
    pub fn formatter(&self) -> Box<dyn Formatter> {
        if let Some(template) = &self.template {
            return Box::new(template.clone());
        }
        match self.format {
            Format::Text => Box::new(text::Text::new(self.times.clone())),
            Format::Markdown => Box::new(markdown::Markdown::new(self.times.clone())),
            Format::Html => Box::new(html::Html::new(self.times.clone())),
            Format::Json => Box::<json::Json>::default(),
            Format::Jsonl => Box::<jsonl::Jsonl>::default(),
            Format::Messages => Box::<messages::Messages>::default(),
            Format::Csv => Box::new(csv::Csv::new(self.args.excel)),
            Format::Chat => Box::new(chat::Chat::new(&self.args)),
            Format::Index => Box::new(index::Index),
            Format::Singer => Box::new(singer::Singer::new(self.catalog.clone())),
        }
    }
}
