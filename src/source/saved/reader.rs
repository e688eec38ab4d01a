//! From the pieces of an export to events: what is wanted of it, and what cannot be read, by name.

use std::io;
use std::path::PathBuf;

use anyhow::{Error, Result, anyhow};
use tokio::sync::mpsc::Sender;

use super::Wanted;
use super::latest::Latest;
use super::record::{self, Unknown};
use super::split::{Place, Split};
use crate::progress::Console;
use crate::source::batch::Batch;
use crate::source::blocks::Blocks;
use crate::source::json_array::Piece;
use crate::source::seen::Seen;
use crate::source::{Event, Incomplete, Missing};

/// So many pieces at the beginning, and none of them a conversation: it is something else than an export.
const NO_EXPORT: u64 = 20;

/// Reads one export to its end.
pub struct Reader {
    input: PathBuf,
    wanted: Wanted,
    latest: Option<Latest>,
    events: Sender<Event>,
    console: Console,
    batch: Batch,
    /// Pieces that came.
    came: u64,
    /// Those of them that could be read.
    read: u64,
    /// Conversations sent.
    sent: u64,
    /// Those asked for by their ids that have come.
    found: Seen,
    unknown: Unknown,
}

/// Whether to read on.
#[derive(PartialEq)]
enum Flow {
    On,
    /// The limit is met, or nobody listens any more.
    Enough,
}

impl Reader {
    /// Nothing read yet.
    pub fn new(
        input: PathBuf,
        wanted: Wanted,
        latest: Option<Latest>,
        events: Sender<Event>,
        console: Console,
    ) -> Self {
        Self {
            input,
            wanted,
            latest,
            events,
            console,
            batch: Batch::default(),
            came: 0,
            read: 0,
            sent: 0,
            found: Seen::default(),
            unknown: Unknown::default(),
        }
    }

    /// Reads it all, and sends what is wanted of it.
    ///
    /// # Errors
    /// [`Incomplete`], when it is no whole export.
    pub fn read(mut self, blocks: &Blocks, max_element: usize) -> Result<()> {
        let mut split = Split::new(max_element);
        let read = self.pieces(&mut split, blocks, max_element);
        self.flush();
        self.tell_unknown();
        match read {
            Ok(Flow::Enough) => Ok(()),
            Ok(Flow::On) => {
                self.tell_missing();
                Ok(())
            }
            Err(why) => {
                self.tell_missing();
                let (name, came) = (self.name(), self.came);
                Err(Incomplete(format!(
                    "could not read all of {name}: {why} (after {came} conversations)"
                ))
                .into())
            }
        }
    }

    /// Every piece; an error is in words.
    fn pieces(&mut self, split: &mut Split, blocks: &Blocks, limit: usize) -> Result<Flow, String> {
        let mut whole = Ok(());
        while let Some(block) = self.next(blocks) {
            match block {
                Ok(block) => split.push(&block),
                Err(error) => {
                    whole = Err(broken(&error));
                    break;
                }
            }
            while let Some((place, piece)) =
                split.next_piece().map_err(|error| error.to_string())?
            {
                if self.piece(place, piece, limit, false)? == Flow::Enough {
                    return Ok(Flow::Enough);
                }
            }
        }
        if let Some((place, piece)) = split.rest()
            && self.piece(place, piece, limit, true)? == Flow::Enough
        {
            return Ok(Flow::Enough);
        }
        whole.and_then(|()| split.finish(&self.input))?;
        Ok(Flow::On)
    }

    /// The next block. Before a wait for it the conversations that have come are passed on.
    fn next(&mut self, blocks: &Blocks) -> Option<io::Result<Vec<u8>>> {
        blocks.next(|| {
            self.flush();
        })
    }

    /// One conversation. One that `is_cut` is the last, whose end has not been seen.
    fn piece(
        &mut self,
        place: Place,
        piece: Piece,
        limit: usize,
        is_cut: bool,
    ) -> Result<Flow, String> {
        self.came += 1;
        let (text, read) = match piece {
            Piece::Element(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                if self.is_outdated(&text) {
                    self.read += 1;
                    return Ok(Flow::On);
                }
                let read = match std::str::from_utf8(bytes) {
                    Ok(text) => record::conversation(text, &mut self.unknown),
                    Err(error) => Err(error.into()),
                };
                (text, read)
            }
            Piece::TooLarge(head, size) => {
                let why = anyhow!("it has {size} bytes, more than the {limit} of --max-element");
                (String::from_utf8_lossy(head), Err(why))
            }
        };
        match read {
            Ok(conversation) => {
                self.read += 1;
                if self.wanted.ids.is_some() {
                    self.found.insert(&conversation.id);
                }
                if !self.wanted.has(&conversation) {
                    return Ok(Flow::On);
                }
                self.batch
                    .push(self.wanted.part_of(conversation), text.len());
                let heard = !self.batch.is_full() || self.flush();
                Ok(self.sent(heard))
            }
            Err(_) if self.read == 0 && self.came == NO_EXPORT => {
                Err("nothing in it is a conversation of an export by convexport".to_owned())
            }
            Err(_) if is_cut => Ok(self.lost(&text, place, &anyhow!("the file ends within it"))),
            Err(error) => Ok(self.lost(&text, place, &error)),
        }
    }

    /// Whether the same conversation comes again later, and only the last is wanted.
    fn is_outdated(&self, text: &str) -> bool {
        let latest = self.latest.as_ref();
        latest.is_some_and(|latest| !latest.is_at(self.came, text))
    }

    /// A conversation that cannot be had is named by its id, or else by its place.
    fn lost(&mut self, text: &str, place: Place, why: &Error) -> Flow {
        let id = record::id(text);
        if !self.wanted.may_have(id.as_deref()) {
            return Flow::On;
        }
        let what = match &id {
            Some(id) => {
                self.found.insert(id);
                format!("conversation {id}")
            }
            None => place.to_string(),
        };
        let error = anyhow!("could not read {what} of {}: {why:#}", self.name());
        let heard = self.send(Event::Failed(Missing { id, error }));
        self.sent(heard)
    }

    fn sent(&mut self, heard: bool) -> Flow {
        self.sent += 1;
        if heard && self.sent < self.wanted.limit {
            Flow::On
        } else {
            Flow::Enough
        }
    }

    /// Tells which conversations were asked for by their ids and are not there.
    fn tell_missing(&mut self) {
        let mut missing: Vec<_> = self.wanted.ids.iter().flatten().cloned().collect();
        missing.retain(|id| !self.found.contains(id));
        missing.sort();
        for id in missing {
            let error = anyhow!("there is no conversation {id} in {}", self.name());
            let id = Some(id);
            self.send(Event::Failed(Missing { id, error }));
        }
    }

    fn tell_unknown(&self) {
        if let Some(keys) = self.unknown.in_words() {
            let name = self.name();
            self.console.warn(&format!(
                "{name} has what this version of convexport does not know, and leaves out: {keys}"
            ));
        }
    }

    /// Sends an event after all that came before it; false when nobody listens any more.
    fn send(&mut self, event: Event) -> bool {
        self.flush() && self.events.blocking_send(event).is_ok()
    }

    fn flush(&mut self) -> bool {
        self.batch
            .take()
            .is_none_or(|event| self.events.blocking_send(event).is_ok())
    }

    fn name(&self) -> String {
        match self.input.to_str() {
            Some("-") => "stdin".to_owned(),
            _ => self.input.display().to_string(),
        }
    }
}

fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is packed, and cut off".to_owned(),
        _ => error.to_string(),
    }
}
