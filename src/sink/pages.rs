//! One file or, if it would be too large to open, an index with several pages beside it. All files get their final
//! names at the end, and the index last, so that an incomplete export replaces none of them.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::document::Document;
use super::finished::Finished;
use super::single::buffered;
use super::target::Options;
use super::written::Written;
use crate::format::{Neighbours, PagedFormatter};
use crate::io::atomic::{PartialFile, Paths, file_name};
use crate::io::{Compression, HashingWriter};
use crate::model::Conversation;
use crate::report::FileEntry;

/// How many bytes at a file's end are searched to find out whether it is a page.
const END: i64 = 64 * 1024;

/// One file, or several pages, of which the last is being written.
pub struct Pages {
    target: PathBuf,
    document: Document<dyn PagedFormatter>,
    partial: PartialFile,
    hashed: bool,
    allow_empty: bool,
    /// The pages that are full.
    done: Vec<(Paths, FileEntry)>,
    /// The index. Opened with the second page.
    index: Option<PartialFile>,
}

impl Pages {
    /// Opens the file. Keeps what an earlier run left in `NAME.partial` until there is something to write.
    pub fn open(
        path: &Path,
        formatter: Box<dyn PagedFormatter>,
        options: &Options,
    ) -> Result<Self> {
        let partial = PartialFile::open(path)?;
        let out = HashingWriter::new(buffered(partial.writer()?), options.hashed);
        Ok(Self {
            target: partial.paths().target().to_owned(),
            document: Document::new(formatter, Compression::None, out),
            partial,
            hashed: options.hashed,
            allow_empty: options.allow_empty,
            done: Vec::new(),
            index: None,
        })
    }

    /// Writes one conversation. Begins another page when the current one is full.
    pub fn write(&mut self, conversation: &Conversation) -> Result<Written> {
        if self.document.is_full() {
            self.begin_page()?;
        }
        let partial = &self.partial;
        self.document
            .write(conversation, || partial.start_over())
            .with_context(|| partial.context())
    }

    /// Ends the export. See [`super::Sink::finish`].
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
        let kept = self.kept(complete)?;
        let complete = complete && kept.is_none();
        if complete {
            for (paths, _) in &self.done {
                paths.rename()?;
            }
            self.partial.commit()?;
            self.remove_stale_pages()?;
        }
        let last = self.document.entry(self.partial.paths().name(complete));
        let files = self.entries(complete).into_iter().chain([last]).collect();
        let partial = self.partial.paths().partial().to_owned();
        Ok(Finished {
            partial: Some(partial).filter(|_| !complete).into_iter().collect(),
            files,
            kept,
        })
    }

    /// The earlier file that would be replaced by one without conversations, unless that is allowed.
    fn kept(&self, complete: bool) -> Result<Option<PathBuf>> {
        let is_checked = complete && !self.allow_empty && self.done.is_empty();
        let erases = is_checked && self.document.erases(&self.partial)?;
        Ok(erases.then(|| self.target.clone()))
    }

    /// Removes what an earlier run left, before the first bytes are written.
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
            // Until now this file could have been the whole export. Now it becomes the first page.
            let first = self.open_page(1)?;
            self.partial.move_to(first)?;
            self.index = Some(PartialFile::open(&self.target)?);
        }
        let next = self.open_page(self.done.len() + 2)?;
        let name = file_name(next.paths().target());
        self.turn_to(next, true, Some(name))
    }

    /// Continues in another file. The current page gets its end if it is `whole`.
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

    /// The entries of the full pages, with their final names if the export is `complete`.
    fn entries(&self, complete: bool) -> Vec<FileEntry> {
        let named = |(paths, entry): &(Paths, FileEntry)| FileEntry {
            name: paths.name(complete),
            ..entry.clone()
        };
        self.done.iter().map(named).collect()
    }

    /// Opens the file of a page. Fails if the name belongs to a file that is not a page of an earlier export.
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

    /// Removes pages that an earlier, larger export left, since no page links to them any more.
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
