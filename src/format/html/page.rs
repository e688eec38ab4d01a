//! A page of conversations.

use std::io::{self, Write};

use anyhow::Result;

use super::conversation::ConversationView;
use super::escape::encoded;
use super::head;
use super::index;
use super::stats::PageStats;
use crate::format::formatter::{Formatted, Formatter, Neighbours, PagedFormatter};
use crate::model::Conversation;
use crate::time::TimeStyle;

/// A browser opens a page of this many conversations, or bytes, within about a second.
const FULL_CONVERSATIONS: u64 = 5_000;
const FULL_BYTES: u64 = 16 << 20;

/// The text of the link from a page to the index.
const TO_INDEX: &str = "All pages";

/// The page that is being written, and what the index shows about the pages before it.
pub struct Html {
    times: TimeStyle,
    page: PageStats,
    done: Vec<PageStats>,
}

impl Html {
    pub fn new(times: TimeStyle) -> Self {
        Self {
            times,
            page: PageStats::default(),
            done: Vec::new(),
        }
    }

    fn close(&mut self, pages: &str, out: &mut Vec<u8>) {
        let page = std::mem::take(&mut self.page);
        let about = page.about();
        self.done.push(page);
        let script = head::script();
        // Writing to memory cannot fail.
        let _ = write!(
            out,
            "</ol></main>\n<footer class=\"about\">{about}{pages}</footer>\n</div>\n\
             <aside class=\"hint\"><p>Choose a conversation from the list.</p>\
             <p class=\"keys\" hidden><kbd>/</kbd> search <kbd>↑</kbd> <kbd>↓</kbd> move <kbd>Enter</kbd> open \
             <kbd>Esc</kbd> back</p></aside>\n<script>{script}</script>\n</body>\n</html>\n"
        );
    }
}

impl Formatter for Html {
    fn begin(&mut self, out: &mut Vec<u8>) {
        let head = head::with_script();
        let _ = write!(
            out,
            "{head}<body>\n<div class=\"side\">\n<header><h1>Conversations</h1>\n\
             <search hidden><input type=\"search\" placeholder=\"Search all text\" aria-label=\"Search all text\" \
             autocomplete=\"off\" spellcheck=\"false\"><output></output></search></header>\n\
             <main><ol class=\"list\">\n"
        );
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let before = out.len();
        let view = ConversationView {
            conversation,
            times: &self.times,
            number: self.page.conversations,
        };
        write!(out, "{view}")?;
        self.page.conversations += 1;
        self.page.messages += conversation.messages.len() as u64;
        self.page.bytes += (out.len() - before) as u64;
        if let Some(time) = conversation.created_at {
            *self.page.days.entry(self.times.day(time)).or_default() += 1;
        }
        Ok(Formatted::Written)
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut end = Vec::new();
        self.close("", &mut end);
        out.write_all(&end)
    }
}

impl PagedFormatter for Html {
    fn is_full(&self) -> bool {
        self.page.conversations >= FULL_CONVERSATIONS || self.page.bytes >= FULL_BYTES
    }

    fn end_page(&mut self, neighbours: &Neighbours, out: &mut Vec<u8>) {
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
        self.close(&nav, out);
    }

    fn index(&mut self, pages: &[String], complete: bool, out: &mut Vec<u8>) {
        if self.page.conversations > 0 {
            // The last page was cut off, so it was never closed.
            self.done.push(std::mem::take(&mut self.page));
        }
        out.extend_from_slice(index::index(&self.done, pages, complete).as_bytes());
    }

    /// Looks for the link to the index. A message cannot contain it: text is escaped, and links have a scheme.
    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        memchr::memmem::find(end, link(index, TO_INDEX).as_bytes()).is_some()
    }
}

fn link(name: &str, words: &str) -> String {
    format!("<a href=\"{}\">{words}</a>", encoded(name))
}
