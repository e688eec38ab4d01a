//! Shows a message to a reader: its words with the options, then its links.

use std::borrow::Cow;

use super::conversation::{Attachment, Choice, Message};
use crate::text::lines;

/// Message types that have only words. Such a message without words is shown as nothing.
const SILENT: &[&str] = &["", "text", "markdown", "question", "answer", "button_click"];

/// Message types of several parts. Their text already contains the options of each part.
const COMPOSED: &[&str] = &["carousel", "bloc"];

/// A longer address, or one with a query, stands behind the words and not among them.
const LONGEST_AMONG_WORDS: usize = 60;

/// The message as a reader should see it, in one or more lines.
#[must_use]
pub fn of(message: &Message) -> Cow<'_, str> {
    let mut sections = reading(message).into_iter().map(Section::in_words);
    let Some(mut whole) = sections.next() else {
        return "".into();
    };
    for section in sections {
        let whole = whole.to_mut();
        whole.push_str("\n\n");
        whole.push_str(&section);
    }
    whole
}

/// A card of a carousel, or a whole message of any other type.
pub struct Section<'a> {
    /// The words and the options. They are empty if there are only links.
    pub words: Cow<'a, str>,
    /// The links that are not among the words.
    pub links: Vec<Link<'a>>,
}

impl<'a> Section<'a> {
    fn in_words(self) -> Cow<'a, str> {
        let mut shown = self.words;
        for link in &self.links {
            match link.title {
                None if shown.is_empty() => {
                    shown = format!("{}: {}", media(link.kind), link.address).into();
                }
                _ => link.add_to(shown.to_mut()),
            }
        }
        shown
    }
}

/// A link to a file or a picture, or where an option leads.
pub struct Link<'a> {
    title: Option<&'a str>,
    kind: &'a str,
    /// The address, or the path of the downloaded file.
    pub address: &'a str,
    /// Whether it is a downloaded file.
    pub is_file: bool,
}

impl<'a> Link<'a> {
    /// Its title, or what it is: `image`, `video`, `audio`, `file`.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.title.unwrap_or(self.kind)
    }

    /// The name, then the address.
    #[must_use]
    pub fn in_words(&self) -> String {
        let name = self.name();
        format!("{name}{}{}", separator(name), self.address)
    }

    /// Whether the address would keep a reader from reading on, as signed ones do.
    #[must_use]
    pub fn is_long(&self) -> bool {
        is_long(self.address)
    }

    fn add_to(&self, words: &mut String) {
        new_line(words);
        words.push_str(&self.in_words());
    }

    fn of_option(option: &'a Choice) -> Option<Self> {
        Some(Self {
            title: Some(&option.label),
            kind: "link",
            address: link(option).filter(|address| is_long(address))?,
            is_file: false,
        })
    }

    fn of_attachment(attachment: &'a Attachment) -> Self {
        Self {
            title: attachment
                .title
                .as_deref()
                .filter(|title| !title.is_empty()),
            kind: &attachment.kind,
            address: attachment.place(),
            is_file: attachment.file.is_some(),
        }
    }
}

/// Divides a message into sections, which an empty line tells apart. It is one section, unless it is a carousel.
#[must_use]
pub fn reading(message: &Message) -> Vec<Section<'_>> {
    let Parts {
        text,
        options,
        attachments,
    } = parts(message);
    if message.kind == "carousel" && options.is_empty() {
        return cards(&text, attachments);
    }
    let text = without_titles(&message.kind, text, &attachments);
    let words = words(&message.kind, text, options);
    let mut links: Vec<_> = options.iter().filter_map(Link::of_option).collect();
    links.extend(attachments.into_iter().map(Link::of_attachment));
    vec![Section { words, links }]
}

/// The cards of a carousel, each with its picture, which has its title.
fn cards<'a>(text: &str, pictures: Vec<&'a Attachment>) -> Vec<Section<'a>> {
    let mut pictures = pictures.into_iter().peekable();
    let mut cards: Vec<_> = text
        .split("\n\n")
        .map(|card| {
            let own = pictures.next_if(|picture| is_of_card(picture, card));
            let own = own.map(|picture| Link {
                title: None,
                ..Link::of_attachment(picture)
            });
            Section {
                words: card.to_owned().into(),
                links: own.into_iter().collect(),
            }
        })
        .collect();
    if let Some(last) = cards.last_mut() {
        last.links.extend(pictures.map(Link::of_attachment));
    }
    cards
}

fn is_of_card(picture: &Attachment, card: &str) -> bool {
    let title = picture.title.as_deref();
    let rest = title.and_then(|title| card.strip_prefix(title));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\n']))
}

/// The text without what only repeats the title of a file. Such words are left to its link.
#[must_use]
pub fn without_titles<'a>(kind: &str, text: Cow<'a, str>, files: &[&Attachment]) -> Cow<'a, str> {
    let is_title = |words: &str| {
        files
            .iter()
            .any(|file| file.title.as_deref() == Some(words))
    };
    match kind {
        "bloc" => {
            let lines: Vec<_> = text.split('\n').filter(|line| !is_title(line)).collect();
            lines.join("\n").into()
        }
        _ if is_title(&text) => "".into(),
        _ => text,
    }
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
    let unnamed = |link: &&Attachment| link.file.is_some() || !text.contains(&link.url);
    let attachments: Vec<_> = message.attachments.iter().filter(unnamed).collect();
    let said = !text.is_empty() || !options.is_empty() || !attachments.is_empty();
    Parts {
        text: if said {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(placeholder(kind))
        },
        options,
        attachments,
    }
}

/// What a reader sees of a message, or of a part of one, that has nothing to show.
#[must_use]
pub fn placeholder(kind: &str) -> String {
    if SILENT.contains(&kind) {
        return String::new();
    }
    media(kind)
}

/// The words of the vendor's tutorial for what is not text.
fn media(kind: &str) -> String {
    format!("Media message of type {kind}")
}

/// The words of one of several parts of a message: its text, its options, and where these lead. Files and pictures are
/// not among them.
#[must_use]
pub fn part(kind: &str, text: &str, options: &[Choice]) -> String {
    if COMPOSED.contains(&kind) {
        return text.to_owned();
    }
    let mut part = words(kind, text.into(), options).into_owned();
    for link in options.iter().filter_map(Link::of_option) {
        link.add_to(&mut part);
    }
    part
}

/// The text, then the options on one line. A short text and its options share a line, but a card has one for each.
fn words<'a>(kind: &str, text: Cow<'a, str>, options: &[Choice]) -> Cow<'a, str> {
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim_end()),
        Cow::Owned(text) => Cow::Owned(text.trim_end().to_owned()),
    };
    if options.is_empty() {
        return text;
    }
    let mut words = text.into_owned();
    let shown: Vec<_> = options.iter().map(choice).collect();
    let shown = shown.join(" / ");
    if shown.is_empty() {
        return words.into();
    }
    // A colon behind an address would be taken for a part of it.
    let ends_in_link = words
        .split_whitespace()
        .next_back()
        .is_some_and(|last| last.contains("://"));
    if kind == "card" || ends_in_link || lines(&words).nth(1).is_some() {
        new_line(&mut words);
    } else {
        words.push_str(separator(&words));
    }
    words.push_str(&shown);
    words.into()
}

fn new_line(text: &mut String) {
    if !text.is_empty() {
        text.push('\n');
    }
}

/// What stands between words and what belongs to them: a colon, unless the words end with a mark of their own.
fn separator(words: &str) -> &'static str {
    match words.chars().next_back() {
        None => "",
        Some(':' | '.' | '?' | '!' | ',' | ';' | '…' | '：' | '。' | '？' | '！' | '؟') => {
            " "
        }
        Some(_) => ": ",
    }
}

/// Takes out of the text of a message of several parts where its options lead. Their labels stay.
#[must_use]
pub fn without_addresses(text: &str, options: &[Choice]) -> String {
    let mut text = text.to_owned();
    // From the last to the first, as parts were added.
    for option in options.iter().rev() {
        let shown = choice(option);
        if shown != option.label
            && let Some(at) = text.rfind(&*shown)
        {
            text.replace_range(at..at + shown.len(), &option.label);
        }
        if let Some(link) = Link::of_option(option)
            && let Some(at) = text.rfind(&format!("\n{}", link.in_words()))
        {
            text.replace_range(at..=at + link.in_words().len(), "");
        }
    }
    text
}

fn choice(choice: &Choice) -> Cow<'_, str> {
    match link(choice).filter(|address| !is_long(address)) {
        Some(address) => Cow::Owned(format!("{} ({address})", choice.label)),
        None => Cow::Borrowed(&choice.label),
    }
}

/// The address that an option leads to, unless its label says it.
fn link(choice: &Choice) -> Option<&str> {
    let is_link = |text: &str| text.starts_with("https://") || text.starts_with("http://");
    let address = choice.value.as_deref()?;
    (is_link(address) && address != choice.label).then_some(address)
}

fn is_long(address: &str) -> bool {
    address.len() > LONGEST_AMONG_WORDS || address.contains('?')
}
