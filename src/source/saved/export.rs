//! Reads an earlier export from a file.

use std::fmt;
use std::fs;
use std::io::BufRead;

use anyhow::{Context as _, Result, bail};
use tokio::sync::mpsc::Sender;

use super::latest;
use super::options::{Options, is_packed};
use super::reader::Reader;
use super::wanted::Wanted;
use crate::console::Console;
use crate::io::decompress;
use crate::source::context::Context;
use crate::source::event::Event;
use crate::source::incomplete::Incomplete;
use crate::source::selection::Selection;
use crate::usage::usage;

/// A file with an export, and what to read from it.
pub struct Saved {
    options: Options,
    bytes: Box<dyn BufRead + Send>,
    wanted: Wanted,
    console: Console,
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saved")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Saved {
    /// Opens the file. Nothing is read yet.
    ///
    /// # Errors
    /// When the file cannot be read. A usage error for `--latest` with input that can be read only once.
    pub fn new(options: Options, selection: &Selection, context: &Context) -> Result<Self> {
        let metadata = fs::metadata(&options.input);
        if options.latest && !metadata.as_ref().is_ok_and(fs::Metadata::is_file) {
            bail!(usage!(
                "--latest reads the export twice, so it needs a file: save it first"
            ));
        }
        if is_packed(&options.input) && metadata.is_ok_and(|meta| meta.len() == 0) {
            let name = options.input.display();
            bail!(Incomplete(format!(
                "could not read all of {name}: it is empty, which no packed file is"
            )));
        }
        Ok(Self {
            bytes: decompress::open(&options.input)?,
            options,
            wanted: Wanted::new(selection),
            console: context.console.clone(),
        })
    }

    /// Sends every selected conversation, in the order of the file.
    ///
    /// # Errors
    /// When the file is not a complete export. What could be read is sent.
    pub async fn run(self, events: Sender<Event>) -> Result<()> {
        let reading = tokio::task::spawn_blocking(move || {
            let Options {
                input,
                latest,
                max_element,
            } = self.options;
            let latest = latest.then(|| latest::find(&input, max_element));
            let blocks = decompress::blocks(self.bytes);
            Reader::new(
                input,
                self.wanted,
                latest.transpose()?,
                events,
                self.console,
            )
            .read(&blocks, max_element)
        });
        reading.await.context("the parser broke down")?
    }
}
