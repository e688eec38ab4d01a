//! The page as it is written: the application, the data, and the conversations for those who have no JavaScript.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::mem;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use super::block::Blocks;
use super::data::{About, Messages};
use super::head::{self, Media};
use super::still;
use crate::format::formatter::{Formatted, Formatter, Neighbours, Outcome, PagedFormatter};
use crate::model::Conversation;
use crate::text::counted;
use crate::time::{TimeStyle, Timestamp};

/// The most bytes of plain conversations that are in the page itself.
const INSIDE: usize = 1 << 20;

/// From this many bytes on, plain conversations are a page of their own.
const PAGE: usize = 4 << 20;

/// What a page tells of what was asked for: what selects conversations, and nothing about the machine that made it.
const SELECTION: &[&str] = &[
    "source",
    "bot_id",
    "site",
    "since",
    "until",
    "active_since",
    "changed_since",
    "conversation",
    "limit",
    "integration",
    "channel",
    "tag",
    "participant",
    "tickets",
    "action_id",
    "api_status",
    "environment",
    "only_masked",
    "filter",
    "words",
    "role",
    "only_failed",
];

/// The most values of a flag that a page tells.
const MOST_VALUES: usize = 5;

/// The page that is being written.
pub struct Html {
    times: TimeStyle,
    asked: Vec<(&'static str, Value)>,
    media: Media,
    blocks: Blocks,
    /// Plain conversations that are not written yet.
    still: String,
    /// Whether those that are too much for the page itself go to pages of their own.
    paged: bool,
    pages: Vec<String>,
    conversations: u64,
    /// How many of them are in `still`, if there are no pages.
    inside: u64,
    outcome: Outcome,
}

/// What the last line of the data says about the export.
#[derive(Serialize)]
struct Ending<'a> {
    version: &'static str,
    /// When it was made. Two exports without conversations are the same.
    generated: Option<i64>,
    timezone: String,
    asked: &'a [(&'static str, Value)],
    #[serde(flatten)]
    outcome: Outcome,
}

impl Html {
    /// A page that says what was `asked` for.
    pub fn new(times: TimeStyle, asked: &Value, media: Media, paged: bool) -> Self {
        Self {
            times,
            asked: selection(asked),
            media,
            blocks: Blocks::default(),
            still: String::new(),
            paged,
            pages: Vec::new(),
            conversations: 0,
            inside: 0,
            outcome: Outcome::default(),
        }
    }

    fn add_still(&mut self, conversation: &Conversation) {
        if !self.paged && self.still.len() >= INSIDE {
            return;
        }
        still::conversation(conversation, &self.times, &mut self.still);
        self.inside += 1;
    }

    /// What a reader without JavaScript gets.
    fn without_script(&self) -> String {
        let count = counted(self.conversations, "conversation");
        let mut text = format!("<h1>Conversations</h1>\n<p>{count}. Searching needs JavaScript.\n");
        if self.outcome.failed > 0 || !self.outcome.complete {
            text.push_str("<p>This export is incomplete: conversations are missing.\n");
        }
        if !self.pages.is_empty() {
            text.push_str(&still::contents(&self.pages));
            return text;
        }
        if self.inside < self.conversations {
            let _ = writeln!(
                text,
                "<p>Here {} the first {}. An export with <code>-o FILE.html</code> has them all in pages without scripts.",
                if self.inside == 1 { "is" } else { "are" },
                counted(self.inside, "conversation")
            );
        }
        text.push_str(&self.still);
        text
    }
}

/// What was asked for, without what selects nothing.
fn selection(asked: &Value) -> Vec<(&'static str, Value)> {
    let told = |name: &&'static str| {
        let mut value = asked.get(*name)?.clone();
        if let Some(values) = value.as_array_mut()
            && values.len() > MOST_VALUES
        {
            values.truncate(MOST_VALUES);
            values.push("…".into());
        }
        Some((*name, value))
    };
    SELECTION.iter().filter_map(told).collect()
}

impl Formatter for Html {
    fn begin(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(head::application(self.media).as_bytes());
    }

    fn conversation(
        &mut self,
        conversation: &Conversation,
        out: &mut Vec<u8>,
    ) -> Result<Formatted> {
        let times = &self.times;
        self.blocks.add(&About::of(conversation, times))?;
        self.blocks.add(&Messages {
            conversation,
            times,
        })?;
        self.conversations += 1;
        if self.blocks.is_full() {
            self.blocks.write(out);
        }
        self.add_still(conversation);
        Ok(Formatted::Written)
    }

    fn outcome(&mut self, outcome: Outcome) {
        self.outcome = outcome;
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut blocks = Vec::new();
        self.blocks.write(&mut blocks);
        self.blocks.add(&Ending {
            version: env!("CARGO_PKG_VERSION"),
            generated: (self.conversations > 0).then(|| Timestamp::now().unix_millis()),
            timezone: self.times.zone().to_string(),
            asked: &self.asked,
            outcome: self.outcome,
        })?;
        self.blocks.write(&mut blocks);
        out.write_all(&blocks)?;
        write!(
            out,
            "</div>\n<noscript><div class=\"still\">\n{}</div></noscript>\n</body>\n</html>\n",
            self.without_script()
        )
    }

    /// Writes what is left. A page without an ending says that it was cut off.
    fn cut(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let mut blocks = Vec::new();
        self.blocks.write(&mut blocks);
        out.write_all(&blocks)
    }
}

impl PagedFormatter for Html {
    fn is_full(&self) -> bool {
        self.still.len() >= PAGE
    }

    fn has_pages(&self) -> bool {
        !self.pages.is_empty() || self.still.len() > INSIDE
    }

    fn page(&mut self, around: &Neighbours, out: &mut dyn Write) -> io::Result<u64> {
        still::page(&self.still, around, out)?;
        self.still.clear();
        Ok(mem::take(&mut self.inside))
    }

    fn contents(&mut self, pages: Vec<String>) {
        self.pages = pages;
    }

    fn ends_page_of(&self, index: &str, end: &[u8]) -> bool {
        still::ends_page_of(index, end)
    }
}
