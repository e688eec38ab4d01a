//! Reads the content parts of a message (vendors/boost.md, Response).

use std::borrow::Cow;

use crate::json::Cursor;
use crate::json::lenient::{self, TextOrNone};
use crate::model::{Attachment, Choice, one_line};
use crate::text::html;

/// The content of a message. The lines keep the order of the parts.
#[derive(Default)]
pub struct Content {
    /// The plain text.
    pub text: String,
    /// The buttons that were shown.
    pub options: Vec<Choice>,
    /// Pictures and the like.
    pub attachments: Vec<Attachment>,
}

impl Content {
    /// Reads the parts. Returns `None` when the JSON has another shape.
    pub fn read(&mut self, cursor: &mut Cursor) -> Option<()> {
        cursor.items(|cursor| {
            let mut part = Part::default();
            part.read(cursor)?;
            self.add(part);
            Some(())
        })
    }

    fn add(&mut self, part: Part) {
        let kind = part.kind.0.unwrap_or_default();
        let markup = part.text.0.or(part.html.0).or(part.ssml.0);
        match (&*kind, markup, part.url.0) {
            ("link", ..) if self.options.is_empty() => self.options = part.options,
            ("link", ..) => self.options.extend(part.options),
            ("json", ..) => self.line(part.json.map(one_line).unwrap_or_default().into()),
            (_, Some(markup), _) => self.line(html::to_text(&markup)),
            (_, None, Some(url)) => self.media(kind.into_owned(), url.into_owned()),
            (_, None, None) => self.line(format!("Media message of type {kind}")),
        }
    }

    fn media(&mut self, kind: String, url: String) {
        self.line(format!("{kind}: {url}"));
        let title = None;
        self.attachments.push(Attachment { kind, url, title });
    }

    /// Most messages have one line, which is not copied.
    fn line(&mut self, line: String) {
        if self.text.is_empty() {
            self.text = line;
        } else if !line.is_empty() {
            self.text.push('\n');
            self.text.push_str(&line);
        }
    }
}

/// The fields of a content part that are read.
#[derive(Default)]
struct Part<'a> {
    kind: TextOrNone<'a>,
    text: TextOrNone<'a>,
    html: TextOrNone<'a>,
    ssml: TextOrNone<'a>,
    url: TextOrNone<'a>,
    json: Option<&'a str>,
    options: Vec<Choice>,
}

impl<'a> Part<'a> {
    fn read(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        cursor.fields(|cursor, key| {
            match &*key {
                "type" => self.kind = cursor.text_or_none()?,
                "text" => self.text = cursor.text_or_none()?,
                "html" => self.html = cursor.text_or_none()?,
                "ssml" => self.ssml = cursor.text_or_none()?,
                "url" => self.url = cursor.text_or_none()?,
                "json" => self.json = Some(cursor.value()?).filter(|json| *json != "null"),
                "buttons" => self.options = cursor.attempt(options)?.0.unwrap_or_default(),
                _ => drop(cursor.value()?),
            }
            Some(())
        })
    }
}

/// Reads the buttons that the user saw, without the hidden ones.
fn options(cursor: &mut Cursor) -> Option<Vec<Choice>> {
    let mut options = Vec::new();
    cursor.items(|cursor| {
        options.extend(Button::read(cursor)?.choice());
        Some(())
    })?;
    Some(options)
}

/// A button of a link part, or a clicked button.
#[derive(Default)]
pub struct Button<'a> {
    id: Option<String>,
    /// The label.
    pub text: TextOrNone<'a>,
    url: TextOrNone<'a>,
    hidden: bool,
}

impl<'a> Button<'a> {
    /// Reads a button. Returns `None` when the JSON has another shape.
    pub fn read(cursor: &mut Cursor<'a>) -> Option<Self> {
        let mut button = Self::default();
        cursor.fields(|cursor, key| {
            match &*key {
                "id" => button.id = lenient::id(cursor.value()?),
                "text" => button.text = cursor.text_or_none()?,
                "url" => button.url = cursor.text_or_none()?,
                "hidden" => button.hidden = cursor.value()? == "true",
                _ => drop(cursor.value()?),
            }
            Some(())
        })?;
        Some(button)
    }

    fn choice(self) -> Option<Choice> {
        let label = self.text.into_string();
        let value = self.url.0.map(Cow::into_owned).or(self.id);
        (!self.hidden).then_some(Choice { label, value })
    }
}
