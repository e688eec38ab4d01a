//! `html`: one self-contained page. It loads nothing and sends nothing, and a policy in it tells the browser so.
//!
//! Conversations are plain elements in one list: each entry is followed by its conversation, which the style sheet
//! shows beside the list when the address names it. So the page reads without the script, which adds the search, keys
//! and the reader's time zone. Totals and the chart are known only at the end; the style sheet puts them above the list.

mod chart;
mod escape;
mod index;
mod talk;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use super::{Formatter, Neighbours};
use crate::model::Conversation;
use crate::time::{Day, TimeStyle};
use escape::encoded;
use talk::Talk;

/// A browser opens a page of so many conversations, or bytes, within about a second.
const FULL_CONVERSATIONS: u64 = 5_000;
const FULL_BYTES: u64 = 16 << 20;

/// What leads from a page to the index.
const TO_INDEX: &str = "All pages";

/// The page under way, and what the index says of those before.
pub struct Html {
    times: TimeStyle,
    page: Tally,
    done: Vec<Tally>,
}

/// What is on a page.
#[derive(Clone, Default)]
struct Tally {
    conversations: u64,
    messages: u64,
    bytes: u64,
    days: BTreeMap<Day, u64>,
}

impl Html {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            page: Tally::default(),
            done: Vec::new(),
        }
    }

    fn close(&mut self, pages: &str, out: &mut dyn Write) -> io::Result<()> {
        let page = std::mem::take(&mut self.page);
        let about = page.about();
        self.done.push(page);
        let script = script();
        write!(
            out,
            "</ol></main>\n<footer class=\"about\">{about}{pages}</footer>\n</div>\n\
             <aside class=\"hint\"><p>Choose a conversation from the list.</p>\
             <p class=\"keys\" hidden><kbd>/</kbd> search <kbd>↑</kbd> <kbd>↓</kbd> move <kbd>Enter</kbd> open \
             <kbd>Esc</kbd> back</p></aside>\n<script>{script}</script>\n</body>\n</html>\n"
        )
    }
}

impl Formatter for Html {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let head = head(&format!("'sha256-{}'", sha256(&script())));
        write!(
            out,
            "{head}<body>\n<div class=\"side\">\n<header><h1>Conversations</h1>\n\
             <search hidden><input type=\"search\" placeholder=\"Search all text\" aria-label=\"Search all text\" \
             autocomplete=\"off\" spellcheck=\"false\"><output></output></search></header>\n\
             <main><ol class=\"list\">\n"
        )
    }

    fn conversation(&mut self, conversation: &Conversation, out: &mut dyn Write) -> io::Result<()> {
        let talk = Talk {
            conversation,
            times: &self.times,
            number: self.page.conversations,
        };
        let item = talk.to_string();
        self.page.conversations += 1;
        self.page.messages += conversation.messages.len() as u64;
        self.page.bytes += item.len() as u64;
        if let Some(time) = conversation.created_at {
            *self.page.days.entry(self.times.day(time)).or_default() += 1;
        }
        out.write_all(item.as_bytes())
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.close("", out)
    }

    fn is_full(&self) -> bool {
        self.page.conversations >= FULL_CONVERSATIONS || self.page.bytes >= FULL_BYTES
    }

    fn end_page(&mut self, neighbours: &Neighbours, out: &mut dyn Write) -> io::Result<()> {
        let mut nav = String::from("<nav aria-label=\"Pages\">");
        let places = [
            (neighbours.previous.as_deref(), "Previous page"),
            (Some(neighbours.index.as_str()), TO_INDEX),
            (neighbours.next.as_deref(), "Next page"),
        ];
        for (name, words) in places {
            if let Some(name) = name {
                nav.push_str(&link(name, words));
            }
        }
        nav.push_str("</nav>");
        self.close(&nav, out)
    }

    fn index(&mut self, pages: &[String], complete: bool, out: &mut dyn Write) -> io::Result<()> {
        if self.page.conversations > 0 {
            // A page that was cut off had no end.
            self.done.push(std::mem::take(&mut self.page));
        }
        index::write(&self.done, pages, complete, out)
    }

    /// By its link to the index, which no message can have: those are escaped, and have no addresses without a scheme.
    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        memchr::memmem::find(end, link(index, TO_INDEX).as_bytes()).is_some()
    }
}

impl Tally {
    /// Counts and, where there is more than a glance shows, the chart of days.
    fn about(&self) -> String {
        let (conversations, messages) = (self.conversations, self.messages);
        let counts = format!(
            "<p>{}, {}</p>",
            counted(conversations, "conversation"),
            counted(messages, "message")
        );
        counts + &chart::figure(&self.days)
    }
}

/// What stands before the body. Only the style sheet, and a script of the page's own, may do anything.
fn head(scripts: &str) -> String {
    let style = own(include_str!("html/page.css"));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src {scripts}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        sha256(&style)
    );
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n<meta name=\"generator\" content=\"convexport {}\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>Conversations</title>\n<style>{style}</style>\n</head>\n",
        env!("CARGO_PKG_VERSION")
    )
}

fn link(name: &str, words: &str) -> String {
    format!("<a href=\"{}\">{words}</a>", encoded(name))
}

fn script() -> Cow<'static, str> {
    own(include_str!("html/page.js"))
}

/// A browser hashes what it read, in which every end of line is a line feed; a checkout may have others.
fn own(text: &'static str) -> Cow<'static, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

fn sha256(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}

/// `1 message`, `5,000 messages`
fn counted(count: u64, what: &str) -> String {
    let digits = count.to_string();
    let mut number = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    let plural = if count == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
