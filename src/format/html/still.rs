//! Conversations as plain markup, to be read without JavaScript. It is compact, since it repeats what the data has.

use std::fmt::Write;
use std::io;

use super::escape::{Escaped, Quoted, encoded};
use super::head;
use crate::format::formatter::Neighbours;
use crate::format::heading;
use crate::model::{Conversation, Role, with_takeovers, wording};
use crate::text::counted;
use crate::time::{Span, TimeStyle};

/// The style sheet of the pages.
const STYLE: &str = include_str!("page/still.css");

/// The text of the link from a page to the application.
const BACK: &str = "All conversations";

/// A time is shown when so much of it has passed since the last one.
const APART: Span = Span::minutes(60);

/// Writes one conversation: a heading, and a list in which the user's messages are terms and the answers their
/// descriptions. A browser closes the elements, and the style sheet names the speakers.
pub fn conversation(conversation: &Conversation, times: &TimeStyle, out: &mut String) {
    let show = |time| {
        if times.is_custom() {
            times.show(time)
        } else {
            times.minute(time)
        }
    };
    let time = conversation.created_at.map(show);
    let title = heading::title(conversation);
    let count = counted(conversation.messages.len() as u64, "message");
    let words = [
        time.as_deref(),
        heading::person(conversation),
        title.as_deref(),
        conversation.channel.as_deref(),
        Some(&count),
        Some(&conversation.id),
    ];
    let words: Vec<_> = words.into_iter().flatten().collect();
    let (id, words) = (Quoted(&conversation.id), words.join(" · "));
    let _ = writeln!(out, "<h2 id=\"c-{id}\">{}</h2><dl>", Escaped(&words));
    let handover = conversation.handover.as_ref();
    if let Some(handover) = handover.and_then(heading::handover) {
        let _ = write!(out, "<dd class=l>{}", Escaped(&handover));
    }
    let mut last = conversation.created_at;
    let mut author = None;
    for (takeover, message) in with_takeovers(conversation) {
        if let Some(takeover) = takeover {
            let _ = write!(out, "<dd class=l>{}", Escaped(&takeover.to_string()));
        }
        if let Some(time) = message.created_at
            && last.is_none_or(|last| time.distance(last) > APART)
        {
            let _ = write!(out, "<dd class=l>{}", Escaped(&show(time)));
            last = Some(time);
        }
        out.push_str(match message.role {
            Role::User => "<dt>",
            Role::Bot => "<dd>",
            Role::Agent => "<dd class=a>",
            Role::System => "<dd class=s>",
        });
        if message.role == Role::Agent && author != message.author.as_deref() {
            author = message.author.as_deref();
            let _ = write!(out, "<b>{}</b> ", Escaped(author.unwrap_or_default()));
        }
        let words = wording::of(message);
        let words = words.trim_end();
        let words = if words.is_empty() { "(no text)" } else { words };
        let _ = write!(out, "{}", Escaped(words));
    }
    out.push_str("</dl>\n");
}

/// Writes a page with these conversations.
pub fn page(conversations: &str, around: &Neighbours, out: &mut dyn io::Write) -> io::Result<()> {
    let Neighbours {
        index,
        previous,
        next,
        number,
    } = around;
    let mut nav = String::from("<nav>");
    let places = [
        (previous.as_deref(), "Previous page"),
        (Some(index.as_str()), BACK),
        (next.as_deref(), "Next page"),
    ];
    for (name, words) in places {
        if let Some(name) = name {
            nav.push_str(&link(name, words));
            nav.push(' ');
        }
    }
    nav.push_str("</nav>");
    let head = head::plain(&format!("Conversations, page {number}"), STYLE);
    let before = format!(
        "{head}<body>\n<header><h1>Conversations, page {number}</h1>{nav}</header>\n<main>\n"
    );
    let after = format!("</main>\n<footer>{nav}</footer>\n</body>\n</html>\n");
    for part in [&before, conversations, &after] {
        out.write_all(part.as_bytes())?;
    }
    Ok(())
}

/// Links to the pages, for those who have no JavaScript.
pub fn contents(pages: &[String]) -> String {
    let mut list = String::from("<ol>\n");
    for (number, name) in (1..).zip(pages) {
        let _ = writeln!(list, "<li>{}", link(name, &format!("Page {number}")));
    }
    list.push_str("</ol>\n");
    list
}

/// Whether a file with this end is a page of an export with this name. No message can contain the link to it.
pub fn ends_page_of(index: &str, end: &[u8]) -> bool {
    memchr::memmem::find(end, link(index, BACK).as_bytes()).is_some()
}

fn link(name: &str, words: &str) -> String {
    format!("<a href=\"{}\">{words}</a>", encoded(name))
}
