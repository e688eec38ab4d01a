//! Shows a message to a reader: its words, then its options, then its links.

use std::borrow::Cow;

use super::conversation::{Attachment, Choice, Message};

/// Message types that have only words. Such a message without words is shown as nothing.
const SILENT: &[&str] = &["", "text", "markdown", "question", "answer", "button_click"];

/// Message types of several parts. Their text already contains the options and links of each part.
const COMPOSED: &[&str] = &["carousel", "bloc"];

/// The message as a reader should see it, in one or more lines.
#[must_use]
pub fn of(message: &Message) -> String {
    let kind = &*message.kind;
    if COMPOSED.contains(&kind) && !message.text.is_empty() {
        return message.text.clone();
    }
    line(kind, &message.text, &message.options, &message.attachments)
}

/// A message as a reader should see it in a format that shows options and links separately.
pub struct Parts<'a> {
    /// The words.
    pub text: Cow<'a, str>,
    /// The options that are not in the text.
    pub options: &'a [Choice],
    /// The links that are not in the text.
    pub attachments: Vec<&'a Attachment>,
}

/// Divides a message into its parts.
#[must_use]
pub fn parts(message: &Message) -> Parts<'_> {
    let (kind, text) = (&*message.kind, message.text.as_str());
    let composed = COMPOSED.contains(&kind) && !text.is_empty();
    let options: &[Choice] = if composed { &[] } else { &message.options };
    let unnamed = |link: &&Attachment| !composed && !text.contains(&link.url);
    let attachments: Vec<_> = message.attachments.iter().filter(unnamed).collect();
    let said = !text.is_empty() || !options.is_empty() || !attachments.is_empty();
    Parts {
        text: if said || SILENT.contains(&kind) {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(format!("Media message of type {kind}"))
        },
        options,
        attachments,
    }
}

/// Shows a message like [`of`], from its parts. The words and options are on one line unless the text has several.
#[must_use]
pub fn line(kind: &str, text: &str, options: &[Choice], attachments: &[Attachment]) -> String {
    let options: Vec<String> = options.iter().map(choice).collect();
    let mut parts = vec![text.to_owned(), options.join(" / ")];
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() && !SILENT.contains(&kind) {
        parts.push(format!("Media message of type {kind}"));
    }
    let separator = if text.contains('\n') { "\n" } else { ": " };
    let mut line = parts.join(separator);
    let unnamed = |link: &&Attachment| !text.contains(&link.url);
    for (index, attachment) in attachments.iter().filter(unnamed).enumerate() {
        line.push_str(match line.as_str() {
            "" => "",
            line if index == 0 && !line.contains('\n') => ": ",
            _ => "\n",
        });
        line.push_str(&link(attachment, text));
    }
    line
}

fn choice(choice: &Choice) -> String {
    match &choice.value {
        Some(address) if is_link(address) && *address != choice.label => {
            format!("{} ({address})", choice.label)
        }
        _ => choice.label.clone(),
    }
}

fn link(attachment: &Attachment, known: &str) -> String {
    match attachment.title.as_deref() {
        Some(title) if !title.is_empty() && !known.contains(title) => {
            format!("{title}: {}", attachment.url)
        }
        _ => attachment.url.clone(),
    }
}

fn is_link(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}
