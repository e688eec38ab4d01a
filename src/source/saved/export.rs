//! Reads earlier exports and archives, one after the other.

use std::fmt;

use anyhow::{Context as _, Result, anyhow, bail};
use tokio::sync::mpsc::Sender;

use super::archive;
use super::input::Input;
use super::options::Options;
use super::reader::Reader;
use super::wanted::Wanted;
use crate::archive::{Changed, Filter, Search};
use crate::console::Console;
use crate::io::decompress::{self, shown};
use crate::source::batch::BatchSender;
use crate::source::context::Context;
use crate::source::event::{Event, FailedConversation};
use crate::source::selection::Selection;
use crate::usage::usage;

/// Earlier exports and archives, and what to read from them.
pub struct Saved {
    inputs: Vec<Input>,
    /// What they are called together.
    name: String,
    max_element: usize,
    changed: Option<Changed>,
    search: Option<Search>,
    media: bool,
    wanted: Wanted,
    console: Console,
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Saved {
    /// Opens the inputs. Nothing is read yet.
    ///
    /// # Errors
    /// When an input cannot be read. A usage error when only an archive knows what is asked for.
    pub fn new(options: &Options, selection: &Selection, context: &Context) -> Result<Self> {
        let mut inputs = Vec::new();
        for path in &options.inputs {
            inputs.extend(Input::find(path)?);
        }
        let is_archive = |input: &Input| matches!(input, Input::Archive(_));
        if options.changed.is_some() && !inputs.iter().all(is_archive) {
            bail!(usage!(
                "--changed-since is for archives: an export does not say when a conversation changed"
            ));
        }
        let name = match options.inputs.as_slice() {
            [path] => shown(path),
            paths => format!("the {} inputs", paths.len()),
        };
        Ok(Self {
            inputs,
            name,
            max_element: options.max_element,
            changed: options.changed,
            search: options.search.clone(),
            media: options.media,
            wanted: Wanted::new(selection),
            console: context.console.clone(),
        })
    }

    /// Sends every selected conversation, in the order of the inputs.
    ///
    /// # Errors
    /// When an input is not a complete export. What could be read is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let reading = tokio::task::spawn_blocking(move || self.read(events));
        reading.await.context("the parser broke down")?
    }

    fn read(mut self, events: Sender<Event>) -> Result<()> {
        let mut batch = BatchSender::new(events);
        if let [Input::Archive(path)] = self.inputs.as_slice() {
            archive::tell_count(path, &self.filter(), self.wanted.limit(), &mut batch);
        }
        for input in std::mem::take(&mut self.inputs) {
            let read = self.read_one(input, &mut batch);
            batch.flush();
            match read {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(error) => {
                    self.report_missing(&mut batch);
                    return Err(error);
                }
            }
        }
        self.report_missing(&mut batch);
        // What changed lately or has a word may well be nothing.
        let is_range = self.changed.is_none() && self.search.is_none();
        if let Some(range) = self.wanted.empty_range().filter(|_| is_range) {
            let text = format!("no conversation in {} matches {range}", self.name);
            batch.send(Event::NoMatch(text));
        }
        Ok(())
    }

    /// What an archive is asked for.
    fn filter(&self) -> Filter {
        Filter {
            changed: self.changed,
            search: self.search.clone(),
            media: self.media,
            ..self.wanted.filter()
        }
    }

    /// Reads one input to its end. Returns false when no more conversations are wanted.
    fn read_one(&mut self, input: Input, batch: &mut BatchSender) -> Result<bool> {
        let (path, bytes) = match input {
            Input::Archive(path) => {
                let filter = self.filter();
                return archive::read(&path, &filter, &mut self.wanted, batch);
            }
            Input::Open(path, bytes) => (path, bytes),
            Input::File(path) => {
                let bytes = decompress::open(&path)?;
                (path, bytes)
            }
        };
        let blocks = decompress::blocks(bytes);
        let reader = Reader::new(&path, &mut self.wanted, batch, &self.console, self.media);
        reader.read(&blocks, self.max_element)
    }

    /// Reports the ids that were asked for but are in no input.
    fn report_missing(&mut self, batch: &mut BatchSender) {
        for id in self.wanted.missing() {
            let error = anyhow!("there is no conversation {id} in {}", self.name);
            let id = Some(id);
            batch.send(Event::NotFound(FailedConversation { id, error }));
        }
    }
}
