//! Reads the stream `[QueryInfo, Conversation..., PostQueryInfo]` element by element, and checks that it is complete
//! (vendors/boost.md, Response). The stream of API v4 has conversations alone, as far as is known.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::ops::ControlFlow;

use anyhow::{Context, Error, Result, anyhow};
use serde::de::IgnoredAny;

use super::api::Api;
use super::conversation::conversation;
use super::element::Element;
use super::session::Session;
use super::stream_error::{Broken, StreamError};
use super::tally::Tally;
use super::v4::{HINT, note_top};
use crate::http::Cause;
use crate::io::decompress::{self, Blocks};
use crate::json::Item;
use crate::json::array::{SplitError, Splitter};
use crate::text::counted;

/// How many bytes are read of an answer that is not a stream.
const ERROR_LIMIT: usize = 64 * 1024;

/// Whether to go on. Reading stops when the limit is reached or the receiver is gone.
type Flow = ControlFlow<()>;

/// Reads one stream on a separate thread.
///
/// # Errors
/// Only when the thread panics. The inner error is that of the stream.
pub async fn parse(
    mut session: Session,
    bytes: impl BufRead + Send + 'static,
) -> Result<(Session, Result<(), Broken>)> {
    let parsing = tokio::task::spawn_blocking(move || {
        let read = read(&mut session, &decompress::blocks(bytes));
        (session, read)
    });
    parsing.await.context("the parser broke down")
}

/// Reads one stream to its end, and sends the conversations that were not handled before.
fn read(session: &mut Session, blocks: &Blocks) -> Result<(), Broken> {
    if session.api() == Some(Api::V4) {
        // The stream does not tell the time.
        session.tell_time(None);
    }
    let mut stream = StreamReader {
        splitter: Splitter::new(session.options.max_element),
        session,
        tally: Tally::default(),
        hinted: false,
        damaged: None,
        unknown: BTreeMap::new(),
    };
    let read = stream.read(blocks);
    stream.session.flush();
    stream.report_unknown();
    read.map_err(|error| stream.broken(&error))
}

/// One answer of the API.
struct StreamReader<'s> {
    splitter: Splitter,
    session: &'s mut Session,
    tally: Tally,
    /// Whether it was said how to report what differs.
    hinted: bool,
    /// The type of an unreadable element that is not a conversation.
    damaged: Option<String>,
    /// How many elements came of each undocumented type.
    unknown: BTreeMap<String, u64>,
}

impl StreamReader<'_> {
    fn read(&mut self, blocks: &Blocks) -> Result<(), StreamError> {
        // Sends the batch before each wait for input.
        while let Some(block) = blocks.next(|| self.session.flush()) {
            let block = block.map_err(StreamError::Read)?;
            self.splitter.push(&block);
            blocks.reuse(block);
            match self.items() {
                Ok(Flow::Continue(())) => {}
                Ok(Flow::Break(())) => return Ok(()),
                Err(StreamError::Split(SplitError::NoArray)) => return Err(self.no_array(blocks)),
                Err(error) => return Err(error),
            }
        }
        self.splitter.finish().map_err(StreamError::Split)?;
        if let Some(kind) = self.damaged.take() {
            return Err(StreamError::Info(kind));
        }
        let proof = self.tally.prove(self.is_v4())?;
        self.session.tell_whole(proof);
        Ok(())
    }

    /// Whether it is a stream of API v4.
    fn is_v4(&self) -> bool {
        match self.session.api() {
            Some(api) => api == Api::V4,
            None => self.tally.looks_like_v4(),
        }
    }

    /// Finds out what came instead of an array: the vendor's error object, a web page, or something unknown.
    fn no_array(&self, blocks: &Blocks) -> StreamError {
        let mut body = self.splitter.rest().to_vec();
        while let Some(Ok(block)) = blocks.next(|| ()) {
            body.extend_from_slice(&block);
            if block.is_empty() || body.len() > ERROR_LIMIT {
                break;
            }
        }
        let text = String::from_utf8_lossy(&body);
        let mut element = Element::default();
        element.read(&text, false);
        match element.error() {
            _ if is_own(&element) => StreamError::OwnExport,
            Some(words) => StreamError::Vendor(words),
            None if Cause::is_html(&body) => StreamError::Body(Cause::Html),
            None => StreamError::Split(SplitError::NoArray),
        }
    }

    /// Reads all complete elements.
    fn items(&mut self) -> Result<Flow, StreamError> {
        // Takes the splitter out, since its buffer is borrowed while the other fields change.
        let mut splitter = std::mem::replace(&mut self.splitter, Splitter::new(0));
        let flow = self.items_of(&mut splitter);
        self.splitter = splitter;
        flow
    }

    /// Reads first the element that began in an earlier block. The next ones are read directly, which is faster than to
    /// search for their ends first, until one cannot be read in this way.
    fn items_of(&mut self, splitter: &mut Splitter) -> Result<Flow, StreamError> {
        let mut flow = Ok(Flow::Continue(()));
        if splitter.is_within() {
            match splitter.next_item().map_err(StreamError::Split)? {
                None => return flow,
                Some(item) => flow = self.item(item),
            }
        }
        let options = self.session.options;
        let ahead = splitter.read_ahead(|text| {
            let mut element = Element::default();
            let goes_on = matches!(flow, Ok(Flow::Continue(())));
            let length = element.read(text, options.keep_raw).filter(|_| goes_on)?;
            if length > options.max_element {
                return None;
            }
            flow = self.element(element, &text[..length], Ok(()));
            Some(length)
        });
        if !matches!(flow, Ok(Flow::Continue(()))) {
            return flow;
        }
        ahead.map_err(StreamError::Split)?;
        while let Some(item) = splitter.next_item().map_err(StreamError::Split)? {
            if self.item(item)?.is_break() {
                return Ok(Flow::Break(()));
            }
        }
        Ok(Flow::Continue(()))
    }

    fn item(&mut self, item: Item) -> Result<Flow, StreamError> {
        let mut element = Element::default();
        let bytes = match item {
            Item::Whole(bytes) => bytes,
            Item::TooLarge(head, size) => {
                let text = String::from_utf8_lossy(head);
                // This text is cut off. Only the fields before the cut are needed.
                element.read(&text, false);
                let limit = self.session.options.max_element;
                return Ok(self.report_unreadable(
                    &element,
                    &anyhow!("it has {size} bytes, more than the {limit} of --max-element"),
                ));
            }
        };
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Ok(self.report_unreadable(&element, &anyhow!(error))),
        };
        let read = element.read_whole(text, self.session.options.keep_raw);
        self.element(element, text, read)
    }

    fn element(
        &mut self,
        element: Element,
        text: &str,
        read: Result<()>,
    ) -> Result<Flow, StreamError> {
        match element.text("type").as_ref() {
            kind @ ("query_info" | "post_query_info") => match (read, element.conversations()) {
                (Ok(()), Ok(count)) if kind == "query_info" => {
                    self.session
                        .tell_time(element.text("current_time").parse().ok());
                    self.expect(count);
                }
                (Ok(()), Ok(count)) => self.tally.end(count),
                _ => self.damaged = Some(kind.to_owned()),
            },
            "error" => {
                return Err(StreamError::Vendor(element.text("message").into_owned()));
            }
            "conversation" => return Ok(self.conversation(element, text.len(), read)),
            _ if element.has_sessions() => {
                return Ok(self.conversation(element, text.len(), read));
            }
            "" if self.tally.came == 0 && is_own(&element) => return Err(StreamError::OwnExport),
            "" if self.is_v4() && read.is_ok() && element.id().is_some() => {
                let error = element.error().map(StreamError::Vendor);
                let why = error.map(|error| anyhow!("{error}"));
                let why = why.unwrap_or_else(|| anyhow!("missing field `sessions`"));
                return Ok(self.report_unreadable(&element, &why));
            }
            "" if self.is_v4()
                && let Some(words) = element.error() =>
            {
                return Err(StreamError::Vendor(words));
            }
            "" if is_foreign(&element, text, &read) => self.note_unknown(""),
            // There is no type, but this may be a flawed conversation.
            "" => {
                let why = read.err().unwrap_or_else(|| anyhow!("it has no type"));
                return Ok(self.report_unreadable(&element, &why));
            }
            other if read.is_ok() => self.note_unknown(other),
            other => self.damaged = Some(other.to_owned()),
        }
        Ok(Flow::Continue(()))
    }

    fn conversation(&mut self, mut element: Element, size: usize, read: Result<()>) -> Flow {
        let keep_raw = self.session.options.keep_raw;
        let is_v4 = element.has_sessions();
        if is_v4 {
            self.tell_unknown_fields(&mut element);
        }
        let names = self.session.names();
        match read.and_then(|()| conversation(&mut element, keep_raw, names.as_deref())) {
            Ok(conversation) => {
                self.tally.note(&conversation.id, is_v4);
                let received = self.session.send(conversation, size);
                self.goes_on(received)
            }
            Err(error) => self.report_unreadable(&element, &error),
        }
    }

    /// Says which fields of a conversation of API v4 are not known.
    fn tell_unknown_fields(&mut self, element: &mut Element) {
        if let Some(Ok(sessions)) = &mut element.sessions {
            let mut unknown = std::mem::take(&mut sessions.facts.unknown);
            note_top(&mut unknown, &element.fields);
            self.session.tell_unknown_fields(&unknown);
        }
    }

    /// Reports a conversation that cannot be read.
    fn report_unreadable(&mut self, element: &Element, error: &Error) -> Flow {
        self.tally.note_unreadable();
        if self.is_v4() && !std::mem::replace(&mut self.hinted, true) {
            self.session.console.notice(HINT);
        }
        let received = self.session.fail(element.id(), self.tally.came, error);
        self.goes_on(received)
    }

    fn goes_on(&self, received: bool) -> Flow {
        if received && !self.session.has_enough() {
            Flow::Continue(())
        } else {
            Flow::Break(())
        }
    }

    fn expect(&mut self, count: Option<u64>) {
        self.tally.begin(count);
        if let Some(count) = count {
            self.session.expect(count);
        }
    }

    fn note_unknown(&mut self, kind: &str) {
        *self.unknown.entry(kind.to_owned()).or_default() += 1;
    }

    fn report_unknown(&self) {
        for (kind, count) in &self.unknown {
            let line = || {
                format!(
                    "passed over {} of the unknown type `{kind}`",
                    counted(*count, "element")
                )
            };
            self.session.console.detail(line);
        }
    }

    fn broken(&self, error: &StreamError) -> Broken {
        let foreign = matches!(error, StreamError::OwnExport);
        let so_far = format!(" (after {})", self.tally);
        let is_other = self.is_v4() && !error.is_transient() && !foreign;
        let hint = if is_other {
            format!("; {HINT}")
        } else {
            String::new()
        };
        Broken {
            reason: format!("{error}{}{hint}", if foreign { "" } else { &so_far }),
            transient: error.is_transient(),
            foreign,
        }
    }
}

/// Whether an element is a conversation as this program writes it.
fn is_own(element: &Element) -> bool {
    ["source", "account", "created_at"]
        .iter()
        .all(|key| element.field(key).is_some())
}

/// Whether an element without a type is not a conversation: it is readable but has no messages, or it is not an object.
fn is_foreign(element: &Element, text: &str, read: &Result<()>) -> bool {
    let is_other_json =
        || !text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    (read.is_ok() && element.messages.is_none()) || is_other_json()
}
