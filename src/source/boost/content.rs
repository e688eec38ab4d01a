//! Reads the content parts of a message (vendors/boost.md, Response).

use std::borrow::Cow;

use crate::json::Cursor;
use crate::json::lenient::{self, TextOrNone};
use crate::model::{Attachment, Choice, one_line};
use crate::text::{Picture, html, pictures};

/// The types whose words are read here. Other types may come, and need not have any.
const KNOWN: &[&str] = &["text", "html", "ssml", "image", "video"];

/// The type of a part that has none.
const UNKNOWN: &str = "unknown";

/// The content of a message. The lines keep the order of the parts.
#[derive(Default)]
pub struct Content {
    /// The plain text.
    pub text: String,
    /// The buttons that were shown.
    pub options: Vec<Choice>,
    /// Pictures and the like.
    pub attachments: Vec<Attachment>,
    /// Whether some of it is not what the vendor documents, so that its words may not all be here.
    pub is_odd: bool,
}

impl Content {
    /// Reads the parts, whatever their shape. Returns `None` when the JSON is incomplete.
    pub fn read(&mut self, cursor: &mut Cursor) -> Option<()> {
        match cursor.peek()? {
            b'[' => cursor.items(|cursor| self.part(cursor)),
            b'n' => cursor.value().map(drop),
            _ => {
                self.is_odd = true;
                self.part(cursor)
            }
        }
    }

    fn part(&mut self, cursor: &mut Cursor) -> Option<()> {
        if cursor.peek()? == b'{' {
            let mut part = Part::default();
            part.read(cursor)?;
            self.add(part);
            return Some(());
        }
        self.is_odd = true;
        let value = cursor.value()?;
        match TextOrNone::of(value).0 {
            Some(markup) => self.line(html::to_text(&markup)),
            None if value == "null" => {}
            None => self.media_of_type(UNKNOWN),
        }
        Some(())
    }

    fn add(&mut self, part: Part) {
        self.is_odd |= part.kind.0.is_none();
        let kind = part.kind.0.unwrap_or(Cow::Borrowed(UNKNOWN));
        let markup = part.text.0.or(part.html.0).or(part.ssml.0);
        match (&*kind, markup, part.url.0) {
            ("link", ..) => self.buttons(part.buttons),
            ("json", ..) => self.line(part.json.map(one_line).unwrap_or_default().into()),
            (_, Some(markup), _) => {
                self.line(html::to_text(&markup));
                self.pictures(&markup);
            }
            (_, None, Some(url)) => self.media(kind.into_owned(), url.into_owned()),
            (_, None, None) => {
                self.is_odd |= KNOWN.contains(&&*kind);
                self.media_of_type(&kind);
            }
        }
    }

    fn buttons(&mut self, buttons: Option<Buttons>) {
        match buttons {
            None => self.is_odd = true,
            Some(Buttons { shown, is_odd }) => {
                self.is_odd |= is_odd;
                if self.options.is_empty() {
                    self.options = shown;
                } else {
                    self.options.extend(shown);
                }
            }
        }
    }

    fn media_of_type(&mut self, kind: &str) {
        self.line(format!("Media message of type {kind}"));
    }

    fn media(&mut self, kind: String, url: String) {
        self.line(format!("{kind}: {url}"));
        self.attachments.push(Attachment::new(kind, url, None));
    }

    fn pictures(&mut self, markup: &str) {
        let pictures = pictures(markup).into_iter();
        let image =
            |picture: Picture| Attachment::new("image".to_owned(), picture.address, picture.words);
        self.attachments.extend(pictures.map(image));
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
    buttons: Option<Buttons>,
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
                "buttons" => self.buttons = cursor.attempt(Buttons::read)?.0,
                _ => drop(cursor.value()?),
            }
            Some(())
        })
    }
}

/// The buttons that the user saw, without the hidden ones.
#[derive(Default)]
struct Buttons {
    shown: Vec<Choice>,
    /// Whether one of them is no button.
    is_odd: bool,
}

impl Buttons {
    /// Reads a list of buttons. Returns `None` when the JSON is no list.
    fn read(cursor: &mut Cursor) -> Option<Self> {
        let mut buttons = Self::default();
        cursor.items(|cursor| {
            match cursor.attempt(Button::read)?.0 {
                Some(button) => buttons.shown.extend(button.choice()),
                None => buttons.is_odd = true,
            }
            Some(())
        })?;
        Some(buttons)
    }
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
