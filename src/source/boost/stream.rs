//! The stream `[QueryInfo, Conversation..., PostQueryInfo]`: element by element, with the proof that it is whole
//! (vendors/boost.md, Response).

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use serde::de::IgnoredAny;

use super::element::Element;
use super::export::Export;
use super::flaw::Flaw;
use super::message;
use crate::http::Cause;
use crate::source::blocks::Blocks;
use crate::source::json_array::{Piece, SplitError, Splitter};
use crate::source::lenient::Words;
use crate::source::{Event, Missing};

/// How much is read of an answer that is no stream.
const ERROR_LIMIT: usize = 64 * 1024;

/// Why a stream is no complete export.
#[derive(Debug)]
pub struct Broken {
    /// What happened, and how many conversations had come of how many.
    pub reason: String,
    /// Whether another try may help.
    pub passing: bool,
}

/// Whether to read on.
#[derive(PartialEq)]
enum Flow {
    On,
    /// The limit is met, or nobody listens any more.
    Enough,
}

impl Export {
    /// Reads one stream to its end and sends the conversations that have not been dealt with.
    ///
    /// # Errors
    /// [`Broken`], when it does not prove to be complete.
    pub fn read(&mut self, blocks: &Blocks) -> Result<(), Broken> {
        let mut stream = Stream {
            splitter: Splitter::new(self.max_element),
            export: self,
            expected: None,
            came: 0,
            proof: None,
            damaged: None,
            unknown: BTreeMap::new(),
        };
        let read = stream.read(blocks);
        stream.export.flush();
        stream.tell_unknown();
        read.map_err(|flaw| stream.broken(&flaw))
    }
}

/// One answer of the API.
struct Stream<'e> {
    splitter: Splitter,
    export: &'e mut Export,
    /// The count of `QueryInfo`.
    expected: Option<u64>,
    /// Conversations that came, of whatever quality.
    came: u64,
    proof: Option<Proof>,
    /// The type of an element that is no conversation and cannot be read.
    damaged: Option<String>,
    /// How many elements came of each type that is not documented.
    unknown: BTreeMap<String, u64>,
}

/// `PostQueryInfo`, the vendor's word that it sent everything.
struct Proof {
    count: Option<u64>,
}

impl Stream<'_> {
    fn read(&mut self, blocks: &Blocks) -> Result<(), Flaw> {
        // Before a wait the conversations that have come are passed on.
        while let Some(block) = blocks.next(|| _ = self.export.flush()) {
            let block = block.map_err(Flaw::Read)?;
            self.splitter.push(&block);
            blocks.reuse(block);
            match self.pieces() {
                Ok(Flow::On) => {}
                Ok(Flow::Enough) => return Ok(()),
                Err(Flaw::Split(SplitError::NoArray)) => return Err(self.no_array(blocks)),
                Err(flaw) => return Err(flaw),
            }
        }
        self.splitter.finish().map_err(Flaw::Split)?;
        if let Some(kind) = self.damaged.take() {
            return Err(Flaw::Info(kind));
        }
        match self.proof {
            None => Err(Flaw::NoProof),
            Some(Proof { count }) => match count.or(self.expected) {
                Some(count) if count != self.came => Err(Flaw::Count(count)),
                _ => Ok(()),
            },
        }
    }

    /// What came instead of an array: the vendor's error object, a web page, or nothing known.
    fn no_array(&self, blocks: &Blocks) -> Flaw {
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
        match element.field("message") {
            Some(message) => Flaw::Vendor(Words::of(message).into_string()),
            None if Cause::is_html(&body) => Flaw::Body(Cause::Html),
            None => Flaw::Split(SplitError::NoArray),
        }
    }

    /// All elements that are there to their end.
    fn pieces(&mut self) -> Result<Flow, Flaw> {
        // The splitter lends its buffer while the rest of the stream is written to.
        let mut splitter = std::mem::replace(&mut self.splitter, Splitter::new(0));
        let flow = self.pieces_of(&mut splitter);
        self.splitter = splitter;
        flow
    }

    /// First the one that began in an earlier block. The next are read without a search for their ends, as long as
    /// that goes well.
    fn pieces_of(&mut self, splitter: &mut Splitter) -> Result<Flow, Flaw> {
        let mut flow = Ok(Flow::On);
        if splitter.is_within() {
            match splitter.next_piece().map_err(Flaw::Split)? {
                None => return flow,
                Some(piece) => flow = self.piece(piece),
            }
        }
        let ahead = splitter.read_ahead(|text| {
            let mut element = Element::default();
            let goes_on = matches!(flow, Ok(Flow::On));
            let length = element
                .read(text, self.export.keep_raw)
                .filter(|_| goes_on)?;
            if length > self.export.max_element {
                return None;
            }
            flow = self.element(element, &text[..length], Ok(()));
            Some(length)
        });
        if !matches!(flow, Ok(Flow::On)) {
            return flow;
        }
        ahead.map_err(Flaw::Split)?;
        while let Some(piece) = splitter.next_piece().map_err(Flaw::Split)? {
            match self.piece(piece) {
                Ok(Flow::On) => {}
                other => return other,
            }
        }
        Ok(Flow::On)
    }

    fn piece(&mut self, piece: Piece) -> Result<Flow, Flaw> {
        let bytes = match piece {
            Piece::Element(bytes) => bytes,
            Piece::TooLarge(head, size) => {
                let text = String::from_utf8_lossy(head);
                let mut element = Element::default();
                // It breaks off somewhere; what stands before that is all that is wanted.
                element.read(&text, false);
                let limit = self.export.max_element;
                return Ok(self.lost(
                    &element,
                    &anyhow!("it has {size} bytes, more than the {limit} of --max-element"),
                ));
            }
        };
        let mut element = Element::default();
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => return Ok(self.lost(&element, &anyhow!(error))),
        };
        let read = element.read_whole(text, self.export.keep_raw);
        self.element(element, text, read)
    }

    fn element(&mut self, element: Element, text: &str, read: Result<()>) -> Result<Flow, Flaw> {
        match element.words("type").as_ref() {
            kind @ ("query_info" | "post_query_info") => match (read, element.conversations()) {
                (Ok(()), Ok(count)) if kind == "query_info" => self.expect(count),
                (Ok(()), Ok(count)) => self.prove(count),
                _ => self.damaged = Some(kind.to_owned()),
            },
            "error" => {
                return Err(Flaw::Vendor(element.words("message").into_owned()));
            }
            "conversation" => return Ok(self.conversation(element, text.len(), read)),
            "" if is_foreign(&element, text, &read) => self.note_unknown(""),
            // Without a type, but with what a conversation has, or no JSON at all.
            "" => {
                let why = read.err().unwrap_or_else(|| anyhow!("it has no type"));
                return Ok(self.lost(&element, &why));
            }
            other if read.is_ok() => self.note_unknown(other),
            other => self.damaged = Some(other.to_owned()),
        }
        Ok(Flow::On)
    }

    fn conversation(&mut self, mut element: Element, size: usize, read: Result<()>) -> Flow {
        let conversation =
            read.and_then(|()| message::conversation(&mut element, self.export.keep_raw));
        let conversation = match conversation {
            Ok(conversation) => conversation,
            Err(error) => return self.lost(&element, &error),
        };
        self.came += 1;
        if !self.export.seen.insert(&conversation.id) {
            return Flow::On;
        }
        self.export.batch.push(conversation, size);
        let heard = !self.export.batch.is_full() || self.export.flush();
        self.sent(heard)
    }

    /// A conversation that cannot be had is named by its id, or else by its number in the stream.
    fn lost(&mut self, element: &Element, error: &anyhow::Error) -> Flow {
        self.came += 1;
        let number = self.came;
        let id = element.id();
        let name = id.clone().unwrap_or_else(|| format!("number {number}"));
        let key = id
            .clone()
            .unwrap_or_else(|| format!("{}/{name}", self.export.part));
        if !self.export.seen.insert(&key) {
            return Flow::On;
        }
        let error = anyhow!("{error:#}").context(format!("could not read conversation {name}"));
        self.send(Event::Failed(Missing { id, error }))
    }

    fn send(&mut self, event: Event) -> Flow {
        let heard = self.export.send(event);
        self.sent(heard)
    }

    fn sent(&mut self, heard: bool) -> Flow {
        self.export.sent += 1;
        if heard && !self.export.has_enough() {
            Flow::On
        } else {
            Flow::Enough
        }
    }

    fn expect(&mut self, count: Option<u64>) {
        self.expected = count;
        if let Some(count) = count.filter(|_| self.export.announce) {
            let wanted = count.min(self.export.limit);
            self.export.send(Event::Expect(wanted));
        }
    }

    fn prove(&mut self, count: Option<u64>) {
        self.proof = Some(Proof { count });
    }

    fn note_unknown(&mut self, kind: &str) {
        *self.unknown.entry(kind.to_owned()).or_default() += 1;
    }

    fn tell_unknown(&self) {
        for (kind, count) in &self.unknown {
            let line = || format!("passed over {count} elements of the unknown type `{kind}`");
            self.export.console.detail(line);
        }
    }

    fn broken(&self, flaw: &Flaw) -> Broken {
        let came = self.came;
        let of = self
            .expected
            .map(|count| format!(" of {count}"))
            .unwrap_or_default();
        Broken {
            reason: format!("{flaw} (after {came}{of} conversations)"),
            passing: matches!(
                flaw,
                Flaw::Read(_) | Flaw::Split(SplitError::Cut) | Flaw::NoProof | Flaw::Info(_)
            ),
        }
    }
}

/// An element without a type that has nothing of a conversation.
fn is_foreign(element: &Element, text: &str, read: &Result<()>) -> bool {
    let no_object = || !text.starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok();
    (read.is_ok() && element.messages.is_none()) || no_object()
}
