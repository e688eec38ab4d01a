//! One conversation: its entry in the list, and its messages.

use std::fmt::{self, Display};

use super::escape::{Escaped, Link, Linked, address};
use super::number::counted;
use crate::format::heading;
use crate::model::{Attachment, Choice, Conversation, Message, Role, with_takeovers, wording};
use crate::time::{TimeStyle, Timestamp};

/// How many characters of the first words are shown in the list.
const GLIMPSE: usize = 120;

/// A conversation with its number on the page.
pub struct ConversationView<'a> {
    pub conversation: &'a Conversation,
    pub times: &'a TimeStyle,
    pub number: u64,
}

impl ConversationView<'_> {
    /// Its anchor for links: the id if that has only safe characters, so that a link still works in the next export.
    fn anchor(&self) -> String {
        let id = &self.conversation.id;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if !id.is_empty() && id.chars().all(plain) {
            return format!("c-{id}");
        }
        format!("n-{}", self.number)
    }

    fn time(&self, time: Option<Timestamp>) -> String {
        match time {
            Some(time) => format!(
                "<time datetime=\"{}\">{}</time>",
                time.to_query(),
                Escaped(&self.times.show(time))
            ),
            None => "<span class=\"when\">at an unknown time</span>".to_owned(),
        }
    }

    fn entry(&self, f: &mut fmt::Formatter<'_>, anchor: &str) -> fmt::Result {
        let Conversation {
            channel, messages, ..
        } = self.conversation;
        write!(
            f,
            "<li><a href=\"#{anchor}\">{}",
            self.time(self.conversation.created_at)
        )?;
        if let Some(channel) = channel {
            write!(f, " <span class=\"channel\">{}</span>", Escaped(channel))?;
        }
        if let Some(glimpse) = glimpse(messages) {
            write!(
                f,
                " <span class=\"glimpse\" dir=\"auto\">{}</span>",
                Escaped(&glimpse)
            )?;
        }
        let count = counted(messages.len() as u64, "message");
        writeln!(f, " <span class=\"count\">{count}</span></a>")
    }

    fn article(&self, f: &mut fmt::Formatter<'_>, anchor: &str) -> fmt::Result {
        let Conversation {
            id, channel, tags, ..
        } = self.conversation;
        write!(
            f,
            "<article id=\"{anchor}\" tabindex=\"-1\"><header><a class=\"back\" href=\"#\">All conversations</a><h2>{}",
            self.time(self.conversation.created_at)
        )?;
        if let Some(person) = heading::person(self.conversation) {
            write!(f, " · <bdi>{}</bdi>", Escaped(person))?;
        }
        f.write_str("</h2>")?;
        if let Some(title) = heading::title(self.conversation) {
            write!(f, "<p class=\"title\" dir=\"auto\">{}</p>", Escaped(&title))?;
        }
        f.write_str("<p>")?;
        if let Some(channel) = channel {
            write!(f, "<span class=\"channel\">{}</span> ", Escaped(channel))?;
        }
        let count = counted(self.conversation.messages.len() as u64, "message");
        write!(f, "{count} <code>{}</code></p>", Escaped(id))?;
        let handover = self.conversation.handover.as_ref();
        if let Some(handover) = handover.and_then(heading::handover) {
            write!(f, "<p dir=\"auto\">{}</p>", Escaped(&handover))?;
        }
        f.write_str("</header>\n")?;
        if !tags.is_empty() {
            f.write_str("<dl>")?;
            for (key, value) in tags {
                let words = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                write!(
                    f,
                    "<div><dt>{}</dt><dd dir=\"auto\">{}</dd></div>",
                    Escaped(key),
                    Escaped(&words)
                )?;
            }
            f.write_str("</dl>\n")?;
        }
        f.write_str("<ol>\n")?;
        for (takeover, message) in with_takeovers(self.conversation) {
            if let Some(takeover) = takeover {
                let words = takeover.to_string();
                writeln!(
                    f,
                    "<li class=\"takeover\" dir=\"auto\">{}</li>",
                    Escaped(&words)
                )?;
            }
            self.turn(f, message)?;
        }
        f.write_str("</ol></article></li>\n")
    }

    fn turn(&self, f: &mut fmt::Formatter<'_>, message: &Message) -> fmt::Result {
        write!(
            f,
            "<li class=\"{}\"><b>{}",
            message.role.name(),
            message.role.label()
        )?;
        if let Some(author) = &message.author {
            write!(f, " <bdi>{}</bdi>", Escaped(author))?;
        }
        f.write_str("</b>")?;
        let parts = wording::parts(message);
        let is_title = |link: &&Attachment| link.title.as_deref() == Some(parts.text.as_ref());
        // Text that only repeats the title of a link is shown as that link.
        if !parts.text.is_empty() && !parts.attachments.iter().any(is_title) {
            write!(f, "<p dir=\"auto\">{}</p>", Linked(parts.text.trim_end()))?;
        }
        options(f, parts.options)?;
        attachments(f, &parts.attachments)?;
        if parts.text.is_empty() && parts.options.is_empty() && parts.attachments.is_empty() {
            f.write_str("<p class=\"nothing\">no text</p>")?;
        }
        writeln!(f, "{}</li>", self.time(message.created_at))
    }
}

impl Display for ConversationView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let anchor = self.anchor();
        self.entry(f, &anchor)?;
        self.article(f, &anchor)
    }
}

fn options(f: &mut fmt::Formatter<'_>, options: &[Choice]) -> fmt::Result {
    if options.is_empty() {
        return Ok(());
    }
    f.write_str("<ul class=\"options\" aria-label=\"Options\">")?;
    for option in options {
        let link = option.value.as_deref().and_then(address);
        write!(
            f,
            "<li dir=\"auto\">{}</li>",
            Link(link.as_deref(), &option.label)
        )?;
    }
    f.write_str("</ul>")
}

fn attachments(f: &mut fmt::Formatter<'_>, attachments: &[&Attachment]) -> fmt::Result {
    if attachments.is_empty() {
        return Ok(());
    }
    f.write_str("<ul class=\"files\" aria-label=\"Attachments\">")?;
    for Attachment { kind, url, title } in attachments {
        let words = title
            .as_deref()
            .filter(|title| !title.is_empty())
            .unwrap_or(url);
        write!(
            f,
            "<li><span>{}</span> {}</li>",
            Escaped(kind),
            Link(address(url).as_deref(), words)
        )?;
    }
    f.write_str("</ul>")
}

/// The first words of the user, or of anybody if the user wrote nothing, on one line.
fn glimpse(messages: &[Message]) -> Option<String> {
    let said = |message: &&Message| !message.text.trim().is_empty();
    let by_user = |message: &&Message| message.role == Role::User && said(message);
    let first = messages
        .iter()
        .find(by_user)
        .or_else(|| messages.iter().find(said))?;
    let words = first.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = words.char_indices().nth(GLIMPSE) else {
        return Some(words);
    };
    Some(format!("{}…", words[..end].trim_end()))
}
