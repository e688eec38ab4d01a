//! Reads the payload of each message type (vendors/botpress.md, Shapes).

use serde_json::Value;

use crate::model::{Attachment, Choice, wording};

/// The content of a payload, as the model has it.
#[derive(Default)]
pub struct Content {
    /// The plain text.
    pub text: String,
    /// The choices that the user had.
    pub options: Vec<Choice>,
    /// Files, pictures and the like.
    pub attachments: Vec<Attachment>,
}

impl Content {
    /// Reads the payload of a message of this type. Only `text` is read for an unknown type.
    pub fn of(kind: &str, payload: &Value) -> Self {
        match kind {
            "markdown" => Self::text(first_text(payload, &["markdown", "text"])),
            "image" => Self::media(kind, payload, "imageUrl"),
            "audio" => Self::media(kind, payload, "audioUrl"),
            "video" => Self::media(kind, payload, "videoUrl"),
            "file" => Self::media(kind, payload, "fileUrl"),
            "location" => Self::text(location(payload)),
            "card" => Self::card(payload),
            "carousel" => items(payload).fold(Self::default(), Self::with_card),
            "bloc" => items(payload).fold(Self::default(), |whole, item| {
                let kind = item["type"].as_str().unwrap_or_default();
                let mut part = Self::of(kind, item.get("payload").unwrap_or(item));
                // Each part of a bloc within it tells of itself.
                if part.is_empty() && kind != "bloc" {
                    part.text = wording::placeholder(kind);
                }
                whole.with(kind, part, "\n")
            }),
            "choice" | "dropdown" => Self {
                text: first_text(payload, &["text"]),
                options: choices(&payload["options"]),
                ..Self::default()
            },
            // Some channels send only what the button stands for.
            "quick_reply" => Self::text(first_text(payload, &["text", "payload"])),
            _ => Self::text(first_text(payload, &["text"])),
        }
    }

    fn is_empty(&self) -> bool {
        self.text.is_empty() && self.options.is_empty() && self.attachments.is_empty()
    }

    fn text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    fn media(kind: &str, payload: &Value, key: &str) -> Self {
        let title = first_text(payload, &["title", "caption"]);
        Self {
            attachments: attachment(kind, &payload[key], Some(&title)),
            text: title,
            ..Self::default()
        }
    }

    fn card(card: &Value) -> Self {
        let lines = [
            first_text(card, &["title"]),
            first_text(card, &["subtitle"]),
        ];
        Self {
            text: join(lines, " - "),
            options: choices(&card["actions"]),
            attachments: attachment("image", &card["imageUrl"], None),
        }
    }

    /// Adds a card of a carousel. An empty line tells it apart from the one before, and its picture has its title.
    fn with_card(self, card: &Value) -> Self {
        let title = Some(first_text(card, &["title"])).filter(|title| !title.is_empty());
        let mut part = Self::card(card);
        for picture in &mut part.attachments {
            picture.title.clone_from(&title);
        }
        self.with("card", part, "\n\n")
    }

    /// Adds a part. The text has each part with its options, so that a reader sees what belongs together. They are in
    /// `options` as well, for programs.
    fn with(mut self, kind: &str, part: Self, separator: &str) -> Self {
        let words = wording::part(kind, &part.text, &part.options);
        self.text = join([self.text, words], separator);
        self.options.extend(part.options);
        self.attachments.extend(part.attachments);
        self
    }
}

/// Returns the text of the first key that has one.
fn first_text(payload: &Value, keys: &[&str]) -> String {
    let found = keys.iter().find_map(|key| payload[*key].as_str());
    found.unwrap_or_default().to_owned()
}

fn join(parts: [String; 2], separator: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(separator)
}

fn items(payload: &Value) -> impl Iterator<Item = &Value> {
    payload["items"].as_array().into_iter().flatten()
}

fn choices(options: &Value) -> Vec<Choice> {
    let options = options.as_array().into_iter().flatten();
    options
        .map(|option| {
            let value = plain(&option["value"]);
            let label = plain(&option["label"])
                .or_else(|| value.clone())
                .unwrap_or_default();
            Choice { label, value }
        })
        .collect()
}

fn attachment(kind: &str, address: &Value, title: Option<&str>) -> Vec<Attachment> {
    let title = title.filter(|title| !title.is_empty());
    let attachment = address
        .as_str()
        .map(|url| Attachment::new(kind.to_owned(), url.to_owned(), title.map(str::to_owned)));
    attachment.into_iter().collect()
}

/// `title, address (latitude, longitude)`
fn location(payload: &Value) -> String {
    let place = join(
        [
            first_text(payload, &["title"]),
            first_text(payload, &["address"]),
        ],
        ", ",
    );
    match (plain(&payload["latitude"]), plain(&payload["longitude"])) {
        (Some(latitude), Some(longitude)) if place.is_empty() => format!("{latitude}, {longitude}"),
        (Some(latitude), Some(longitude)) => format!("{place} ({latitude}, {longitude})"),
        _ => place,
    }
}

/// Returns a string as it is, and any other value as JSON.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
