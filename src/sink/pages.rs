//! A file; or, when it would be too large to open, an index with pages beside it. All get their final names at the end,
//! the index last, so that an incomplete export replaces none of them.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::finished::Finished;
use super::single::buffered;
use super::written::Written;
use crate::format::{Neighbours, PagedFormatter};
use crate::io::atomic::{PartialFile, Paths, file_name};
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// So much of a file's end tells what it is.
const END: i64 = 64 * 1024;

/// One file, as long as its document is not full; then the last of several.
pub struct Pages {
    target: PathBuf,
    document: Document<dyn PagedFormatter>,
    partial: PartialFile,
    hashed: bool,
    /// The pages that are full.
    done: Vec<(Paths, FileEntry)>,
    /// Held from the second page on.
    index: Option<PartialFile>,
}

impl Pages {
    /// Opens the file. What an earlier run left as its part stays until there is something to write.
    pub fn open(path: &Path, formatter: Box<dyn PagedFormatter>, hashed: bool) -> Result<Self> {
        let partial = PartialFile::open(path)?;
        let out = HashingWriter::new(buffered(partial.writer()?), hashed);
        Ok(Self {
            target: partial.paths().target().to_owned(),
            document: Document::new(formatter, Compression::None, out),
            partial,
            hashed,
            done: Vec::new(),
            index: None,
        })
    }

    /// Writes one conversation, on another page when this one is full.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        if self.document.is_full() {
            self.begin_page()?;
        }
        let partial = &self.partial;
        self.document
            .write(conversation, || partial.start_over())
            .with_context(|| partial.context())
    }

    /// Passes on what is buffered.
    pub fn flush(&mut self) -> Result<()> {
        self.document
            .flush()
            .with_context(|| self.partial.context())
    }

    /// Ends the export, as [`super::Sink::finish`] says.
    pub fn finish(mut self, complete: bool, whole: bool) -> Result<Finished> {
        if !complete && !self.document.begun() {
            self.partial.discard_if_empty()?;
            return Ok(Finished::default());
        }
        if let Some(index) = self.index.take() {
            self.turn_to(index, whole, None)?;
            self.write_index(complete)?;
        } else {
            self.start_over()?;
            self.document
                .finish(whole)
                .with_context(|| self.partial.context())?;
        }
        if complete {
            for (paths, _) in &self.done {
                paths.rename()?;
            }
            self.partial.commit()?;
            self.remove_stale_pages()?;
        }
        let last = self.document.entry(self.partial.paths().name(complete));
        let files = self.entries(complete).into_iter().chain([last]).collect();
        let partial = (!complete).then(|| self.partial.paths().partial().to_owned());
        Ok(Finished { partial, files })
    }

    /// Drops what an earlier run left, once there is something to put in its place.
    fn start_over(&self) -> Result<()> {
        if self.document.begun() {
            return Ok(());
        }
        self.partial
            .start_over()
            .with_context(|| self.partial.context())
    }

    fn begin_page(&mut self) -> Result<()> {
        if self.index.is_none() {
            // Only now is it known that this file is a page and not the whole export.
            let first = self.open_page(1)?;
            self.partial.move_to(first)?;
            self.index = Some(PartialFile::open(&self.target)?);
        }
        let next = self.open_page(self.done.len() + 2)?;
        let name = file_name(next.paths().target());
        self.turn_to(next, true, Some(name))
    }

    /// Ends the page, unless it was cut off, and goes on in another file.
    fn turn_to(&mut self, file: PartialFile, whole: bool, next: Option<String>) -> Result<()> {
        let neighbours = Neighbours {
            index: file_name(&self.target),
            previous: self.done.last().map(|(paths, _)| file_name(paths.target())),
            next,
        };
        let name = file_name(self.partial.paths().target());
        let out = HashingWriter::new(buffered(file.writer()?), self.hashed);
        let entry = self
            .document
            .turn(name, whole.then_some(&neighbours), out)
            .with_context(|| self.partial.context())?;
        let full = std::mem::replace(&mut self.partial, file);
        self.done.push((full.set_aside()?, entry));
        Ok(())
    }

    fn write_index(&mut self, complete: bool) -> Result<()> {
        self.partial
            .start_over()
            .with_context(|| self.partial.context())?;
        let names: Vec<_> = self
            .entries(complete)
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        self.document
            .index(&names, complete)
            .with_context(|| self.partial.context())
    }

    /// The full pages, under the names that they have in the end.
    fn entries(&self, complete: bool) -> Vec<FileEntry> {
        let named = |(paths, entry): &(Paths, FileEntry)| FileEntry {
            name: paths.name(complete),
            ..entry.clone()
        };
        self.done.iter().map(named).collect()
    }

    /// The file of a page. What is no page of an earlier export is left alone.
    fn open_page(&self, number: usize) -> Result<PartialFile> {
        let path = self.page_path(number);
        let context = || format!("could not write {}", path.display());
        if path.exists() && !self.is_page(&path).with_context(context)? {
            bail!(
                "{} is in the way: it is no page of an export",
                path.display()
            );
        }
        PartialFile::open(&path).with_context(context)
    }

    /// `NAME-1.html` beside `NAME.html`.
    fn page_path(&self, number: usize) -> PathBuf {
        let mut name = self.target.file_stem().unwrap_or_default().to_owned();
        name.push(format!("-{number}"));
        if let Some(extension) = self.target.extension() {
            name.push(".");
            name.push(extension);
        }
        self.target.with_file_name(name)
    }

    fn is_page(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let length = i64::try_from(file.metadata()?.len()).unwrap_or(i64::MAX);
        file.seek(SeekFrom::End(-length.min(END)))?;
        let mut end = Vec::new();
        file.read_to_end(&mut end)?;
        Ok(self.document.ends_page_of(&file_name(&self.target), &end))
    }

    /// Removes what an earlier, larger export left: nothing leads there any more.
    fn remove_stale_pages(&self) -> Result<()> {
        for number in self.done.len() + 1.. {
            let page = self.page_path(number);
            let mut part = page.clone().into_os_string();
            part.push(".partial");
            let mut found = false;
            for path in [page, part.into()] {
                if path.is_file() && self.is_page(&path).unwrap_or(false) {
                    found = true;
                    fs::remove_file(&path)
                        .with_context(|| format!("could not remove {}", path.display()))?;
                }
            }
            if !found {
                break;
            }
        }
        Ok(())
    }
}
