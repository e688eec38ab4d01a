//! Turns the items of a file into events: selected conversations, and conversations that cannot be read.

use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Error, Result, anyhow, bail};

use super::foreign;
use super::media;
use super::record::{self, Unknown};
use super::split::{Position, Split};
use super::wanted::Wanted;
use crate::console::Console;
use crate::io::decompress::{Blocks, shown};
use crate::json::Item;
use crate::source::batch::BatchSender;
use crate::source::event::{Event, FailedConversation};
use crate::source::incomplete::Incomplete;
use crate::text::counted;

/// Whether to go on. Reading stops when the limit is reached or the receiver is gone.
type Flow = ControlFlow<()>;

/// Reads one export to its end.
pub struct Reader<'a> {
    input: &'a Path,
    wanted: &'a mut Wanted,
    batch: &'a mut BatchSender,
    console: &'a Console,
    /// Whether the files of attachments are wanted.
    media: bool,
    /// How many items were read.
    came: u64,
    unknown: Unknown,
}

impl<'a> Reader<'a> {
    /// Makes a reader that has read nothing yet.
    pub fn new(
        input: &'a Path,
        wanted: &'a mut Wanted,
        batch: &'a mut BatchSender,
        console: &'a Console,
        media: bool,
    ) -> Self {
        Self {
            input,
            wanted,
            batch,
            console,
            media,
            came: 0,
            unknown: Unknown::default(),
        }
    }

    /// Reads everything, and sends the selected conversations. Returns false when no more are wanted.
    ///
    /// # Errors
    /// [`Incomplete`], when the file is not a complete export.
    pub fn read(mut self, blocks: &Blocks, max_element: usize) -> Result<bool> {
        let mut split = Split::new(max_element);
        let read = self.items(&mut split, blocks, max_element);
        self.batch.flush();
        if !matches!(read, Err(Flaw::Foreign(_))) {
            self.warn_of_unknown();
        }
        let (name, came) = (shown(self.input), self.came);
        match read {
            Ok(flow) => Ok(flow.is_continue()),
            Err(Flaw::Foreign(what)) => bail!("could not read {name}: {what}"),
            Err(Flaw::Cut(why)) => Err(Incomplete(format!(
                "could not read all of {name}: {why} (after {})",
                counted(came, "conversation")
            ))
            .into()),
        }
    }

    /// Reads every item.
    fn items(&mut self, split: &mut Split, blocks: &Blocks, limit: usize) -> Result<Flow, Flaw> {
        let mut whole = Ok(());
        // Sends the batch before each wait for input.
        while let Some(block) = blocks.next(|| _ = self.batch.flush()) {
            match block {
                Ok(block) => {
                    split.push(&block);
                    blocks.reuse(block);
                }
                Err(error) => {
                    whole = Err(Flaw::Cut(broken(&error)));
                    break;
                }
            }
            while let Some((position, item)) =
                split.next_item().map_err(|error| match self.came {
                    0 => Flaw::Foreign(foreign::FOREIGN),
                    _ => Flaw::Cut(error.to_string()),
                })?
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
        whole.and_then(|()| split.finish(self.input).map_err(Flaw::Cut))?;
        Ok(Flow::Continue(()))
    }

    /// Reads one conversation. The last one `is_cut` when the file may end in the middle of it.
    fn item(
        &mut self,
        position: Position,
        item: Item,
        limit: usize,
        is_cut: bool,
    ) -> Result<Flow, Flaw> {
        self.came += 1;
        let (text, read) = match item {
            Item::Whole(bytes) => {
                let text = String::from_utf8_lossy(bytes);
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
                self.wanted.note_found(&conversation.id);
                if !self.wanted.has(&conversation) {
                    return Ok(Flow::Continue(()));
                }
                let mut conversation = self.wanted.part_of(conversation);
                let folder = self.input.parent().filter(|_| self.media);
                media::place(&mut conversation, folder);
                let received = self.batch.push(conversation, text.len());
                Ok(self.note_sent(received))
            }
            Err(error) => self.unreadable(&text, position, &error, is_cut),
        }
    }

    /// Tells a flawed conversation from a file that is something else, which its first item shows.
    fn unreadable(
        &mut self,
        text: &str,
        position: Position,
        error: &Error,
        is_cut: bool,
    ) -> Result<Flow, Flaw> {
        match foreign::what(text) {
            Some(what) if self.came == 1 => Err(Flaw::Foreign(what)),
            _ if is_cut => {
                let why = anyhow!("the file ends within it");
                Ok(self.report_unreadable(text, position, &why))
            }
            _ => Ok(self.report_unreadable(text, position, error)),
        }
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
        let error = anyhow!("could not read {what} of {}: {why:#}", shown(self.input));
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

    fn warn_of_unknown(&self) {
        if let Some(keys) = self.unknown.in_words() {
            let name = shown(self.input);
            self.console.warn(&format!(
                "{name} has what this version of convexport does not know, and leaves out: {keys}"
            ));
        }
    }
}

/// Why a file cannot be read to its end.
enum Flaw {
    /// Something is missing, in these words.
    Cut(String),
    /// It is no export, in these words.
    Foreign(&'static str),
}

fn broken(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it is packed, and cut off".to_owned(),
        _ => error.to_string(),
    }
}
