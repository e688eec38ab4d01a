//! Turns the items of a file into events: selected conversations, and conversations that cannot be read.

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use anyhow::{Error, Result, anyhow};
use tokio::sync::mpsc::Sender;

use super::latest::Latest;
use super::record::{self, Unknown};
use super::split::{Position, Split};
use super::wanted::Wanted;
use crate::console::Console;
use crate::io::decompress::Blocks;
use crate::json::Item;
use crate::source::batch::BatchSender;
use crate::source::event::{Event, FailedConversation};
use crate::source::incomplete::Incomplete;

/// If this many items were read and none is a conversation, the file is not an export.
const MAX_FOREIGN_ITEMS: u64 = 20;

/// Whether to go on. Reading stops when the limit is reached or the receiver is gone.
type Flow = ControlFlow<()>;

/// Reads one export to its end.
pub struct Reader {
    input: PathBuf,
    wanted: Wanted,
    latest: Option<Latest>,
    batch: BatchSender,
    console: Console,
    /// How many items were read.
    came: u64,
    /// How many of them are conversations.
    readable: u64,
    unknown: Unknown,
}

impl Reader {
    /// Makes a reader that has read nothing yet.
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
            batch: BatchSender::new(events),
            console,
            came: 0,
            readable: 0,
            unknown: Unknown::default(),
        }
    }

    /// Reads everything, and sends the selected conversations.
    ///
    /// # Errors
    /// [`Incomplete`], when the file is not a complete export.
    pub fn read(mut self, blocks: &Blocks, max_element: usize) -> Result<()> {
        let mut split = Split::new(max_element);
        let read = self.items(&mut split, blocks, max_element);
        self.batch.flush();
        self.warn_of_unknown();
        match read {
            Ok(Flow::Break(())) => Ok(()),
            Ok(Flow::Continue(())) => {
                self.report_missing();
                Ok(())
            }
            Err(why) => {
                self.report_missing();
                let (name, came) = (self.name(), self.came);
                Err(Incomplete(format!(
                    "could not read all of {name}: {why} (after {came} conversations)"
                ))
                .into())
            }
        }
    }

    /// Reads every item. An error is the reason in words.
    fn items(&mut self, split: &mut Split, blocks: &Blocks, limit: usize) -> Result<Flow, String> {
        let mut whole = Ok(());
        // Sends the batch before each wait for input.
        while let Some(block) = blocks.next(|| _ = self.batch.flush()) {
            match block {
                Ok(block) => {
                    split.push(&block);
                    blocks.reuse(block);
                }
                Err(error) => {
                    whole = Err(broken(&error));
                    break;
                }
            }
            while let Some((position, item)) =
                split.next_item().map_err(|error| error.to_string())?
            {
                if self.item(position, item, limit, false)?.is_break() {
                    return Ok(Flow::Break(()));
                }
            }
        }
        if let Some((position, item)) = split.rest()
            && self.item(position, item, limit, true)?.is_break()
        {
            return Ok(Flow::Break(()));
        }
        whole.and_then(|()| split.finish(&self.input))?;
        Ok(Flow::Continue(()))
    }

    /// Reads one conversation. The last one `is_cut` when the file may end in the middle of it.
    fn item(
        &mut self,
        position: Position,
        item: Item,
        limit: usize,
        is_cut: bool,
    ) -> Result<Flow, String> {
        self.came += 1;
        let (text, read) = match item {
            Item::Whole(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                if self.is_outdated(&text) {
                    self.readable += 1;
                    return Ok(Flow::Continue(()));
                }
                let read = match std::str::from_utf8(bytes) {
                    Ok(text) => record::conversation(text, &mut self.unknown),
                    Err(error) => Err(error.into()),
                };
                (text, read)
            }
            Item::TooLarge(head, size) => {
                let why = anyhow!("it has {size} bytes, more than the {limit} of --max-element");
                (String::from_utf8_lossy(head), Err(why))
            }
        };
        match read {
            Ok(conversation) => {
                self.readable += 1;
                self.wanted.note_found(&conversation.id);
                if !self.wanted.has(&conversation) {
                    return Ok(Flow::Continue(()));
                }
                let conversation = self.wanted.part_of(conversation);
                let received = self.batch.push(conversation, text.len());
                Ok(self.note_sent(received))
            }
            Err(_) if self.readable == 0 && self.came == MAX_FOREIGN_ITEMS => {
                Err("nothing in it is a conversation of an export by convexport".to_owned())
            }
            Err(_) if is_cut => {
                Ok(self.report_unreadable(&text, position, &anyhow!("the file ends within it")))
            }
            Err(error) => Ok(self.report_unreadable(&text, position, &error)),
        }
    }

    /// Whether only the last copy of a conversation is wanted and this is an earlier one.
    fn is_outdated(&self, text: &str) -> bool {
        let latest = self.latest.as_ref();
        latest.is_some_and(|latest| !latest.is_at(self.came, text))
    }

    /// Reports a conversation that cannot be read, by its id or by its position.
    fn report_unreadable(&mut self, text: &str, position: Position, why: &Error) -> Flow {
        let id = record::id(text);
        if !self.wanted.may_have(id.as_deref()) {
            return Flow::Continue(());
        }
        let what = match &id {
            Some(id) => {
                self.wanted.note_found(id);
                format!("conversation {id}")
            }
            None => position.to_string(),
        };
        let error = anyhow!("could not read {what} of {}: {why:#}", self.name());
        let received = self
            .batch
            .send(Event::Failed(FailedConversation { id, error }));
        self.note_sent(received)
    }

    fn note_sent(&mut self, received: bool) -> Flow {
        if self.wanted.note_sent() && received {
            Flow::Continue(())
        } else {
            Flow::Break(())
        }
    }

    /// Reports the ids that were asked for but are not in the file.
    fn report_missing(&mut self) {
        for id in self.wanted.missing() {
            let error = anyhow!("there is no conversation {id} in {}", self.name());
            let id = Some(id);
            self.batch
                .send(Event::Failed(FailedConversation { id, error }));
        }
    }

    fn warn_of_unknown(&self) {
        if let Some(keys) = self.unknown.in_words() {
            let name = self.name();
            self.console.warn(&format!(
                "{name} has what this version of convexport does not know, and leaves out: {keys}"
            ));
        }
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
