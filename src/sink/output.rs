//! The destination of one export.

use std::fs::{self, OpenOptions};
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::files::Files;
use super::finished::Finished;
use super::folder::Folder;
use super::pages::Pages;
use super::split::Split;
use super::stdout;
use super::target::{Options, Target};
use super::written::Written;
use crate::format::{Formatter, FormatterFactory, Outcome};
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// The destination of one export.
pub enum Sink {
    /// One document to stdout, or to a device or pipe that was given as a file, with its name.
    Stream(Box<Document<dyn Formatter>>, String),
    /// One document to a file, or several documents to one file each.
    Files(Box<Files>),
    /// One document to a file, with plain pages beside it if it is large.
    Pages(Box<Pages>),
    /// One document per conversation.
    Folder(Box<Folder>),
}

impl Sink {
    /// Opens the destination, so that problems with it are found before the first request.
    ///
    /// # Errors
    /// When the destination cannot be written. The error names its path.
    pub fn open(options: &Options, factory: FormatterFactory) -> Result<Self> {
        match &options.target {
            Target::Folder { path, name } => {
                Folder::open(path, factory, name.clone(), options.hashed)
                    .map(|folder| Self::Folder(Box::new(folder)))
                    .with_context(|| format!("could not write to the folder {}", path.display()))
            }
            Target::Stdout => {
                let out = HashingWriter::new(stdout::stdout(factory.is_text()), options.hashed);
                let document = Document::new(factory.formatter(), Compression::None, out);
                Ok(Self::Stream(Box::new(document), "stdout".to_owned()))
            }
            Target::File(path) => Self::open_file(path, options, &factory)
                .with_context(|| context(&path.display().to_string())),
            Target::Split { path, split } => Self::open_split(path, split, options, &factory)
                .with_context(|| context(&path.display().to_string())),
        }
    }

    fn open_file(path: &Path, options: &Options, factory: &FormatterFactory) -> Result<Self> {
        let name = path.display().to_string();
        let compression = Compression::of(path);
        if is_device(path) {
            let device = OpenOptions::new().write(true).open(path)?;
            let out = HashingWriter::new(stdout::device(device), options.hashed);
            let document = Document::new(factory.formatter(), compression, out);
            return Ok(Self::Stream(Box::new(document), name));
        }
        // A compressed page could not be opened in a browser.
        let paged = factory.paged().filter(|_| compression == Compression::None);
        Ok(match paged {
            Some(formatter) => Self::Pages(Box::new(Pages::open(path, formatter, options)?)),
            None => Self::Files(Box::new(Files::open(path, None, options, factory)?)),
        })
    }

    fn open_split(
        path: &Path,
        split: &Split,
        options: &Options,
        factory: &FormatterFactory,
    ) -> Result<Self> {
        if is_device(path) {
            bail!("it is no file, so there can be no parts beside it");
        }
        let files = Files::open(path, Some(split.clone()), options, factory)?;
        Ok(Self::Files(Box::new(files)))
    }

    /// Writes one conversation.
    ///
    /// # Errors
    /// When the destination cannot be written. The error names its path.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        match self {
            Self::Stream(document, name) => document
                .write(conversation, || Ok(()))
                .with_context(|| context(name)),
            Self::Files(files) => files.write(conversation),
            Self::Pages(pages) => pages.write(conversation),
            Self::Folder(folder) => folder.write(conversation),
        }
    }

    /// Writes bytes after the last conversation. Only a stream writes them; other destinations ignore them.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn write_trailer(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stream(document, name) => {
                document.write_trailer(bytes).with_context(|| context(name))
            }
            _ => Ok(()),
        }
    }

    /// Flushes a stream, for programs that read it while it is written.
    ///
    /// # Errors
    /// When the destination cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Self::Stream(document, name) => document.flush().with_context(|| context(name)),
            _ => Ok(()),
        }
    }

    /// Takes the list of files that were written since the last call, if they are hashed.
    pub fn take_files(&mut self) -> Vec<FileEntry> {
        match self {
            Self::Folder(folder) => folder.take_files(),
            _ => Vec::new(),
        }
    }

    /// Tells the document how the export ended, before [`Self::finish`]. One file of many does not say it.
    pub fn note_outcome(&mut self, outcome: Outcome) {
        match self {
            Self::Stream(document, _) => document.note_outcome(outcome),
            Self::Files(files) => files.note_outcome(outcome),
            Self::Pages(pages) => pages.note_outcome(outcome),
            Self::Folder(_) => {}
        }
    }

    /// Ends the export. Only a `complete` export gets its final name, and one without conversations only where it
    /// replaces nothing, or may do so. The document gets its end if it is `whole`: everything that could be fetched was
    /// written, even if something is missing.
    ///
    /// # Errors
    /// When the destination cannot be written. The error names its path.
    pub fn finish(self, complete: bool, whole: bool) -> Result<Finished> {
        match self {
            Self::Stream(mut document, name) => {
                document.finish(whole).with_context(|| context(&name))?;
                let name = if name == "stdout" {
                    "-".to_owned()
                } else {
                    name
                };
                Ok(document.entry(name).into())
            }
            Self::Files(files) => files.finish(complete, whole),
            Self::Pages(pages) => pages.finish(complete, whole),
            Self::Folder(mut folder) => {
                folder.sync()?;
                Ok(Finished {
                    files: folder.take_files(),
                    ..Finished::default()
                })
            }
        }
    }
}

/// Whether there is something else than a file.
fn is_device(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| !meta.is_file())
}

fn context(name: &str) -> String {
    format!("could not write to {name}")
}
