//! The words of a message in a chat: what a reader saw, without any address of a picture, a file or a button.

use std::borrow::Cow;

use crate::format::options::ChatMedia;
use crate::model::{Attachment, Message, wording};
use crate::text::one_line;

/// Stands for content that has no words, before its type.
const PLACEHOLDER: &str = "Media message of type ";

/// The words of a message: its text, its media as `media` asks for them, and a line for each option. Empty if there are
/// none.
pub fn of(message: &Message, media: ChatMedia) -> String {
    let wording::Parts {
        text,
        options,
        attachments,
    } = wording::parts(message);
    // The options of a message of several parts stand in its text.
    let own_options = if options.is_empty() {
        &message.options
    } else {
        &[][..]
    };
    let mut text = wording::without_addresses(&text, own_options);
    if media == ChatMedia::Describe {
        text = wording::without_titles(&message.kind, text.into(), &attachments).into_owned();
    }
    for attachment in message.attachments.iter().rev() {
        cut(&mut text, &attachment.url, |before| {
            in_text(before, attachment, media)
        });
    }
    let mut text = Cow::Borrowed(text.trim());
    if may_have_placeholders(message) && text.contains(PLACEHOLDER) {
        text = Cow::Owned(with_placeholders(&text, media));
    }
    let mut lines = vec![text.into_owned()];
    if media == ChatMedia::Describe {
        lines.extend(attachments.into_iter().map(described));
    }
    let labels = options.iter().map(|option| one_line(option.label.trim()));
    let seen = labels.filter(|label| !label.is_empty() && !is_address(label));
    lines.extend(seen.map(|label| format!("- {label}")));
    lines.retain(|line| !line.trim().is_empty());
    lines.join("\n")
}

fn is_address(text: &str) -> bool {
    text.starts_with("https://") || text.starts_with("http://")
}

/// `[image: A photo of your parcel]`
fn described(attachment: &Attachment) -> String {
    let kind = &attachment.kind;
    // A title may be an address, too.
    let title = attachment.title.as_deref().map(one_line);
    match title.filter(|title| !title.is_empty() && !title.contains("://")) {
        Some(title) => format!("[{kind}: {title}]"),
        None => format!("[{kind}]"),
    }
}

/// What stands for an attachment, after what stood before its address: `A photo` or `image`.
fn in_text(before: &str, attachment: &Attachment, media: ChatMedia) -> String {
    let before = if before == attachment.kind {
        ""
    } else {
        before
    };
    if media == ChatMedia::Skip {
        return before.to_owned();
    }
    let title = attachment.title.as_deref().unwrap_or_default();
    let before = before.strip_suffix(title).unwrap_or(before);
    format!("{} {}", without_colon(before), described(attachment))
}

/// Takes the last occurrence of an address out of a text, with its brackets or the colon before it. `replace` makes the
/// beginning of its line anew, and a line of which nothing is left goes.
fn cut(text: &mut String, address: &str, replace: impl FnOnce(&str) -> String) {
    // A longer address may begin with this one.
    let is_whole = |at: &usize| {
        let next = text[at + address.len()..].chars().next();
        next.is_none_or(|next| next.is_whitespace() || ")]>,;".contains(next))
    };
    let mut places = text.rmatch_indices(address).map(|(at, _)| at);
    let Some(at) = places.find(is_whole).filter(|_| !address.is_empty()) else {
        return;
    };
    let (begin, after) = (line_begin(text, at), at + address.len());
    let end = text[after..].find('\n').map_or(text.len(), |at| after + at);
    let (mut before, mut rest) = (&text[begin..at], &text[after..end]);
    if let Some(bracketed) = before.strip_suffix('(').zip(rest.strip_prefix(')')) {
        (before, rest) = bracketed;
    }
    let line = format!("{} {}", replace(without_colon(before)), rest.trim());
    match line.trim() {
        "" if end < text.len() => text.replace_range(begin..=end, ""),
        "" => text.truncate(begin.saturating_sub(1)),
        line => text.replace_range(begin..end, line),
    }
}

fn line_begin(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn without_colon(text: &str) -> &str {
    text.trim_end_matches([' ', ':'])
}

/// Whether there may be content without words in a message. Elsewhere somebody wrote the same words.
fn may_have_placeholders(message: &Message) -> bool {
    message.text.is_empty() || matches!(&*message.kind, "bloc" | "answer")
}

/// The text with what is to stand for content without words.
fn with_placeholders(text: &str, media: ChatMedia) -> String {
    let line = |line: &str| match line.strip_prefix(PLACEHOLDER) {
        None => Some(line.to_owned()),
        Some(kind) => (media == ChatMedia::Describe).then(|| format!("[{kind}]")),
    };
    let lines: Vec<_> = text.lines().filter_map(line).collect();
    lines.join("\n")
}
